{{/* Name of the chart, as the labels have it. */}}
{{- define "observed.blackbox.name" -}}
blackbox
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "observed.blackbox.prefix" -}}
{{- if not (or (eq .Release.Name "observed") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 24 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 18 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "observed.blackbox.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%sblackbox" (include "observed.blackbox.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "observed.blackbox.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "observed.blackbox.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: parcels
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "observed.blackbox.selectorLabels" -}}
app.kubernetes.io/name: blackbox
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "observed.blackbox.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "observed.blackbox.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
