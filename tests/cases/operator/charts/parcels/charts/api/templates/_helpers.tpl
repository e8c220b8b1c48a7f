{{/* Name of the chart, as the labels have it. */}}
{{- define "parcels.api.name" -}}
api
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "parcels.api.prefix" -}}
{{- if not (or (eq .Release.Name "parcels") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 30 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 24 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "parcels.api.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sapi" (include "parcels.api.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "parcels.api.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "parcels.api.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: parcels
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "parcels.api.selectorLabels" -}}
app.kubernetes.io/name: api
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "parcels.api.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "parcels.api.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
