#!/bin/sh
# archive_command: hands a file of the log to pgBackRest. Its name is in the name of this file, for
# it takes no backup of a server whose archive_command does not name it. While the store can't be
# reached, files wait in pg_wal. When more wait than archive-push-queue-max allows, pgBackRest drops
# them before the volume is full and nothing can be written: then a mark is left, which the agent
# reports.
set -u

said=$(pgbackrest archive-push "$1" 2>&1)
code=$?
if [ -n "$said" ]; then
  printf '%s\n' "$said" >&2
fi
case $said in
  # Not `: >`: a shell ends when that fails, and PostgreSQL would keep the file that was dropped.
  *"dropped WAL file"*) touch "$ARCHIVE_DROPPED" ;;
esac
exit "$code"
