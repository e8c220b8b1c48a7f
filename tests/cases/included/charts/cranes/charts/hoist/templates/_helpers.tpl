{{/* Name of the chart, as the labels have it. */}}
{{- define "cranes.hoist.name" -}}
hoist
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "cranes.hoist.prefix" -}}
{{- if not (or (eq .Release.Name "cranes") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 31 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 25 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "cranes.hoist.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%shoist" (include "cranes.hoist.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "cranes.hoist.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "cranes.hoist.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbour
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "cranes.hoist.selectorLabels" -}}
app.kubernetes.io/name: hoist
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "cranes.hoist.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "cranes.hoist.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
