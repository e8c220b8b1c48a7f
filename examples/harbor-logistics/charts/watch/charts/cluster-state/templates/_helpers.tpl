{{/* Name of the chart, as the labels have it. */}}
{{- define "watch.cluster-state.name" -}}
cluster-state
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "watch.cluster-state.prefix" -}}
{{- if not (or (eq .Release.Name "watch") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) 23 -}}
{{- printf "%s-%s-" (.Release.Name | trunc 17 | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of the objects. */}}
{{- define "watch.cluster-state.fullname" -}}
{{- .Values.fullnameOverride | default (printf "%scluster-state" (include "watch.cluster-state.prefix" .)) -}}
{{- end }}

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "watch.cluster-state.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "watch.cluster-state.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "watch.cluster-state.selectorLabels" -}}
app.kubernetes.io/name: cluster-state
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Name of the service account. */}}
{{- define "watch.cluster-state.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "watch.cluster-state.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
