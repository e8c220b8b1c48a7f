{{/* Name of the pooler's objects. */}}
{{- define "backoffice.claims-db.pooler.fullname" -}}
{{ include "backoffice.claims-db.prefix" . }}claims-db-pgbouncer
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "backoffice.claims-db.pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: claims-db-pgbouncer
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Selects the members, and the Jobs that make them: what is of the cluster, but no pooler. */}}
{{- define "backoffice.claims-db.members" -}}
matchLabels:
  cnpg.io/cluster: {{ include "backoffice.claims-db.fullname" . }}
matchExpressions:
  - key: cnpg.io/podRole
    operator: NotIn
    values: [pooler]
{{- end }}

{{/* Server parameters that the operator or this chart decides on: no value may name them. */}}
{{- define "backoffice.claims-db.reserved" -}}
allow_system_table_mods archive_cleanup_command archive_command archive_mode bonjour bonjour_name cluster_name
config_file data_directory data_sync_retry event_source external_pid_file hba_file hot_standby ident_file
jit_provider listen_addresses log_destination log_directory log_file_mode log_filename log_rotation_age
log_rotation_size log_truncate_on_rotation logging_collector max_connections pg_failover_slots.primary_dsn
pg_failover_slots.standby_slot_names port primary_conninfo primary_slot_name promote_trigger_file
recovery_end_command recovery_min_apply_delay recovery_target recovery_target_action recovery_target_inclusive
recovery_target_lsn recovery_target_name recovery_target_time recovery_target_timeline recovery_target_xid
restart_after_crash restore_command shared_preload_libraries ssl ssl_ca_file ssl_cert_file ssl_crl_file
ssl_dh_params_file ssl_ecdh_curve ssl_key_file ssl_passphrase_command ssl_passphrase_command_supports_reload
ssl_prefer_server_ciphers stats_temp_directory superuser_reserved_connections synchronized_standby_slots
synchronous_standby_names syslog_facility syslog_ident syslog_sequence_numbers syslog_split_messages
temp_tablespaces unix_socket_directories unix_socket_group unix_socket_permissions
{{- end }}

{{/* MiB of shared_buffers: a quarter of the limit, and no more than is requested. The operator wants that. */}}
{{- define "backoffice.claims-db.sharedBuffers" -}}
{{- $quarter := div (include "backoffice.claims-db.memory" . | int) 4 -}}
{{- $requested := include "backoffice.claims-db.mebibytes" (dig "requests" "memory" "" (.Values.resources | default dict)) | int -}}
{{- ternary (min $quarter $requested) $quarter (gt $requested 0) -}}
{{- end }}

{{/* Server parameters, as text: the operator takes no other type. */}}
{{- define "backoffice.claims-db.parameters" -}}
{{- $memory := include "backoffice.claims-db.memory" . | int }}
{{- $volume := include "backoffice.claims-db.mebibytes" .Values.storage.size | int }}
{{- $parameters := .Values.parameters | default dict -}}
max_connections: {{ .Values.maxConnections | int64 | quote }}
superuser_reserved_connections: "5"
{{- if not (hasKey $parameters "shared_buffers") }}
shared_buffers: {{ include "backoffice.claims-db.sharedBuffers" . }}MB
{{- end }}
{{- if not (hasKey $parameters "effective_cache_size") }}
effective_cache_size: {{ div (mul $memory 5) 8 }}MB
{{- end }}
{{- if not (hasKey $parameters "maintenance_work_mem") }}
maintenance_work_mem: {{ div $memory 16 }}MB
{{- end }}
{{- if not (hasKey $parameters "wal_keep_size") }}
wal_keep_size: {{ min 1024 (div $volume 20) }}MB
{{- end }}
{{- if not (hasKey $parameters "max_slot_wal_keep_size") }}
{{- /* A member that never comes back must not fill the disk of the others. */}}
max_slot_wal_keep_size: {{ min 20480 (div $volume 5) }}MB
{{- end }}
{{- if and .Values.backup.enabled (not (hasKey $parameters "archive_timeout")) }}
archive_timeout: 60s
{{- end }}
{{- range $name, $value := $parameters }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Path in the store. The generation follows it, as the name of the server that writes there. */}}
{{- define "backoffice.claims-db.storePath" -}}
s3://{{ .Values.backup.bucket }}/{{ with .Values.backup.path }}{{ . }}/{{ end }}
{{- end }}

{{/* Where in the store this cluster writes: nothing is shared between namespaces and components. */}}
{{- define "backoffice.claims-db.backupPlace" -}}
{{ .Release.Namespace }}/{{ include "backoffice.claims-db.fullname" . }}
{{- end }}

{{/* How the store is reached. */}}
{{- define "backoffice.claims-db.store" -}}
{{- with .Values.backup.endpoint }}
endpointURL: {{ . }}
{{- end }}
{{- with .Values.backup.caSecret }}
endpointCA:
  name: {{ . }}
  key: ca.crt
{{- end }}
s3Credentials:
  {{- if .Values.backup.secret }}
  accessKeyId:
    name: {{ .Values.backup.secret }}
    key: access-key-id
  secretAccessKey:
    name: {{ .Values.backup.secret }}
    key: secret-access-key
  {{- else }}
  inheritFromIAMRole: true
  {{- end }}
wal:
  compression: gzip
  maxParallel: 2
{{- end }}
