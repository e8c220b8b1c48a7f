#!/bin/sh
# restore_command while a restore replays the log: file $1 to path $2. 1 means that the store does
# not have it, which ends the replay. Everything else must stop the server, or the restore would
# end too early without a word: PostgreSQL takes only codes above 125 for that.
set -u

pgbackrest --repo1-path="$RESTORE_PATH" archive-get "$1" "$2"
code=$?
if [ "$code" -gt 1 ]; then
  echo "the store did not give $1: pgBackRest ended with $code" >&2
  exit 126
fi
exit "$code"
