{{/* Name of the chart, as the labels have it. */}}
{{- define "mail.dispatcher.name" -}}
dispatcher
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "mail.dispatcher.prefix" -}}
{{- if not (or (eq .Release.Name "mail") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 26 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 20 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "mail.dispatcher.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sdispatcher" (include "mail.dispatcher.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "mail.dispatcher.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "mail.dispatcher.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: mail
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "mail.dispatcher.selectorLabels" -}}
app.kubernetes.io/name: dispatcher
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "mail.dispatcher.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "mail.dispatcher.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Host of inbox: from the values, or of the same release. */}}
{{- define "mail.dispatcher.inbox.host" -}}
{{- (.Values.connections.inbox).host | default (printf "%sinbox" (include "mail.dispatcher.prefix" .)) -}}
{{- end }}
