{{/* Configuration of a member. When it changes, the members start anew. */}}
{{- define "tracking.orders-db.member" -}}
{{- $memory := include "tracking.orders-db.memory" . | int }}
{{- $volume := include "tracking.orders-db.mebibytes" .Values.storage.size | int }}
{{- $parameters := .Values.parameters | default dict }}
{{- $host := ternary "hostssl" "host" .Values.tls.enabled -}}
scope: {{ include "tracking.orders-db.fullname" . }}
kubernetes:
  use_endpoints: false
  bypass_api_service: false
  scope_label: cluster-name
  role_label: role
  leader_label_value: primary
  follower_label_value: replica
  standby_leader_label_value: primary
  labels:
    app.kubernetes.io/name: orders-db
    app.kubernetes.io/instance: {{ .Release.Name }}
restapi:
  listen: 0.0.0.0:8008
  {{- if .Values.tls.enabled }}
  certfile: /tls/tls.crt
  keyfile: /tls/tls.key
  cafile: /tls/ca.crt
  {{- end }}
postgresql:
  listen: 0.0.0.0:5432
  bin_dir: /usr/lib/postgresql/{{ .Values.postgresVersion }}/bin
  data_dir: /home/postgres/pgdata/pgroot/data
  use_unix_socket: true
  pgpass: /tmp/pgpass
  authentication:
    superuser:
      username: postgres
      {{- if .Values.tls.enabled }}
      sslmode: verify-full
      sslrootcert: /tls/ca.crt
      {{- end }}
    replication:
      username: replicator
      {{- if .Values.tls.enabled }}
      sslmode: verify-full
      sslrootcert: /tls/ca.crt
      {{- end }}
    rewind:
      username: rewind_user
      {{- if .Values.tls.enabled }}
      sslmode: verify-full
      sslrootcert: /tls/ca.crt
      {{- end }}
  create_replica_methods: [basebackup]
  basebackup:
    - checkpoint: fast
  parameters:
    superuser_reserved_connections: 5
    unix_socket_directories: /var/run/postgresql
    {{- if .Values.tls.enabled }}
    ssl: "on"
    ssl_cert_file: /tls/tls.crt
    ssl_key_file: /tls/tls.key
    ssl_ca_file: /tls/ca.crt
    ssl_min_protocol_version: TLSv1.2
    {{- end }}
    {{- if .Values.backup.enabled }}
    archive_mode: "on"
    archive_command: sh /scripts/pgbackrest_push.sh "%p"
    archive_timeout: 60s
    {{- else }}
    archive_mode: "off"
    {{- end }}
    {{- if not (hasKey $parameters "shared_buffers") }}
    shared_buffers: {{ div $memory 4 }}MB
    {{- end }}
    {{- if not (hasKey $parameters "effective_cache_size") }}
    effective_cache_size: {{ div (mul $memory 5) 8 }}MB
    {{- end }}
    {{- if not (hasKey $parameters "maintenance_work_mem") }}
    maintenance_work_mem: {{ div $memory 16 }}MB
    {{- end }}
    {{- if not (hasKey $parameters "max_slot_wal_keep_size") }}
    # A member that never comes back must not fill the disk of the others.
    max_slot_wal_keep_size: {{ min 20480 (div $volume 5) }}MB
    {{- end }}
    {{- range $name, $value := $parameters }}
    {{- if not (regexMatch "^(max_locks_per_transaction|max_prepared_transactions|max_replication_slots|max_wal_senders|max_worker_processes|track_commit_timestamp|wal_keep_size|wal_log_hints)$" $name) }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
    {{- end }}
  {{- if .Values.backup.enabled }}
  # A member that fell too far behind the others catches up from the archive.
  recovery_conf:
    restore_command: pgbackrest archive-get %f "%p"
  {{- end }}
  pg_hba:
    - local all postgres peer
    - local all all scram-sha-256
    - {{ $host }} replication replicator all scram-sha-256
    - {{ $host }} all all all scram-sha-256
    {{- if .Values.tls.enabled }}
    - hostnossl all all all reject
    {{- end }}
tags:
  clonefrom: true
{{- end }}

{{/* Patroni's dynamic configuration: what all members share. */}}
{{- define "tracking.orders-db.dynamic" -}}
{{- $parameters := .Values.parameters | default dict -}}
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
    max_connections: {{ .Values.maxConnections | int64 }}
    wal_level: replica
    hot_standby: "on"
    {{- if not (hasKey $parameters "wal_keep_size") }}
    wal_keep_size: {{ min 1024 (div (include "tracking.orders-db.mebibytes" .Values.storage.size | int) 20) }}MB
    {{- end }}
    {{- range $name, $value := $parameters }}
    {{- if regexMatch "^(max_locks_per_transaction|max_prepared_transactions|max_replication_slots|max_wal_senders|max_worker_processes|track_commit_timestamp|wal_keep_size|wal_log_hints)$" $name }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
    {{- end }}
{{- end }}
