{{/* Name of the chart, as the labels have it. */}}
{{- define "bookedbarber.frontend.name" -}}
frontend
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "bookedbarber.frontend.prefix" -}}
{{- if not (or (eq .Release.Name "bookedbarber") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 28 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 22 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "bookedbarber.frontend.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sfrontend" (include "bookedbarber.frontend.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "bookedbarber.frontend.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bookedbarber.frontend.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "bookedbarber.frontend.selectorLabels" -}}
app.kubernetes.io/name: frontend
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "bookedbarber.frontend.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "bookedbarber.frontend.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of backend: from the values, or of the same release. */}}
{{- define "bookedbarber.frontend.backend.host" -}}
{{- (.Values.connections.backend).host | default (printf "%sbackend" (include "bookedbarber.frontend.prefix" .)) -}}
{{- end }}
