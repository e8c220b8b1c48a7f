#!/bin/sh
# Writes PgBouncer's auth_file from the environment to the path $1. Quotes in it are doubled.
set -eu

entry() {
  quoted=$(printf '%s' "$2" | sed 's/"/""/g')
  printf '"%s" "%s"\n' "$1" "$quoted"
}

umask 077
{
  entry "$APP_USER" "$APP_PASSWORD"
  if [ -n "${EXPORTER_PASSWORD:-}" ]; then
    entry exporter "$EXPORTER_PASSWORD"
  fi
} >"$1"
