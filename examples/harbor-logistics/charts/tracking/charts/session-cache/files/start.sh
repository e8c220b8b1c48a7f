#!/bin/sh
# Adds what a node alone knows to the configuration of all: folders, addresses and passwords.
# Then it becomes the server. Arguments are the server's.
set -eu

config=${CONFIG_DIR:-/etc/redis}
run=${RUN_DIR:-/run/redis}
umask 077

digest() {
  printf '%s' "$1" | sha256sum | cut -d ' ' -f 1
}

quote() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/["\\]/\\&/g')"
}

# Of the passwords the server only needs digests, except of the one that it sends itself.
sed \
  -e "s/@redis-password@/$(digest "$REDIS_PASSWORD")/" \
  -e "s/@replication-password@/$(digest "$REPLICATION_PASSWORD")/" \
  -e "s/@admin-password@/$(digest "$ADMIN_PASSWORD")/" \
  -e "s/@exporter-password@/$(digest "${EXPORTER_PASSWORD:-}")/" \
  "$config/users.acl" >"$run/users.acl"

{
  echo "include $config/server.conf"
  echo "dir ${DATA_DIR:-/data}"
  echo "aclfile $run/users.acl"
  printf 'masterauth %s\n' "$(quote "$REPLICATION_PASSWORD")"
  echo "cluster-announce-ip $POD_IP"
  echo "cluster-announce-hostname $POD_NAME.$DOMAIN"
  # The agent keeps a master and its replica on different machines by it.
  echo "cluster-announce-human-nodename $NODE_NAME"
} >"$run/node.conf"

exec "$ENGINE-server" "$run/node.conf" "$@"
