{{/* Name of the chart, as the labels have it. */}}
{{- define "backoffice.claims-db.name" -}}
claims-db
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "backoffice.claims-db.prefix" -}}
{{- if not (or (eq .Release.Name "backoffice") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 26 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 20 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. It is a label of the pods, by which network policies of others know them. */}}
{{- define "backoffice.claims-db.fullname" -}}
{{- printf "%sclaims-db" (include "backoffice.claims-db.prefix" .) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "backoffice.claims-db.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "backoffice.claims-db.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "backoffice.claims-db.selectorLabels" -}}
app.kubernetes.io/name: claims-db
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the members' service account, which the operator makes. */}}
{{- define "backoffice.claims-db.serviceAccountName" -}}
{{- include "backoffice.claims-db.fullname" . -}}
{{- end }}
