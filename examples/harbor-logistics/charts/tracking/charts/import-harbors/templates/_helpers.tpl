{{/* Name of the chart, as the labels have it. */}}
{{- define "tracking.import-harbors.name" -}}
import-harbors
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "tracking.import-harbors.prefix" -}}
{{- if not (or (eq .Release.Name "tracking") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 22 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 16 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "tracking.import-harbors.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%simport-harbors" (include "tracking.import-harbors.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "tracking.import-harbors.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.import-harbors.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "tracking.import-harbors.selectorLabels" -}}
app.kubernetes.io/name: import-harbors
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "tracking.import-harbors.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tracking.import-harbors.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of orders-db: from the values, or of the same release. */}}
{{- define "tracking.import-harbors.orders-db.host" -}}
{{- (.Values.connections.ordersDb).host | default (printf "%sorders-pool" (include "tracking.import-harbors.prefix" .)) -}}
{{- end }}
