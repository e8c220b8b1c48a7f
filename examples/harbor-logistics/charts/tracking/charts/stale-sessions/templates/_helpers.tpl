{{/* Name of the chart, as the labels have it. */}}
{{- define "tracking.stale-sessions.name" -}}
stale-sessions
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "tracking.stale-sessions.prefix" -}}
{{- if not (or (eq .Release.Name "tracking") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 22 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 16 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "tracking.stale-sessions.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sstale-sessions" (include "tracking.stale-sessions.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "tracking.stale-sessions.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.stale-sessions.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "tracking.stale-sessions.selectorLabels" -}}
app.kubernetes.io/name: stale-sessions
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "tracking.stale-sessions.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tracking.stale-sessions.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of session-cache: from the values, or of the same release. */}}
{{- define "tracking.stale-sessions.session-cache.host" -}}
{{- (.Values.connections.sessionCache).host | default (printf "%ssession-cache" (include "tracking.stale-sessions.prefix" .)) -}}
{{- end }}
