{{/* Name of the pooler's objects. */}}
{{- define "tracking.orders-db.pooler.fullname" -}}
{{ include "tracking.orders-db.prefix" . }}orders-pool
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "tracking.orders-db.pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.orders-db.pooler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pooler's pods. */}}
{{- define "tracking.orders-db.pooler.selectorLabels" -}}
app.kubernetes.io/name: orders-pool
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "tracking.orders-db.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}

{{/* Where backups go: nothing is shared between namespaces, components and generations. */}}
{{- define "tracking.orders-db.backupPrefix" -}}
s3://{{ .Values.backup.bucket }}/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Release.Namespace }}/{{ include "tracking.orders-db.fullname" . }}/{{ .Values.backup.generation }}
{{- end }}

{{/* Patroni's dynamic configuration: what all members share. */}}
{{- define "tracking.orders-db.dynamic" -}}
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
    wal_keep_size: {{ min 1024 (div (include "tracking.orders-db.mebibytes" .Values.storage.size | int) 20) }}MB
    {{- end }}
    {{- range $name, $value := .Values.parameters }}
    {{- if regexMatch "^(max_locks_per_transaction|max_prepared_transactions|max_replication_slots|max_wal_senders|max_worker_processes|track_commit_timestamp|wal_keep_size|wal_log_hints)$" $name }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
    {{- end }}
{{- end }}
