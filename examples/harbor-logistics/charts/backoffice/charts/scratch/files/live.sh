#!/bin/sh
# Liveness: the process answers. That it loads, misses its master or knows no such password is
# an answer too: to start it anew would mend none of these.
set -u
. "$(dirname "$0")/cluster.sh"

answer=$(ask "$SELF" ping)
case $answer in
  PONG | *LOADING* | *MASTERDOWN* | *BUSY* | *NOAUTH* | *WRONGPASS* | *NOPERM*) exit 0 ;;
esac
echo "$answer" >&2
exit 1
