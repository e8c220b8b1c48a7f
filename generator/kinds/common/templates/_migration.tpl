{{/* Pod of the migration. The Job's name has its hash: a Job can't be changed, only replaced. */}}
{{- define "[[ define ]].migration" -}}
metadata:
  labels:
    app.kubernetes.io/name: [[ component.name ]]-migrate
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/component: migrate
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
[% with view = view.migration %]
[% filter shift(-4) %]
[% include "parts/pod.yaml" %]
      restartPolicy: Never
[% if view.waits %]
      initContainers:
[% include "parts/waits.yaml" %]
[% endif %]
      containers:
        - name: migrate
[% include "parts/image.yaml" %]
[% include "parts/security.yaml" %]
          command:
[% for word in s.migrate.command %]
            - [[ word | tojson ]]
[% endfor %]
[% include "parts/env.yaml" %]
          {{- with .Values.migration.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
[% include "parts/mounts.yaml" %]
[% include "parts/volumes.yaml" %]
[% include "parts/scheduling.yaml" %]
[% endfilter %]
[% endwith %]
{{- end }}
