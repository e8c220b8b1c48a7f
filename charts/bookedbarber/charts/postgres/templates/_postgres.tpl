{{/* Name of the pooler's objects. */}}
{{- define "bookedbarber.postgres.pooler.fullname" -}}
{{ include "bookedbarber.postgres.prefix" . }}pgbouncer
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "bookedbarber.postgres.pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bookedbarber.postgres.pooler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pooler's pods. */}}
{{- define "bookedbarber.postgres.pooler.selectorLabels" -}}
app.kubernetes.io/name: pgbouncer
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "bookedbarber.postgres.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}

{{/* Where backups go: nothing is shared between namespaces, components and generations. */}}
{{- define "bookedbarber.postgres.backupPrefix" -}}
s3://{{ .Values.backup.bucket }}/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Release.Namespace }}/{{ include "bookedbarber.postgres.fullname" . }}/{{ .Values.backup.generation }}
{{- end }}
