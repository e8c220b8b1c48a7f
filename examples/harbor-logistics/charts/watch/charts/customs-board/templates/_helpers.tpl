{{/* Name of the chart, as the labels have it. */}}
{{- define "watch.customs-board.name" -}}
customs-board
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.customs-board.prefix" -}}
{{- if not (or (eq .Release.Name "watch") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 23 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 17 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "watch.customs-board.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%scustoms-board" (include "watch.customs-board.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "watch.customs-board.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "watch.customs-board.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "watch.customs-board.selectorLabels" -}}
app.kubernetes.io/name: customs-board
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "watch.customs-board.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "watch.customs-board.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of metrics: from the values, or of the same release. */}}
{{- define "watch.customs-board.metrics.host" -}}
{{- (.Values.connections.metrics).host | default (printf "%smetrics" (include "watch.customs-board.prefix" .)) -}}
{{- end }}
