#!/bin/sh
# Inside new mount and process namespaces: a root folder like an image's, made of this machine's
# /usr, with the mounts of the list $2 (SOURCE TARGET ro|rw a line). Then the command, as the
# user $3 and group $4, without any of root's rights.
#
# sandbox.sh ROOT MOUNTS UID GID COMMAND...
set -eu

root=$1 mounts=$2 uid=$3 gid=$4
shift 4
mount -t tmpfs -o mode=755 none "$root"
cd "$root"
mkdir usr proc dev etc run tmp var
for name in bin lib lib64 sbin; do
  ln -s "usr/$name" "$name"
done
ln -s ../run var/run
mount --bind /usr usr
mount -t proc none proc
mount --rbind /dev dev
while read -r source target mode; do
  if [ -d "$source" ]; then
    mkdir -p "./$target"
  else
    : >"./$target"
  fi
  mount --bind -o "$mode" "$source" "./$target"
done <"$mounts"
mount -o remount,ro "$root"
# Nothing here may outlive its parent, which the test ends.
exec chroot . setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs \
  --inh-caps=-all --bounding-set=-all --pdeathsig KILL "$@"
