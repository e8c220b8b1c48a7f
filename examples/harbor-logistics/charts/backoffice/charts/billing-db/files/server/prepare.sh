#!/bin/sh
# Before the server starts: the data folder with the modes that PostgreSQL insists on, and no
# start at all on a volume of another major version.
set -eu

binaries=/usr/lib/postgresql/$PG_MAJOR/bin
root=$(dirname "$PGDATA")

if [ ! -x "$binaries/postgres" ]; then
  echo "the image has no PostgreSQL $PG_MAJOR ($binaries/postgres)" >&2
  exit 1
fi

mkdir -p "$root"
chmod 0700 "$root"

if [ -f "$PGDATA/PG_VERSION" ]; then
  found=$(cat "$PGDATA/PG_VERSION")
  if [ "$found" != "$PG_MAJOR" ]; then
    echo "the volume holds PostgreSQL $found, the chart wants $PG_MAJOR." >&2
    echo "A major version is never crossed in place: see RUNBOOK.md, or set postgresVersion=$found." >&2
    exit 1
  fi
  # fsGroup adds the group's rights to every file; PostgreSQL refuses such a folder.
  chmod 0700 "$PGDATA"
fi
