{{/* Name of the chart, as the labels have it. */}}
{{- define "tracking.geocoder.name" -}}
geocoder
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "tracking.geocoder.prefix" -}}
{{- if not (or (eq .Release.Name "tracking") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 22 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 16 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "tracking.geocoder.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sgeocoder" (include "tracking.geocoder.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "tracking.geocoder.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.geocoder.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "tracking.geocoder.selectorLabels" -}}
app.kubernetes.io/name: geocoder
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "tracking.geocoder.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tracking.geocoder.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of orders-db: from the values, or of the same release. */}}
{{- define "tracking.geocoder.orders-db.host" -}}
{{- (.Values.connections.ordersDb).host | default (printf "%sorders-pool" (include "tracking.geocoder.prefix" .)) -}}
{{- end }}

{{/* Host of session-cache: from the values, or of the same release. */}}
{{- define "tracking.geocoder.session-cache.host" -}}
{{- (.Values.connections.sessionCache).host | default (printf "%ssession-cache" (include "tracking.geocoder.prefix" .)) -}}
{{- end }}

{{/* Host of orders-db for migrations: from the values, or of the same release. */}}
{{- define "tracking.geocoder.orders-db.directHost" -}}
{{- (.Values.connections.ordersDb).host | default (printf "%sorders-db-primary" (include "tracking.geocoder.prefix" .)) -}}
{{- end }}

{{/* Host of session-cache for migrations: from the values, or of the same release. */}}
{{- define "tracking.geocoder.session-cache.directHost" -}}
{{- (.Values.connections.sessionCache).host | default (printf "%ssession-cache" (include "tracking.geocoder.prefix" .)) -}}
{{- end }}
