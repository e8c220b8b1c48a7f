{{/* Host of the database. */}}
{{- define "watch.customs-board.database" -}}
{{- ternary (printf "%s-db" (include "watch.customs-board.fullname" .)) .Values.database.host (eq .Values.database.mode "bundled") -}}
{{- end }}

{{/* Labels that select the database's pod. */}}
{{- define "watch.customs-board.databaseLabels" -}}
app.kubernetes.io/name: customs-board-db
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
