#!/bin/sh
# PgBouncer with the configuration $1, and a look at the certificates every minute: it reads new
# ones only when it is told to.
set -u

digest() {
  cat "$TLS_DIR/ca.crt" "$TLS_DIR/tls.crt" "$TLS_DIR/tls.key" | cksum
}

watch() {
  known=$(digest)
  while sleep "${INTERVAL:-60}" && kill -0 "$server" 2>/dev/null; do
    found=$(digest)
    if [ "$found" != "$known" ] && kill -HUP "$server"; then
      known=$found
    fi
  done
}

pgbouncer "$1" &
server=$!
# It ends when its clients have gone; the pod's grace period bounds that.
trap 'kill -TERM "$server"' TERM INT
if [ -n "${TLS_DIR:-}" ]; then
  watch &
fi
code=0
while kill -0 "$server" 2>/dev/null; do
  wait "$server"
  code=$?
done
exit "$code"
