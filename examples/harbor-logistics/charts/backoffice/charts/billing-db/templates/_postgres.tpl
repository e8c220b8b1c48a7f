{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "backoffice.billing-db.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}

{{/* Patroni's dynamic configuration: what all members share. */}}
{{- define "backoffice.billing-db.dynamic" -}}
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
    wal_keep_size: {{ min 1024 (div (include "backoffice.billing-db.mebibytes" .Values.storage.size | int) 20) }}MB
    {{- end }}
    {{- range $name, $value := .Values.parameters }}
    {{- if regexMatch "^(max_locks_per_transaction|max_prepared_transactions|max_replication_slots|max_wal_senders|max_worker_processes|track_commit_timestamp|wal_keep_size|wal_log_hints)$" $name }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
    {{- end }}
{{- end }}
