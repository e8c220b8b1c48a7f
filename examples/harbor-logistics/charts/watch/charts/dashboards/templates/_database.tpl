{{/* Host of the database. */}}
{{- define "watch.dashboards.database" -}}
{{- ternary (printf "%s-db" (include "watch.dashboards.fullname" .)) .Values.database.host (eq .Values.database.mode "bundled") -}}
{{- end }}

{{/* Labels that select the database's pod. */}}
{{- define "watch.dashboards.databaseLabels" -}}
app.kubernetes.io/name: dashboards-db
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
