{{/* Name of the chart, as the labels have it. */}}
{{- define "monitoring.kube-state-metrics.name" -}}
kube-state-metrics
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "monitoring.kube-state-metrics.prefix" -}}
{{- if not (or (eq .Release.Name "monitoring") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 18 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 12 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "monitoring.kube-state-metrics.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%skube-state-metrics" (include "monitoring.kube-state-metrics.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "monitoring.kube-state-metrics.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "monitoring.kube-state-metrics.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "monitoring.kube-state-metrics.selectorLabels" -}}
app.kubernetes.io/name: kube-state-metrics
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "monitoring.kube-state-metrics.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "monitoring.kube-state-metrics.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
