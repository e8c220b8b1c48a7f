{{/* Name of the chart, as the labels have it. */}}
{{- define "monitoring.grafana.name" -}}
grafana
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "monitoring.grafana.prefix" -}}
{{- if not (or (eq .Release.Name "monitoring") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 18 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 12 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "monitoring.grafana.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sgrafana" (include "monitoring.grafana.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "monitoring.grafana.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "monitoring.grafana.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "monitoring.grafana.selectorLabels" -}}
app.kubernetes.io/name: grafana
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "monitoring.grafana.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "monitoring.grafana.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of prometheus: from the values, or of the same release. */}}
{{- define "monitoring.grafana.prometheus.host" -}}
{{- (.Values.connections.prometheus).host | default (printf "%sprometheus" (include "monitoring.grafana.prefix" .)) -}}
{{- end }}

{{/* Host of alertmanager: from the values, or of the same release. */}}
{{- define "monitoring.grafana.alertmanager.host" -}}
{{- (.Values.connections.alertmanager).host | default (printf "%salertmanager" (include "monitoring.grafana.prefix" .)) -}}
{{- end }}
