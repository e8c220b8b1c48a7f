{{/* Name of the chart, as the labels have it. */}}
{{- define "watch.prometheus.name" -}}
prometheus
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.prometheus.prefix" -}}
{{- if not (or (eq .Release.Name "watch") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 26 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 20 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "watch.prometheus.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sprometheus" (include "watch.prometheus.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "watch.prometheus.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "watch.prometheus.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: books
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "watch.prometheus.selectorLabels" -}}
app.kubernetes.io/name: prometheus
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "watch.prometheus.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "watch.prometheus.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
