{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "backoffice.prefix" -}}
{{- if ne .Release.Name "backoffice" -}}
{{- if gt (len .Release.Name) 26 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 20 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "backoffice.fullname" -}}
{{ include "backoffice.prefix" . }}backoffice
{{- end }}

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "backoffice.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: backoffice
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Name of the Secret with the certificate of the public addresses. */}}
{{- define "backoffice.tlsSecretName" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "backoffice.fullname" .)) -}}
{{- end }}

{{/* Service of desk, which a public address leads to. */}}
{{- define "backoffice.routedService.desk" -}}
{{- .Values.desk.fullnameOverride | default (printf "%sdesk" (include "backoffice.prefix" .)) -}}
{{- end }}
