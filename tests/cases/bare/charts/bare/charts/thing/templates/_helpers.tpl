{{/* Name of the chart, as the labels have it. */}}
{{- define "bare.thing.name" -}}
thing
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "bare.thing.prefix" -}}
{{- if not (or (eq .Release.Name "bare") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 31 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 25 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "bare.thing.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sthing" (include "bare.thing.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "bare.thing.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bare.thing.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bare
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "bare.thing.selectorLabels" -}}
app.kubernetes.io/name: thing
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "bare.thing.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "bare.thing.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
