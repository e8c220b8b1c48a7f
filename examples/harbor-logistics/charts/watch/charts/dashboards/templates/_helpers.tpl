{{/* Name of the chart, as the labels have it. */}}
{{- define "watch.dashboards.name" -}}
dashboards
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.dashboards.prefix" -}}
{{- if not (or (eq .Release.Name "watch") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 23 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 17 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "watch.dashboards.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sdashboards" (include "watch.dashboards.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "watch.dashboards.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "watch.dashboards.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "watch.dashboards.selectorLabels" -}}
app.kubernetes.io/name: dashboards
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "watch.dashboards.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "watch.dashboards.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of metrics: from the values, or of the same release. */}}
{{- define "watch.dashboards.metrics.host" -}}
{{- (.Values.connections.metrics).host | default (printf "%smetrics" (include "watch.dashboards.prefix" .)) -}}
{{- end }}

{{/* Host of alerts: from the values, or of the same release. */}}
{{- define "watch.dashboards.alerts.host" -}}
{{- (.Values.connections.alerts).host | default (printf "%salerts" (include "watch.dashboards.prefix" .)) -}}
{{- end }}
