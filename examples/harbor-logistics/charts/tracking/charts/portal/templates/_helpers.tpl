{{/* Name of the chart, as the labels have it. */}}
{{- define "tracking.portal.name" -}}
portal
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "tracking.portal.prefix" -}}
{{- if not (or (eq .Release.Name "tracking") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 22 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 16 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "tracking.portal.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sportal" (include "tracking.portal.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "tracking.portal.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.portal.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "tracking.portal.selectorLabels" -}}
app.kubernetes.io/name: portal
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "tracking.portal.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tracking.portal.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of api: from the values, or of the same release. */}}
{{- define "tracking.portal.api.host" -}}
{{- (.Values.connections.api).host | default (printf "%sapi" (include "tracking.portal.prefix" .)) -}}
{{- end }}
