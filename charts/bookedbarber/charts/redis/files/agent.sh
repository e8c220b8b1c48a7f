#!/bin/sh
# Forms the cluster and heals it: nodes whose address changed, nodes that lost their volume, nodes
# that were added. Every round looks anew, and leaves alone whatever is not certain.
#   kubectl exec POD -c agent -- touch /tmp/pause    stops it, for work by hand
set -u
. "$(dirname "$0")/cluster.sh"

STATE=${STATE_DIR:-/tmp}
BASE=${POD_NAME%-*}
ORDINAL=${POD_NAME##*-}
SLOTS=16384

say() {
  echo "agent: $*" >&2
}

host_of() {
  echo "$BASE-$1.$DOMAIN"
}

# The nodes that SELF knows, one a line: id, address, name, flags, link, slots, master.
table() {
  ask "$SELF" cluster nodes | awk '$1 ~ /^[0-9a-f]+$/ && NF >= 8 {
    split($2, place, ","); address = place[1]; sub(/:[0-9]*@.*/, "", address)
    print $1, (address == "" ? "-" : address), (place[2] == "" ? "-" : place[2]), $3, $8, NF - 8, $4
  }'
}

# value HOST FIELD: one field of `cluster info`.
value() {
  ask "$1" cluster info | sed -n "s/^$2://p"
}

# A node that never was part of a cluster, and holds nothing.
virgin() {
  [ "$(value "$1" cluster_known_nodes)" = 1 ] &&
    [ "$(value "$1" cluster_slots_assigned)" = 0 ] &&
    [ "$(ask "$1" dbsize)" = 0 ]
}

# A node that is part of a cluster already, be it of one node.
settled() {
  [ "$(value "$1" cluster_slots_assigned)" = "$SLOTS" ] || [ "$(number "$1")" -gt 1 ]
}

# How many nodes a node knows, itself included; 0 when it does not say.
number() {
  known=$(value "$1" cluster_known_nodes)
  echo "${known:-0}"
}

# How many pods there may be: more than NODES once somebody has scaled the StatefulSet.
pods() {
  awk -v base="$BASE-" -v most="$NODES" 'index($3, base) == 1 {
    number = substr($3, length(base) + 1); sub(/[.].*/, "", number)
    if (number + 1 > most) most = number + 1
  } END { print most }' "$STATE/table"
}

# The peers that can be asked, one a line: ordinal, address, id. DNS may be late and an address
# may belong to somebody else by now, so a peer counts only when it knows its own name.
peers() {
  number=0
  pods=$(pods)
  while [ "$number" -lt "$pods" ]; do
    name=$(host_of "$number")
    address=$(getent hosts "$name" | awk '{ print $1; exit }')
    if [ -n "$address" ] &&
      [ "$(ask "$address" config get cluster-announce-hostname | tail -n 1)" = "$name" ] &&
      id=$(ask "$address" cluster myid); then
      echo "$number $address $id"
    fi
    number=$((number + 1))
  done
}

# A node without a cluster: it joins one that it finds. When all are without one, the first
# node makes it.
join() {
  first=""
  while read -r number address id; do
    [ "$number" = "$ORDINAL" ] && continue
    if ! virgin "$address"; then
      if settled "$address"; then
        say "joining the cluster of $(host_of "$number")"
        ask "$SELF" cluster meet "$address" "$PORT" >/dev/null
      fi
      return
    fi
    first="$first $number:$address"
  done <"$STATE/peers"
  [ "$ORDINAL" = 0 ] && [ "$(wc -l <"$STATE/peers")" -ge "$NODES" ] || return
  say "all $NODES nodes are there and new: making the cluster"
  ask "$SELF" cluster set-config-epoch 1 >/dev/null
  for peer in $first; do
    ask "${peer#*:}" cluster set-config-epoch $((${peer%%:*} + 1)) >/dev/null
    ask "$SELF" cluster meet "${peer#*:}" "$PORT" >/dev/null
  done
}

# Known nodes that moved or were given up, and answer now: SELF is told where they are.
heal() {
  while read -r number address id; do
    [ "$number" = "$ORDINAL" ] && continue
    known=$(awk -v id="$id" '$1 == id { print $2, $4 }' "$STATE/table")
    case $known in
      "") ;;
      "$address "*fail* | "$address "*noaddr*)
        say "$(host_of "$number") is back at $address"
        ask "$SELF" cluster meet "$address" "$PORT" >/dev/null
        ;;
      "$address "*) ;;
      *)
        say "$(host_of "$number") moved to $address"
        ask "$SELF" cluster meet "$address" "$PORT" >/dev/null
        ;;
    esac
  done <"$STATE/peers"
}

# A replica that learns from others where its master went keeps asking at the old address. It is
# told to follow the same master once more.
follow() {
  info=$(ask "$SELF" info replication)
  case $info in
    *master_link_status:down*) ;;
    *) return ;;
  esac
  asking=$(echo "$info" | sed -n 's/^master_host://p')
  master=$(ask "$SELF" cluster nodes | awk '$3 ~ /myself/ && $4 != "-" { print $4 }')
  place=$(awk -v id="$master" '$1 == id && $4 !~ /fail|noaddr/ { print $2 }' "$STATE/table")
  if [ -n "$place" ] && [ "$place" != "$asking" ]; then
    say "following the master to $place"
    ask "$SELF" cluster replicate "$master" >/dev/null
  fi
}

# Nodes that are gone for good: another one has their name, and they hold no slots.
forget() {
  awk '$6 == 0 && $4 ~ /(^|,)(fail|noaddr)(,|$)/ { print $1, $3 }' "$STATE/table" |
    while read -r id name; do
      number=${name%%.*}
      number=${number##*-}
      heir=$(awk -v number="$number" '$1 == number { print $3 }' "$STATE/peers")
      if [ "$name" = "$(host_of "$number")" ] && [ "${heir:-$id}" != "$id" ] &&
        grep -q "^$heir " "$STATE/table"; then
        say "forgetting the $name that was lost ($id)"
        ask "$SELF" cluster forget "$id" >/dev/null
      fi
    done
}

# All nodes know each other, none has slots: the masters get them, on different machines if
# there are enough. The order is the same in every attempt, so a broken one can be repeated.
share_slots() {
  [ "$(wc -l <"$STATE/peers")" -ge "$NODES" ] || return
  : >"$STATE/machines"
  while read -r number address id; do
    [ "$(ask "$address" dbsize)" = 0 ] || return
    [ "$(number "$address")" -ge "$NODES" ] || return
    echo "$number $address $(machine "$address")" >>"$STATE/machines"
  done <"$STATE/peers"
  index=0
  awk '{ print (seen[$3]++), $0 }' "$STATE/machines" | sort -k 1,1n -k 2,2n |
    head -n "$MASTERS" | while read -r _ number address _; do
    from=$((SLOTS * index / MASTERS))
    to=$((SLOTS * (index + 1) / MASTERS - 1))
    say "$(host_of "$number") becomes a master of the slots $from to $to"
    ask "$address" cluster addslotsrange "$from" "$to" >/dev/null
    index=$((index + 1))
  done
}

# The machine that a node runs on; its own address where the server can't say.
machine() {
  found=$(ask "$1" config get cluster-announce-human-nodename | sed -n 2p)
  echo "${found:-$1}"
}

# The masters with slots, one a line: how many replicas each has, its id, its machine.
masters() {
  awk '$6 > 0 && $4 !~ /fail|noaddr|handshake/ { print $1, $2 }' "$STATE/table" |
    while read -r id address; do
      count=$(ask "$SELF" cluster nodes | awk -v id="$id" '$4 == id && $3 !~ /fail|noaddr/' | wc -l)
      echo "$count $id $(machine "$address")"
    done
}

# Of the masters with the fewest replicas one on another machine than $1: the next in a circle of
# machines, so that as many masters and replicas on the same machines all find one.
choose() {
  awk -v own="$1" '{ print $1, ($3 == own), ($3 < own), $3, $2 }' "$STATE/masters" |
    sort -k 1,1n -k 2,2n -k 3,3n -k 4,4 -k 5,5 | awk 'NR == 1 { print $5 }'
}

# Empty masters become replicas. One that is a replica by now shows that what SELF knows is old:
# to count by it would give one master two replicas, and another one none.
adopt() {
  awk '$6 == 0 && $4 ~ /master/ && $4 !~ /fail|noaddr|handshake/ && $5 == "connected" {
    print $1, $2
  }' "$STATE/table" >"$STATE/empty"
  while read -r id address; do
    case $(ask "$address" info replication) in
      *role:slave*) return ;;
    esac
  done <"$STATE/empty"
  masters >"$STATE/masters"
  while read -r id address; do
    grep -q " $address $id\$" "$STATE/peers" || continue
    [ "$(ask "$address" dbsize)" = 0 ] || continue
    chosen=$(choose "$(machine "$address")")
    [ -n "$chosen" ] || continue
    say "$address becomes a replica of $chosen"
    ask "$address" cluster replicate "$chosen" >/dev/null || continue
    awk -v id="$chosen" '{ if ($2 == id) $1++; print }' "$STATE/masters" >"$STATE/masters.new"
    mv "$STATE/masters.new" "$STATE/masters"
  done <"$STATE/empty"
}

# Who follows whom, as a node sees it; nothing alike where it takes one for lost.
view() {
  ask "$1" cluster nodes | awk '$1 ~ /^[0-9a-f]+$/ {
    print $1, $3 ~ /fail|noaddr|handshake/ ? "lost" : $3 ~ /slave/ ? $4 : "master", $8
  }' | sort
}

# Every node that is known is a pod that answers, and all of them see the same.
agreed() {
  [ "$(wc -l <"$STATE/peers")" = "$(wc -l <"$STATE/table")" ] || return 1
  own=$(view "$SELF")
  case $own in
    *lost* | *disconnected*) return 1 ;;
  esac
  while read -r number address id; do
    grep -q "^$id $address " "$STATE/table" || return 1
    [ "$(view "$address")" = "$own" ] || return 1
  done <"$STATE/peers"
}

# One master has no replica and another has two: one of those changes over, to another machine
# where there is one. Whoever works by hand may be in the middle of something, so the same must be
# seen twice.
even() {
  found=""
  if agreed; then
    masters >"$STATE/masters"
    bare=$(awk '$1 == 0 { print $2, $3; exit }' "$STATE/masters")
    if [ -n "$bare" ]; then
      awk 'FNR == NR { if ($1 > 1) rich[$2] = 1; next }
        $4 ~ /slave/ && $7 in rich { print $1, $2 }' "$STATE/masters" "$STATE/table" |
        while read -r id address; do
          same=0
          [ "$(machine "$address")" != "${bare#* }" ] || same=1
          echo "$same $id $address"
        done | sort >"$STATE/spare"
      found=$(awk -v bare="${bare% *}" 'NR == 1 { print $3, bare }' "$STATE/spare")
    fi
  fi
  if [ -n "$found" ] && [ "$found" = "$(cat "$STATE/uneven")" ]; then
    say "${found% *} becomes a replica of ${found#* }, which has none"
    ask "${found% *}" cluster replicate "${found#* }" >/dev/null
    found=""
  fi
  echo "$found" >"$STATE/uneven"
}

# New certificates: the server reads the files again.
certificates() {
  [ -n "${TLS_DIR:-}" ] || return 0
  found=$(cat "$TLS_DIR/ca.crt" "$TLS_DIR/tls.crt" "$TLS_DIR/tls.key" | cksum)
  [ "$found" != "${certificates:-}" ] || return 0
  ask "$SELF" config set tls-cert-file "$TLS_DIR/tls.crt" tls-key-file "$TLS_DIR/tls.key" \
    tls-ca-cert-file "$TLS_DIR/ca.crt" >/dev/null && certificates=$found
}

look() {
  [ "$(ask "$SELF" ping)" = PONG ] || return
  certificates
  table >"$STATE/table"
  peers >"$STATE/peers"
  if [ "$NODES" -gt 1 ] && virgin "$SELF"; then
    join
    return
  fi
  heal
  follow
  forget
  [ "$ORDINAL" = 0 ] || return
  if [ "$(value "$SELF" cluster_slots_assigned)" != "$SLOTS" ]; then
    share_slots
  elif [ "$(value "$SELF" cluster_state)" = ok ]; then
    adopt
    even
  fi
}

echo >"$STATE/uneven"
trap 'exit 0' TERM INT
while :; do
  [ -e "$STATE/pause" ] || look
  touch "$STATE/alive"
  sleep "${INTERVAL:-10}" &
  wait $!
done
