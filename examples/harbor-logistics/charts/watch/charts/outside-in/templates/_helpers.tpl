{{/* Name of the chart, as the labels have it. */}}
{{- define "watch.outside-in.name" -}}
outside-in
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.outside-in.prefix" -}}
{{- if not (or (eq .Release.Name "watch") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 23 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 17 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "watch.outside-in.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%soutside-in" (include "watch.outside-in.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "watch.outside-in.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "watch.outside-in.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "watch.outside-in.selectorLabels" -}}
app.kubernetes.io/name: outside-in
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "watch.outside-in.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "watch.outside-in.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
