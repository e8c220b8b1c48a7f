{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "bookedbarber.prefix" -}}
{{- if ne .Release.Name "bookedbarber" -}}
{{- if gt (len .Release.Name) 28 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 22 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "bookedbarber.fullname" -}}
{{ include "bookedbarber.prefix" . }}bookedbarber
{{- end }}

{{/* Name of objects of the whole cluster, which have a word of ten characters behind it. */}}
{{- define "bookedbarber.clusterName" -}}
{{- $name := printf "%s-%s" .Release.Namespace (include "bookedbarber.fullname" .) -}}
{{- if gt (len $name) 53 -}}
{{- printf "%s-%s" ($name | trunc 47 | trimSuffix "-") ($name | sha256sum | trunc 5) -}}
{{- else -}}
{{- $name -}}
{{- end -}}
{{- end }}

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "bookedbarber.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: bookedbarber
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Name of the Secret with the certificate of the public addresses. */}}
{{- define "bookedbarber.tlsSecretName" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "bookedbarber.fullname" .)) -}}
{{- end }}

{{/* Service of backend, which a public address leads to. */}}
{{- define "bookedbarber.routedService.backend" -}}
{{- .Values.backend.fullnameOverride | default (printf "%sbackend" (include "bookedbarber.prefix" .)) -}}
{{- end }}

{{/* Service of frontend, which a public address leads to. */}}
{{- define "bookedbarber.routedService.frontend" -}}
{{- .Values.frontend.fullnameOverride | default (printf "%sfrontend" (include "bookedbarber.prefix" .)) -}}
{{- end }}
