{{/* Name of the chart, as the labels have it. */}}
{{- define "shop.front.name" -}}
front
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "shop.front.prefix" -}}
{{- if not (or (eq .Release.Name "shop") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 31 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 25 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "shop.front.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sfront" (include "shop.front.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "shop.front.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "shop.front.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: shop
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "shop.front.selectorLabels" -}}
app.kubernetes.io/name: front
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "shop.front.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "shop.front.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
