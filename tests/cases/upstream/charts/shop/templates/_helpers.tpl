{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "shop.prefix" -}}
{{- if ne .Release.Name "shop" -}}
{{- if gt (len .Release.Name) 31 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 25 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "shop.fullname" -}}
{{ include "shop.prefix" . }}shop
{{- end }}

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "shop.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: shop
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
