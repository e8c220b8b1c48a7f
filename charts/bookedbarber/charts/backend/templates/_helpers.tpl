{{/* Name of the chart, as the labels have it. */}}
{{- define "bookedbarber.backend.name" -}}
backend
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "bookedbarber.backend.prefix" -}}
{{- if not (or (eq .Release.Name "bookedbarber") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 28 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 22 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "bookedbarber.backend.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sbackend" (include "bookedbarber.backend.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "bookedbarber.backend.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bookedbarber.backend.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "bookedbarber.backend.selectorLabels" -}}
app.kubernetes.io/name: backend
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "bookedbarber.backend.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "bookedbarber.backend.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of postgres: from the values, or of the same release. */}}
{{- define "bookedbarber.backend.postgres.host" -}}
{{- (.Values.connections.postgres).host | default (printf "%spgbouncer" (include "bookedbarber.backend.prefix" .)) -}}
{{- end }}

{{/* Host of redis: from the values, or of the same release. */}}
{{- define "bookedbarber.backend.redis.host" -}}
{{- (.Values.connections.redis).host | default (printf "%sredis" (include "bookedbarber.backend.prefix" .)) -}}
{{- end }}

{{/* Host of postgres for migrations: from the values, or of the same release. */}}
{{- define "bookedbarber.backend.postgres.directHost" -}}
{{- (.Values.connections.postgres).host | default (printf "%spostgres-primary" (include "bookedbarber.backend.prefix" .)) -}}
{{- end }}

{{/* Host of redis for migrations: from the values, or of the same release. */}}
{{- define "bookedbarber.backend.redis.directHost" -}}
{{- (.Values.connections.redis).host | default (printf "%sredis" (include "bookedbarber.backend.prefix" .)) -}}
{{- end }}
