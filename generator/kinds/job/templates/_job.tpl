{{/* Pod of the Job. The Job's name has its hash: a Job can't be changed, only replaced. */}}
{{- define "[[ define ]].pod" -}}
metadata:
  labels:
    {{- include "[[ define ]].selectorLabels" . | nindent 4 }}
    app.kubernetes.io/component: job
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
[% filter shift(-4) %]
[% include "parts/batch.yaml" %]
[% endfilter %]
{{- end }}
