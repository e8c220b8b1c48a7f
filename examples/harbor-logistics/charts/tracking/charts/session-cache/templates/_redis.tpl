{{/* Masters that the cluster is made with. */}}
{{- define "tracking.session-cache.masters" -}}
{{- max 1 (div (int .Values.replicas) (add (int .Values.replicasPerMaster) 1)) -}}
{{- end }}

{{/* Memory for data in MiB: what is set, or five eighths of the limit. */}}
{{- define "tracking.session-cache.maxmemory" -}}
{{- if .Values.maxmemory -}}
{{- include "tracking.session-cache.mebibytes" .Values.maxmemory -}}
{{- else -}}
{{- div (mul (include "tracking.session-cache.memory" . | int) 5) 8 -}}
{{- end -}}
{{- end }}
