{{/* Configuration of the pooler. When it changes, its pods start anew. */}}
{{- define "tracking.orders-db.pooler.ini" -}}
[databases]
orders = host={{ include "tracking.orders-db.fullname" . }}-primary port=5432

[pgbouncer]
listen_addr = *
listen_port = 5432
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /run/pgbouncer/userlist.txt
stats_users = exporter
pool_mode = transaction
max_prepared_statements = 200
# Those of all replicas, and 19 others, are at most the max_connections of the server.
max_db_connections = {{ .Values.pooler.maxConnections | int64 }}
default_pool_size = {{ .Values.pooler.poolSize | int64 }}
reserve_pool_size = {{ min 5 (sub (int .Values.pooler.maxConnections) (int .Values.pooler.poolSize)) }}
max_client_conn = {{ .Values.pooler.maxClients | int64 }}
query_wait_timeout = 15
server_idle_timeout = 300
server_login_retry = 2
# A primary that died behind its Service is noticed in 30 seconds.
tcp_keepalive = 1
tcp_keepidle = 10
tcp_keepintvl = 5
tcp_keepcnt = 3
tcp_user_timeout = 15000
# Drivers set it, and it is harmless.
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
{{- if .Values.tls.enabled }}
client_tls_sslmode = require
client_tls_cert_file = /tls/tls.crt
client_tls_key_file = /tls/tls.key
server_tls_sslmode = verify-full
server_tls_ca_file = /tls/ca.crt
{{- else }}
client_tls_sslmode = disable
server_tls_sslmode = disable
{{- end }}
{{- end }}
