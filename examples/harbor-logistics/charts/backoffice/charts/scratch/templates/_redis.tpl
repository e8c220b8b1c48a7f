{{/* Masters that the cluster is made with. */}}
{{- define "backoffice.scratch.masters" -}}
{{- max 1 (div (int .Values.replicas) (add (int .Values.replicasPerMaster) 1)) -}}
{{- end }}

{{/* Memory for data in MiB: what is set, or five eighths of the limit. */}}
{{- define "backoffice.scratch.maxmemory" -}}
{{- if .Values.maxmemory -}}
{{- include "backoffice.scratch.mebibytes" .Values.maxmemory -}}
{{- else -}}
{{- div (mul (include "backoffice.scratch.memory" . | int) 5) 8 -}}
{{- end -}}
{{- end }}
