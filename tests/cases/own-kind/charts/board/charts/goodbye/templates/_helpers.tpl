{{/* Name of the chart, as the labels have it. */}}
{{- define "board.goodbye.name" -}}
goodbye
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "board.goodbye.prefix" -}}
{{- if not (or (eq .Release.Name "board") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 29 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 23 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "board.goodbye.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sgoodbye" (include "board.goodbye.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "board.goodbye.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "board.goodbye.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: board
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "board.goodbye.selectorLabels" -}}
app.kubernetes.io/name: goodbye
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "board.goodbye.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "board.goodbye.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
