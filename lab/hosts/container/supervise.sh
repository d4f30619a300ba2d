#!/bin/bash
# supervise.sh NAME DISK ROOT IDENTITY NETNS [CGROUP.PROCS...]
# Runs one host from power-on to power-off, and again whenever it reboots:
#   NAME      host name
#   DISK      ext4 image
#   ROOT      where to mount it
#   IDENTITY  tree to copy onto a fresh disk, if it exists
#   NETNS     path of the host's network namespace
#   CGROUP.PROCS  cgroups to enter first; none if systemd runs the host in a scope
# Run it as leader of a session and in a private mount namespace: the disk's mount lives and dies with the host.
# SIGTERM shuts the host down in an orderly way.
set -euo pipefail
name=$1 disk=$2 root=$3 identity=$4 netns=$5
shift 5
for entrance in "$@"; do echo $$ > "$entrance"; done

# cgroup v2 has processes in its leaves only: this script is one leaf, the host another.
unified=
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  unified=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
  mkdir "$unified/watch"
  echo $$ > "$unified/watch/cgroup.procs"
  for controller in $(cat "$unified/cgroup.controllers"); do
    echo "+$controller" > "$unified/cgroup.subtree_control" || echo "no $controller controller for $name"
  done
fi
enter_host_cgroup() {
  [ -n "$unified" ] || return 0
  # Remains of an earlier boot would prevent entering.
  if [ -d "$unified/host" ]; then find "$unified/host" -depth -type d -exec rmdir {} \;; fi
  mkdir "$unified/host"
  echo "$BASHPID" > "$unified/host/cgroup.procs"
}

mkdir -p "$root"
mount -o loop,noinit_itable "$disk" "$root"
if [ -d "$identity" ]; then
  cp -a "$identity/." "$root"
  sync -f "$root"
  rm -rf "$identity"
fi

# A /run of our own, so that systemd-nspawn neither sees the machine's systemd nor leaves anything beside it.
private_run=$(dirname "$root")/run
mkdir -p "$private_run"
mount -t tmpfs -o mode=755 tmpfs "$private_run"
mkdir "$private_run/netns"
touch "$private_run/netns/host"
mount --bind "$netns" "$private_run/netns/host"
# No entry in /run/mount/utab, whose folder no longer exists.
mount --no-mtab --move "$private_run" /run

# The kernel's own interfaces below /proc/sys stay read-only except for the host's network; lab-init gives copies of
# those that kubelet writes. The seccomp filter of systemd-nspawn would restrict the host's root.
export SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
rebooted=133
status=$rebooted
while [ "$status" = "$rebooted" ]; do
  (
    enter_host_cgroup
    exec systemd-nspawn --quiet --directory="$root" --machine="$name" --hostname="$name" \
      --register=no --keep-unit --network-namespace-path=/run/netns/host --capability=all \
      --kill-signal=SIGRTMIN+3 --console=pipe --resolv-conf=off --timezone=off --link-journal=no \
      --bind=/dev/kmsg /usr/local/sbin/lab-init
  ) < /dev/null &
  nspawn=$!
  trap 'kill -TERM $nspawn' TERM
  # `wait` returns early when a signal arrives.
  while :; do
    status=0
    wait $nspawn || status=$?
    kill -0 $nspawn 2> /dev/null || break
  done
done
umount "$root"
exit "$status"
