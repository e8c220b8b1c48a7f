# How the other scripts ask a node. They source it.
# shellcheck shell=sh

PORT=${PORT:-6379}
SELF=${SELF:-127.0.0.1}
CLI=$(command -v valkey-cli || command -v redis-cli)
# Not an argument, since every process of the pod could read that.
export REDISCLI_AUTH="$ADMIN_PASSWORD"
export VALKEYCLI_AUTH="$ADMIN_PASSWORD"

# ask HOST COMMAND...: the answer. Fails without one, on an error, and after five seconds.
ask() {
  asked=$1
  shift
  if [ -n "${TLS_DIR:-}" ]; then
    set -- --tls --cacert "$TLS_DIR/ca.crt" "$@"
  fi
  answer=$(timeout 5 "$CLI" -e --no-auth-warning --user admin -h "$asked" -p "$PORT" "$@" 2>&1 </dev/null)
  code=$?
  printf '%s\n' "$answer" | tr -d '\r'
  return "$code"
}
