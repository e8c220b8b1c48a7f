{{/* Name of the chart, as the labels have it. */}}
{{- define "ships.radar.name" -}}
radar
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "ships.radar.prefix" -}}
{{- if not (or (eq .Release.Name "ships") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 30 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 24 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "ships.radar.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sradar" (include "ships.radar.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "ships.radar.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "ships.radar.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbour
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "ships.radar.selectorLabels" -}}
app.kubernetes.io/name: radar
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "ships.radar.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "ships.radar.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of hoist: from the values, or of the same release. */}}
{{- define "ships.radar.hoist.host" -}}
{{- (.Values.connections.hoist).host | default "hoist.cranes.svc" -}}
{{- end }}
