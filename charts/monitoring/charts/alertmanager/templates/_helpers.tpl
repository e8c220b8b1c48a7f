{{/* Name of the chart, as the labels have it. */}}
{{- define "monitoring.alertmanager.name" -}}
alertmanager
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "monitoring.alertmanager.prefix" -}}
{{- if not (or (eq .Release.Name "monitoring") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 18 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 12 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "monitoring.alertmanager.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%salertmanager" (include "monitoring.alertmanager.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "monitoring.alertmanager.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "monitoring.alertmanager.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "monitoring.alertmanager.selectorLabels" -}}
app.kubernetes.io/name: alertmanager
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "monitoring.alertmanager.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "monitoring.alertmanager.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
