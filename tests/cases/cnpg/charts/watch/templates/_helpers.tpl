{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.prefix" -}}
{{- if ne .Release.Name "watch" -}}
{{- if gt (len .Release.Name) 26 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 20 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "watch.fullname" -}}
{{ include "watch.prefix" . }}watch
{{- end }}

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "watch.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: watch
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: books
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
