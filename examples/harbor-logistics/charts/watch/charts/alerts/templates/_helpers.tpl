{{/* Name of the chart, as the labels have it. */}}
{{- define "watch.alerts.name" -}}
alerts
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.alerts.prefix" -}}
{{- if not (or (eq .Release.Name "watch") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 23 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 17 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "watch.alerts.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%salerts" (include "watch.alerts.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "watch.alerts.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "watch.alerts.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "watch.alerts.selectorLabels" -}}
app.kubernetes.io/name: alerts
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "watch.alerts.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "watch.alerts.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
