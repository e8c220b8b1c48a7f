#!/bin/sh
# Readiness: the data is loaded, the cluster serves, and a replica follows its master. A rolling
# update waits for it, so that never two nodes of a shard are away.
set -u
. "$(dirname "$0")/cluster.sh"

refuse() {
  echo "$1" >&2
  exit 1
}

info=$(ask "$SELF" info) || refuse "$info"
cluster=$(ask "$SELF" cluster info) || refuse "$cluster"
case $info in
  *loading:1*) refuse "loading" ;;
  *master_link_status:down*) refuse "not in step with the master" ;;
esac
case $cluster in
  *cluster_state:ok*) ;;
  *) refuse "the cluster is not complete" ;;
esac
