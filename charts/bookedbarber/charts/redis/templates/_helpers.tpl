{{/* Name of the chart, as the labels have it. */}}
{{- define "bookedbarber.redis.name" -}}
redis
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "bookedbarber.redis.prefix" -}}
{{- if not (or (eq .Release.Name "bookedbarber") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 28 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 22 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "bookedbarber.redis.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sredis" (include "bookedbarber.redis.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "bookedbarber.redis.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bookedbarber.redis.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "bookedbarber.redis.selectorLabels" -}}
app.kubernetes.io/name: redis
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "bookedbarber.redis.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "bookedbarber.redis.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
