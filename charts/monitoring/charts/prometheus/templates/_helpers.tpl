{{/* Name of the chart, as the labels have it. */}}
{{- define "monitoring.prometheus.name" -}}
prometheus
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "monitoring.prometheus.prefix" -}}
{{- if not (or (eq .Release.Name "monitoring") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 18 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 12 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "monitoring.prometheus.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sprometheus" (include "monitoring.prometheus.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "monitoring.prometheus.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "monitoring.prometheus.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "monitoring.prometheus.selectorLabels" -}}
app.kubernetes.io/name: prometheus
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "monitoring.prometheus.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "monitoring.prometheus.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of alertmanager: from the values, or of the same release. */}}
{{- define "monitoring.prometheus.alertmanager.host" -}}
{{- (.Values.connections.alertmanager).host | default (printf "%salertmanager" (include "monitoring.prometheus.prefix" .)) -}}
{{- end }}

{{/* Host of kube-state-metrics: from the values, or of the same release. */}}
{{- define "monitoring.prometheus.kube-state-metrics.host" -}}
{{- (.Values.connections.kubeStateMetrics).host | default (printf "%skube-state-metrics" (include "monitoring.prometheus.prefix" .)) -}}
{{- end }}

{{/* Host of blackbox: from the values, or of the same release. */}}
{{- define "monitoring.prometheus.blackbox.host" -}}
{{- (.Values.connections.blackbox).host | default (printf "%sblackbox" (include "monitoring.prometheus.prefix" .)) -}}
{{- end }}
