{{/* Name of the pooler's objects. */}}
{{- define "bookedbarber.postgres.pooler.fullname" -}}
{{ include "bookedbarber.postgres.prefix" . }}pgbouncer
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "bookedbarber.postgres.pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "bookedbarber.postgres.pooler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bookedbarber
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pooler's pods. */}}
{{- define "bookedbarber.postgres.pooler.selectorLabels" -}}
app.kubernetes.io/name: pgbouncer
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "bookedbarber.postgres.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}

{{/* Where backups go: nothing is shared between namespaces, components and generations. */}}
{{- define "bookedbarber.postgres.backupPrefix" -}}
s3://{{ .Values.backup.bucket }}/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Release.Namespace }}/{{ include "bookedbarber.postgres.fullname" . }}/{{ .Values.backup.generation }}
{{- end }}

{{/* Patroni's dynamic configuration: what all members share. */}}
{{- define "bookedbarber.postgres.dynamic" -}}
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
    wal_keep_size: {{ min 1024 (div (include "bookedbarber.postgres.mebibytes" .Values.storage.size | int) 20) }}MB
    {{- end }}
    {{- range $name, $value := .Values.parameters }}
    {{- if regexMatch "^(max_locks_per_transaction|max_prepared_transactions|max_replication_slots|max_wal_senders|max_worker_processes|track_commit_timestamp|wal_keep_size|wal_log_hints)$" $name }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
    {{- end }}
{{- end }}
