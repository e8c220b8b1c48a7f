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

{{/* Patroni's dynamic configuration: what all members share. */}}
{{- define "[[ define ]].dynamic" -}}
ttl: 30
loop_wait: 10
retry_timeout: 10
maximum_lag_on_failover: 1048576
synchronous_mode: quorum
synchronous_node_count: 1
failsafe_mode: true
member_slots_ttl: 30min
primary_start_timeout: 60
postgresql:
  use_pg_rewind: true
  use_slots: true
  parameters:
    max_connections: {{ .Values.maxConnections }}
    wal_level: replica
    hot_standby: "on"
    {{- if not (hasKey .Values.parameters "wal_keep_size") }}
    wal_keep_size: {{ min 1024 (div (include "[[ define ]].mebibytes" .Values.storage.size | int) 20) }}MB
    {{- end }}
    {{- range $name, $value := .Values.parameters }}
    {{- if regexMatch "[[ shared_parameters ]]" $name }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
    {{- end }}
{{- end }}
