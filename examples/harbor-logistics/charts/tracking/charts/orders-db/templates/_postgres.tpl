{{/* Name of the pooler's objects. */}}
{{- define "tracking.orders-db.pooler.fullname" -}}
{{ include "tracking.orders-db.prefix" . }}orders-pool
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "tracking.orders-db.pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.orders-db.pooler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pooler's pods. */}}
{{- define "tracking.orders-db.pooler.selectorLabels" -}}
app.kubernetes.io/name: orders-pool
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "tracking.orders-db.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}

{{/* Where backups go: nothing is shared between namespaces, components and generations. */}}
{{- define "tracking.orders-db.backupPrefix" -}}
s3://{{ .Values.backup.bucket }}/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Release.Namespace }}/{{ include "tracking.orders-db.fullname" . }}/{{ .Values.backup.generation }}
{{- end }}
