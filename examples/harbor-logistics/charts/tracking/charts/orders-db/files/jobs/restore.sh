#!/bin/sh
# Patroni runs it instead of initdb: the data folder as it was at RESTORE_TIME, or as late as the
# store knows, from the backups of another cluster or of an earlier generation of this one.
set -eu

mkdir -p "$PGDATA"
chmod 0700 "$PGDATA"
set -- --repo1-path="$RESTORE_PATH"
if [ -n "$RESTORE_TIME" ]; then
  set -- "$@" --type=time --target="$RESTORE_TIME" --target-action=promote
fi
exec pgbackrest "$@" restore
