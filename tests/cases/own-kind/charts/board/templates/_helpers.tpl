{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "board.prefix" -}}
{{- if ne .Release.Name "board" -}}
{{- if gt (len .Release.Name) 29 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 23 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "board.fullname" -}}
{{ include "board.prefix" . }}board
{{- end }}

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "board.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: board
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: board
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
