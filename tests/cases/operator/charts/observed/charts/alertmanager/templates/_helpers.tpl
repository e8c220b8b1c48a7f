{{/* Name of the chart, as the labels have it. */}}
{{- define "observed.alertmanager.name" -}}
alertmanager
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "observed.alertmanager.prefix" -}}
{{- if not (or (eq .Release.Name "observed") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 24 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 18 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "observed.alertmanager.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%salertmanager" (include "observed.alertmanager.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "observed.alertmanager.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "observed.alertmanager.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: parcels
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "observed.alertmanager.selectorLabels" -}}
app.kubernetes.io/name: alertmanager
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
