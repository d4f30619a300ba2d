#!/bin/bash
# supervise.sh DISK ROOT IDENTITY [CGROUP.PROCS...] -- COMMAND...
# Becomes COMMAND, which runs one virtual machine, once its disk is ready:
#   DISK      ext4 image
#   ROOT      temporary mount point
#   IDENTITY  tree to copy onto a fresh disk, if it exists
#   CGROUP.PROCS  cgroups to enter first; none if systemd runs the host in a scope
# Run it as leader of a session and in a private mount namespace.
set -euo pipefail
disk=$1 root=$2 identity=$3
shift 3
while [ "$1" != -- ]; do
  echo $$ > "$1"
  shift
done
shift

if [ -d "$identity" ]; then
  mkdir -p "$root"
  # No entry in /run/mount/utab, which is the machine's.
  mount --no-mtab -o loop,noinit_itable "$disk" "$root"
  cp -a "$identity/." "$root"
  # Files written from here have no label, and SELinux would deny sshd its keys.
  contexts=/etc/selinux/default/contexts/files/file_contexts
  if [ -e "$root$contexts" ]; then
    mount --no-mtab -t proc proc "$root/proc"
    find "$identity" -mindepth 1 -printf '/%P\0' | chroot "$root" setfiles -0 -f - "$contexts"
    umount "$root/proc"
  fi
  umount "$root"
  sync -f "$disk"
  rm -rf "$identity"
fi
exec "$@"
