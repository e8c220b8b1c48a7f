{{/* Host of the database. */}}
{{- define "monitoring.grafana.database" -}}
{{- ternary (printf "%s-db" (include "monitoring.grafana.fullname" .)) .Values.database.host (eq .Values.database.mode "bundled") -}}
{{- end }}

{{/* Labels that select the database's pod. */}}
{{- define "monitoring.grafana.databaseLabels" -}}
app.kubernetes.io/name: grafana-db
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
