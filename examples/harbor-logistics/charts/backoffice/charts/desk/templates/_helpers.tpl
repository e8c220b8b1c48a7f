{{/* Name of the chart, as the labels have it. */}}
{{- define "backoffice.desk.name" -}}
desk
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "backoffice.desk.prefix" -}}
{{- if not (or (eq .Release.Name "backoffice") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 26 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 20 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "backoffice.desk.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sdesk" (include "backoffice.desk.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "backoffice.desk.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "backoffice.desk.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "backoffice.desk.selectorLabels" -}}
app.kubernetes.io/name: desk
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "backoffice.desk.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "backoffice.desk.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of billing-db: from the values, or of the same release. */}}
{{- define "backoffice.desk.billing-db.host" -}}
{{- (.Values.connections.billingDb).host | default (printf "%sbilling-db" (include "backoffice.desk.prefix" .)) -}}
{{- end }}

{{/* Host of claims-db: from the values, or of the same release. */}}
{{- define "backoffice.desk.claims-db.host" -}}
{{- (.Values.connections.claimsDb).host | default (printf "%sclaims-db-pgbouncer" (include "backoffice.desk.prefix" .)) -}}
{{- end }}

{{/* Host of scratch: from the values, or of the same release. */}}
{{- define "backoffice.desk.scratch.host" -}}
{{- (.Values.connections.scratch).host | default (printf "%sscratch" (include "backoffice.desk.prefix" .)) -}}
{{- end }}

{{/* Host of api: from the values, or of the same release. */}}
{{- define "backoffice.desk.api.host" -}}
{{- (.Values.connections.api).host | default "api.tracking.svc" -}}
{{- end }}
