#!/bin/sh
# Patroni runs it once, on the first leader, with a connection string: roles, database, extensions.
# After a restore it notes in the volume from where, up to when, and the last transaction of that.
set -eu

run_psql() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"
}

if [ -n "${RESTORE_PATH:-}" ]; then
  utc="'YYYY-MM-DD HH24:MI:SS.US\"+00:00\"'"
  last=$(run_psql --tuples-only --no-align \
    --command "SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', $utc)" "$1")
  printf '%s\n' "$RESTORE_PATH" "$RESTORE_TIME" "$last" >"$RESTORED"
fi
run_psql --file /scripts/post_bootstrap.sql "$1"
