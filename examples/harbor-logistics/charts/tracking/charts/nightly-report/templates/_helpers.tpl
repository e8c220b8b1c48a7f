{{/* Name of the chart, as the labels have it. */}}
{{- define "tracking.nightly-report.name" -}}
nightly-report
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "tracking.nightly-report.prefix" -}}
{{- if not (or (eq .Release.Name "tracking") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 22 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 16 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "tracking.nightly-report.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%snightly-report" (include "tracking.nightly-report.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "tracking.nightly-report.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.nightly-report.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "tracking.nightly-report.selectorLabels" -}}
app.kubernetes.io/name: nightly-report
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "tracking.nightly-report.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tracking.nightly-report.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of orders-db: from the values, or of the same release. */}}
{{- define "tracking.nightly-report.orders-db.host" -}}
{{- (.Values.connections.ordersDb).host | default (printf "%sorders-pool" (include "tracking.nightly-report.prefix" .)) -}}
{{- end }}
