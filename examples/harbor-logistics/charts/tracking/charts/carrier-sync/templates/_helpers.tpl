{{/* Name of the chart, as the labels have it. */}}
{{- define "tracking.carrier-sync.name" -}}
carrier-sync
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "tracking.carrier-sync.prefix" -}}
{{- if not (or (eq .Release.Name "tracking") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 22 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 16 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "tracking.carrier-sync.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%scarrier-sync" (include "tracking.carrier-sync.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "tracking.carrier-sync.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.carrier-sync.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "tracking.carrier-sync.selectorLabels" -}}
app.kubernetes.io/name: carrier-sync
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "tracking.carrier-sync.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tracking.carrier-sync.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of api: from the values, or of the same release. */}}
{{- define "tracking.carrier-sync.api.host" -}}
{{- (.Values.connections.api).host | default (printf "%sapi" (include "tracking.carrier-sync.prefix" .)) -}}
{{- end }}
