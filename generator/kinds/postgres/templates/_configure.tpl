{{/* Pod that configures. The Job's name has its hash: a Job can't be changed, only replaced. */}}
{{- define "[[ define ]].configure" -}}
metadata:
  labels:
    app.kubernetes.io/name: [[ component.name ]]-configure
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/component: configure
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/dynamic: {{ include "[[ define ]].dynamic" . | sha256sum }}
    checksum/script: {{ .Files.Get "files/jobs/configure.py" | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
[% with role = "configure", script = "configure.py" %]
[% filter shift(-4) %]
[% include "parts/ask-pod.yaml" %]
[% endfilter %]
[% endwith %]
{{- end }}
