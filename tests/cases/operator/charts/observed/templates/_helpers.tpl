{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "observed.prefix" -}}
{{- if ne .Release.Name "observed" -}}
{{- if gt (len .Release.Name) 24 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 18 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "observed.fullname" -}}
{{ include "observed.prefix" . }}observed
{{- end }}

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "observed.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: observed
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: parcels
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
