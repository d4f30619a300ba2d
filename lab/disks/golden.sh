#!/bin/bash
# golden.sh DISK BASE FILES MODES IMAGES SETUPS ADDED SIZE
# Makes DISK, an ext4 image of a host that was installed and never started:
#   BASE      root folder of the distribution
#   FILES     tree of files to lay over it
#   MODES     file with a line "MODE PATH" for each path of them that packages and traits bring
#   IMAGES    folder with container images (*.tar) to import into containerd
#   SETUPS    folder with scripts of the host's traits, to run in its root in the order of their names
#   ADDED     file to write what the host then has beyond the distribution into: "TYPE MODE SIZE PATH" each
#   SIZE      bytes; the file is sparse
# To be run in a mount and a pid namespace of its own: whatever is mounted or started here ends with it.
set -euo pipefail
disk=$1 base=$2 files=$3 modes=$4 images=$5 setups=$6 added=$7 size=$8
root=$disk.mnt
umask 022

truncate -s "$size" "$disk"
# No blocks kept back for root: "disk full" is to mean full. A small journal keeps copies quick.
mkfs.ext4 -q -F -m 0 -J size=32 -E lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0 -d "$base" "$disk"
mkdir "$root"
mount -o loop,noinit_itable "$disk" "$root"

# A folder's size is the file system's affair. What containerd stores is its own.
list() {
  (cd "$root" && find . -xdev -path ./lost+found -prune -o -path './var/lib/containerd/*' -prune -o \
    ! -name . \( -type d -printf '%y %m 0 %P\n' -o -printf '%y %m %s %P\n' \)) | LC_ALL=C sort
}
list > "$disk.before"

# Modes come from here, not from the checkout: git keeps no more than the executable bit.
cp -r --no-preserve=mode,ownership "$files/." "$root"
chmod 755 "$root"/usr/local/sbin/*
chmod 440 "$root"/etc/sudoers.d/*
while read -r mode path; do chmod "$mode" "$root$path"; done < "$modes"
# Where a virtual machine mounts the modules of its kernel.
install -d -m 755 "$root/usr/lib/modules"

in_root() { chroot "$root" "$@"; }
rm -f "$root"/etc/ssh/ssh_host_* "$root/var/lib/dbus/machine-id" "$root/etc/hostname"
: > "$root/etc/machine-id"
: > "$root/etc/fstab"
# A symlink where systemd-resolved is installed; a host has no resolver to ask.
rm -f "$root/etc/resolv.conf"
: > "$root/etc/resolv.conf"

in_root id ubuntu > /dev/null 2>&1 || in_root useradd --create-home --shell /bin/bash --uid 1000 ubuntu
units() { in_root systemctl --quiet "$@" 2> /dev/null; }
# Ubuntu starts sshd by its socket; the host is to have the service, as everywhere else.
units mask ssh.socket || :
units enable ssh.service containerd.service kubelet.service
units disable apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  dpkg-db-backup.timer motd-news.timer || :

# containerd itself puts the images where it wants them.
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir "$root/run/images"
mount --bind "$images" "$root/run/images"
chroot "$root" containerd --log-level error &
containerd=$!
for _ in $(seq 200); do
  in_root ctr --timeout 1s version > /dev/null 2>&1 && break
  kill -0 "$containerd"
  sleep 0.1
done
for image in "$images"/*.tar; do
  in_root ctr --namespace k8s.io images import "/run/images/${image##*/}"
done
kill "$containerd"
wait "$containerd" || :

for setup in "$setups"/*; do
  [ -e "$setup" ] || continue
  in_root env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -euo pipefail -s < "$setup"
done

# Of the machine's /dev only this copy of the mount goes: the namespace is private.
umount --lazy "$root/dev"
umount --recursive "$root/run" "$root/sys" "$root/proc"
rm -rf "$root"/var/log/journal/* "$root/var/lib/systemd/random-seed"
list | LC_ALL=C comm -13 "$disk.before" - > "$added"
rm "$disk.before"
# What was written and removed again need not be copied for every host. Not every file system below can do it.
fstrim "$root" || :
umount "$root"
rmdir "$root"
