{{/* Name of the chart, as the labels have it. */}}
{{- define "parcels.sorter.name" -}}
sorter
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "parcels.sorter.prefix" -}}
{{- if not (or (eq .Release.Name "parcels") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 30 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 24 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "parcels.sorter.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%ssorter" (include "parcels.sorter.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "parcels.sorter.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "parcels.sorter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: parcels
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "parcels.sorter.selectorLabels" -}}
app.kubernetes.io/name: sorter
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "parcels.sorter.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "parcels.sorter.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
