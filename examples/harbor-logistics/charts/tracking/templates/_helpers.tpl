{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "tracking.prefix" -}}
{{- if ne .Release.Name "tracking" -}}
{{- if gt (len .Release.Name) 22 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 16 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "tracking.fullname" -}}
{{ include "tracking.prefix" . }}tracking
{{- end }}

{{/* Name of objects of the whole cluster, which have a word of ten characters behind it. */}}
{{- define "tracking.clusterName" -}}
{{- $name := printf "%s-%s" .Release.Namespace (include "tracking.fullname" .) -}}
{{- if gt (len $name) 53 -}}
{{- printf "%s-%s" ($name | trunc 47 | trimSuffix "-") ($name | sha256sum | trunc 5) -}}
{{- else -}}
{{- $name -}}
{{- end -}}
{{- end }}

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "tracking.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: tracking
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Name of the Secret with the certificate of the public addresses. */}}
{{- define "tracking.tlsSecretName" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "tracking.fullname" .)) -}}
{{- end }}

{{/* Service of api, which a public address leads to. */}}
{{- define "tracking.routedService.api" -}}
{{- .Values.api.fullnameOverride | default (printf "%sapi" (include "tracking.prefix" .)) -}}
{{- end }}

{{/* Service of portal, which a public address leads to. */}}
{{- define "tracking.routedService.portal" -}}
{{- .Values.portal.fullnameOverride | default (printf "%sportal" (include "tracking.prefix" .)) -}}
{{- end }}

{{/* Service of webhooks, which a public address leads to. */}}
{{- define "tracking.routedService.webhooks" -}}
{{- .Values.webhooks.fullnameOverride | default (printf "%swebhooks" (include "tracking.prefix" .)) -}}
{{- end }}
