{{/* Name of the chart, as the labels have it. */}}
{{- define "ships.beacon.name" -}}
beacon
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "ships.beacon.prefix" -}}
{{- if not (or (eq .Release.Name "ships") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 30 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 24 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "ships.beacon.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sbeacon" (include "ships.beacon.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "ships.beacon.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "ships.beacon.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbour
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "ships.beacon.selectorLabels" -}}
app.kubernetes.io/name: beacon
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "ships.beacon.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "ships.beacon.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of radar: from the values, or of the same release. */}}
{{- define "ships.beacon.radar.host" -}}
{{- (.Values.connections.radar).host | default (printf "%sradar" (include "ships.beacon.prefix" .)) -}}
{{- end }}
