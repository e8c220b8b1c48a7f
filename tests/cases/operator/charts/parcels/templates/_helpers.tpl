{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "parcels.prefix" -}}
{{- if ne .Release.Name "parcels" -}}
{{- if gt (len .Release.Name) 30 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 24 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "parcels.fullname" -}}
{{ include "parcels.prefix" . }}parcels
{{- end }}

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "parcels.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: parcels
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: parcels
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Name of the Secret with the certificate of the public addresses. */}}
{{- define "parcels.tlsSecretName" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "parcels.fullname" .)) -}}
{{- end }}

{{/* Service of api, which a public address leads to. */}}
{{- define "parcels.routedService.api" -}}
{{- .Values.api.fullnameOverride | default (printf "%sapi" (include "parcels.prefix" .)) -}}
{{- end }}
