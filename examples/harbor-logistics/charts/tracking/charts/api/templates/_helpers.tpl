{{/* Name of the chart, as the labels have it. */}}
{{- define "tracking.api.name" -}}
api
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "tracking.api.prefix" -}}
{{- if not (or (eq .Release.Name "tracking") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 22 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 16 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "tracking.api.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sapi" (include "tracking.api.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "tracking.api.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.api.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "tracking.api.selectorLabels" -}}
app.kubernetes.io/name: api
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "tracking.api.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tracking.api.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of orders-db: from the values, or of the same release. */}}
{{- define "tracking.api.orders-db.host" -}}
{{- (.Values.connections.ordersDb).host | default (printf "%sorders-pool" (include "tracking.api.prefix" .)) -}}
{{- end }}

{{/* Host of session-cache: from the values, or of the same release. */}}
{{- define "tracking.api.session-cache.host" -}}
{{- (.Values.connections.sessionCache).host | default (printf "%ssession-cache" (include "tracking.api.prefix" .)) -}}
{{- end }}

{{/* Host of orders-db for migrations: from the values, or of the same release. */}}
{{- define "tracking.api.orders-db.directHost" -}}
{{- (.Values.connections.ordersDb).host | default (printf "%sorders-db-primary" (include "tracking.api.prefix" .)) -}}
{{- end }}

{{/* Host of session-cache for migrations: from the values, or of the same release. */}}
{{- define "tracking.api.session-cache.directHost" -}}
{{- (.Values.connections.sessionCache).host | default (printf "%ssession-cache" (include "tracking.api.prefix" .)) -}}
{{- end }}
