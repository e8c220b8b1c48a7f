{{/* Host of the database. */}}
{{- define "[[ define ]].database" -}}
{{- ternary (printf "%s-db" (include "[[ define ]].fullname" .)) .Values.database.host (eq .Values.database.mode "bundled") -}}
{{- end }}

{{/* Labels that select the database's pod. */}}
{{- define "[[ define ]].databaseLabels" -}}
app.kubernetes.io/name: [[ component.name ]]-db
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
