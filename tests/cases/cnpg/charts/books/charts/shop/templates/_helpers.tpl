{{/* Name of the chart, as the labels have it. */}}
{{- define "books.shop.name" -}}
shop
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "books.shop.prefix" -}}
{{- if not (or (eq .Release.Name "books") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 30 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 24 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "books.shop.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sshop" (include "books.shop.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "books.shop.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "books.shop.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: books
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "books.shop.selectorLabels" -}}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "books.shop.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "books.shop.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of ledger: from the values, or of the same release. */}}
{{- define "books.shop.ledger.host" -}}
{{- (.Values.connections.ledger).host | default (printf "%sledger-pgbouncer" (include "books.shop.prefix" .)) -}}
{{- end }}

{{/* Host of notes: from the values, or of the same release. */}}
{{- define "books.shop.notes.host" -}}
{{- (.Values.connections.notes).host | default (printf "%snotes-rw" (include "books.shop.prefix" .)) -}}
{{- end }}

{{/* Host of ledger for migrations: from the values, or of the same release. */}}
{{- define "books.shop.ledger.directHost" -}}
{{- (.Values.connections.ledger).host | default (printf "%sledger-rw" (include "books.shop.prefix" .)) -}}
{{- end }}

{{/* Host of notes for migrations: from the values, or of the same release. */}}
{{- define "books.shop.notes.directHost" -}}
{{- (.Values.connections.notes).host | default (printf "%snotes-rw" (include "books.shop.prefix" .)) -}}
{{- end }}
