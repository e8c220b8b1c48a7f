[% if s.pooler %]
{{/* Name of the pooler's objects. */}}
{{- define "[[ define ]].pooler.fullname" -}}
{{ include "[[ define ]].prefix" . }}[[ s.pooler.name ]]
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "[[ define ]].pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "[[ define ]].pooler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: [[ platform.name ]]
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pooler's pods. */}}
{{- define "[[ define ]].pooler.selectorLabels" -}}
app.kubernetes.io/name: [[ s.pooler.name ]]
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

[% endif %]
{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "[[ define ]].scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}
[% if s.backup %]

{{/* Where backups go: nothing is shared between namespaces, components and generations. */}}
{{- define "[[ define ]].backupPrefix" -}}
s3://{{ .Values.backup.bucket }}/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Release.Namespace }}/{{ include "[[ define ]].fullname" . }}/{{ .Values.backup.generation }}
{{- end }}
[% endif %]
