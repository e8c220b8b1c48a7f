{{/* Masters that the cluster is made with. */}}
{{- define "bookedbarber.redis.masters" -}}
{{- max 1 (div (int .Values.replicas) (add (int .Values.replicasPerMaster) 1)) -}}
{{- end }}

{{/* Memory for data in MiB: what is set, or five eighths of the limit. */}}
{{- define "bookedbarber.redis.maxmemory" -}}
{{- if .Values.maxmemory -}}
{{- include "bookedbarber.redis.mebibytes" .Values.maxmemory -}}
{{- else -}}
{{- div (mul (include "bookedbarber.redis.memory" . | int) 5) 8 -}}
{{- end -}}
{{- end }}
