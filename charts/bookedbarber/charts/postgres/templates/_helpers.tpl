{{/* Name of the chart, as the labels have it. */}}
{{- define "bookedbarber.postgres.name" -}}
postgres
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "bookedbarber.postgres.prefix" -}}
{{- if not (or (eq .Release.Name "bookedbarber") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 28 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 22 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "bookedbarber.postgres.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%spostgres" (include "bookedbarber.postgres.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "bookedbarber.postgres.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bookedbarber.postgres.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "bookedbarber.postgres.selectorLabels" -}}
app.kubernetes.io/name: postgres
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "bookedbarber.postgres.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "bookedbarber.postgres.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
