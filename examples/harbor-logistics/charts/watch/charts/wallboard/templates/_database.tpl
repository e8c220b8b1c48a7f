{{/* Host of the database. */}}
{{- define "watch.wallboard.database" -}}
{{- ternary (printf "%s-db" (include "watch.wallboard.fullname" .)) .Values.database.host (eq .Values.database.mode "bundled") -}}
{{- end }}

{{/* Labels that select the database's pod. */}}
{{- define "watch.wallboard.databaseLabels" -}}
app.kubernetes.io/name: wallboard-db
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
