{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "backoffice.billing-db.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}
