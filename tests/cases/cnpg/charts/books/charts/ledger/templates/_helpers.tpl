{{/* Name of the chart, as the labels have it. */}}
{{- define "books.ledger.name" -}}
ledger
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "books.ledger.prefix" -}}
{{- if not (or (eq .Release.Name "books") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 30 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 24 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. It is a label of the pods, by which network policies of others know them. */}}
{{- define "books.ledger.fullname" -}}
{{- printf "%sledger" (include "books.ledger.prefix" .) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "books.ledger.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "books.ledger.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: books
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "books.ledger.selectorLabels" -}}
app.kubernetes.io/name: ledger
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the members' service account, which the operator makes. */}}
{{- define "books.ledger.serviceAccountName" -}}
{{- include "books.ledger.fullname" . -}}
{{- end }}
