{{/* Name of the chart, as the labels have it. */}}
{{- define "watch.metrics.name" -}}
metrics
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.metrics.prefix" -}}
{{- if not (or (eq .Release.Name "watch") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 23 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 17 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "watch.metrics.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%smetrics" (include "watch.metrics.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "watch.metrics.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "watch.metrics.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "watch.metrics.selectorLabels" -}}
app.kubernetes.io/name: metrics
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "watch.metrics.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "watch.metrics.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of alerts: from the values, or of the same release. */}}
{{- define "watch.metrics.alerts.host" -}}
{{- (.Values.connections.alerts).host | default (printf "%salerts" (include "watch.metrics.prefix" .)) -}}
{{- end }}

{{/* Host of cluster-state: from the values, or of the same release. */}}
{{- define "watch.metrics.cluster-state.host" -}}
{{- (.Values.connections.clusterState).host | default (printf "%scluster-state" (include "watch.metrics.prefix" .)) -}}
{{- end }}

{{/* Host of outside-in: from the values, or of the same release. */}}
{{- define "watch.metrics.outside-in.host" -}}
{{- (.Values.connections.outsideIn).host | default (printf "%soutside-in" (include "watch.metrics.prefix" .)) -}}
{{- end }}
