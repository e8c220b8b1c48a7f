{{/* Configuration of a node. When it changes, the nodes start anew. */}}
{{- define "backoffice.scratch.server" -}}
# start.sh adds what a node alone knows: folders, addresses, passwords.
bind * -::*
protected-mode yes
{{- if .Values.tls.enabled }}
port 0
tls-port 6379
tls-cluster yes
tls-replication yes
# Clients show a password. Nodes show the certificate, as they are clients of each other.
tls-auth-clients optional
tls-cert-file /tls/tls.crt
tls-key-file /tls/tls.key
tls-ca-cert-file /tls/ca.crt
{{- else }}
port 6379
{{- end }}
tcp-keepalive 60

cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 5000
# Clients are sent on to names: addresses change, and certificates are for names.
cluster-preferred-endpoint-type hostname
# One shard that is away does not take the others with it.
cluster-require-full-coverage no
cluster-allow-replica-migration no
cluster-replica-validity-factor 10
{{- if eq .Values.engine "valkey" }}
# A master that is told to end hands over first.
shutdown-on-sigterm failover
cluster-manual-failover-timeout 5000
{{- end }}

appendonly yes
appendfsync everysec
aof-use-rdb-preamble yes
save ""

maxmemory {{ include "backoffice.scratch.maxmemory" . }}mb
maxmemory-policy {{ .Values.eviction }}
maxmemory-clients 5%
repl-backlog-size 64mb

masteruser replication
{{- end }}

{{/* Users, and what each may do. start.sh puts the digests of the passwords in. */}}
{{- define "backoffice.scratch.users" -}}
user default on #@redis-password@ ~* &* +@all -@admin -@dangerous +info +cluster|info +cluster|keyslot +cluster|nodes +cluster|shards +cluster|slots +cluster|countkeysinslot
user replication on #@replication-password@ resetchannels -@all +ping +psync +replconf +sync{{ if eq .Values.engine "valkey" }} +cluster|syncslots{{ end }}
user admin on #@admin-password@ ~* &* +@all
{{- end }}
