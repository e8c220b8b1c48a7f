{{/* Masters that the cluster is made with. */}}
{{- define "[[ define ]].masters" -}}
{{- max 1 (div (int .Values.replicas) (add (int .Values.replicasPerMaster) 1)) -}}
{{- end }}

{{/* Memory for data in MiB: what is set, or five eighths of the limit. */}}
{{- define "[[ define ]].maxmemory" -}}
{{- if .Values.maxmemory -}}
{{- include "[[ define ]].mebibytes" .Values.maxmemory -}}
{{- else -}}
{{- div (mul (include "[[ define ]].memory" . | int) 5) 8 -}}
{{- end -}}
{{- end }}
