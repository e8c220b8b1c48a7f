{{/* A quantity, given as the context, in MiB; 0 for what is none. */}}
{{- define "backoffice.claims-db.mebibytes" -}}
{{- $number := regexFind "^[0-9.]+" (toString .) | float64 -}}
{{- $unit := regexFind "[A-Za-z]+$" (toString .) -}}
{{- if eq $unit "Ti" -}}
{{- mulf $number 1048576 | int64 -}}
{{- else if eq $unit "Gi" -}}
{{- mulf $number 1024 | int64 -}}
{{- else if eq $unit "Mi" -}}
{{- $number | int64 -}}
{{- else if eq $unit "Ki" -}}
{{- divf $number 1024 | int64 -}}
{{- else if eq $unit "T" -}}
{{- divf (mulf $number 1000000000000) 1048576 | int64 -}}
{{- else if eq $unit "G" -}}
{{- divf (mulf $number 1000000000) 1048576 | int64 -}}
{{- else if eq $unit "M" -}}
{{- divf (mulf $number 1000000) 1048576 | int64 -}}
{{- else if eq $unit "k" -}}
{{- divf (mulf $number 1000) 1048576 | int64 -}}
{{- else -}}
{{- divf $number 1048576 | int64 -}}
{{- end -}}
{{- end }}

{{/* The memory limit in MiB, 0 when there is none. */}}
{{- define "backoffice.claims-db.memory" -}}
{{- include "backoffice.claims-db.mebibytes" (dig "limits" "memory" "" (.Values.resources | default dict)) -}}
{{- end }}

{{/* Name of the Secret with the certificate. */}}
{{- define "backoffice.claims-db.tlsSecret" -}}
{{- .Values.tls.secret | default (printf "%s-tls" (include "backoffice.claims-db.fullname" .)) -}}
{{- end }}
