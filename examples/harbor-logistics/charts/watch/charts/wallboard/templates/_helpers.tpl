{{/* Name of the chart, as the labels have it. */}}
{{- define "watch.wallboard.name" -}}
wallboard
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.wallboard.prefix" -}}
{{- if not (or (eq .Release.Name "watch") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 23 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 17 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "watch.wallboard.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%swallboard" (include "watch.wallboard.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "watch.wallboard.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "watch.wallboard.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "watch.wallboard.selectorLabels" -}}
app.kubernetes.io/name: wallboard
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "watch.wallboard.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "watch.wallboard.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of metrics: from the values, or of the same release. */}}
{{- define "watch.wallboard.metrics.host" -}}
{{- (.Values.connections.metrics).host | default (printf "%smetrics" (include "watch.wallboard.prefix" .)) -}}
{{- end }}
