#!/bin/bash
# golden.sh DISK BASE FILES MODES IMAGES SETUPS UNIT IMPORT ADDED SIZE
# Makes DISK, an ext4 image of a freshly installed host:
#   BASE      root folder of the distribution
#   FILES     tree of files to lay over it
#   MODES     file with a line "MODE PATH" for each of their paths from packages and traits
#   IMAGES    folder with container images (*.tar), and with programs that IMPORT needs
#   SETUPS    folder with scripts of the host's traits, to run in its root in the order of their names
#   UNIT      unit of the host's container runtime
#   IMPORT    script that puts IMAGES into the store of that runtime, to run in the host's root
#   ADDED     output file for the host's additions to the distribution: "TYPE MODE SIZE PATH" each
#   SIZE      bytes; the file is sparse
# Run it in a mount and a pid namespace of its own: its mounts and processes end with them.
set -euo pipefail
disk=$1 base=$2 files=$3 modes=$4 images=$5 setups=$6 unit=$7 import=$8 added=$9 size=${10}
root=$disk.mnt
umask 022

truncate -s "$size" "$disk"
# No blocks reserved for root: "disk full" must mean full. A small journal keeps copies quick.
mkfs.ext4 -q -F -m 0 -J size=32 -E lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0 -d "$base" "$disk"
mkdir "$root"
mount -o loop,noinit_itable "$disk" "$root"

# A folder's size depends on the file system. The container runtime's store is left out.
list() {
  (cd "$root" && find . -xdev -path ./lost+found -prune -o -path './var/lib/containerd/*' -prune -o \
    -path './var/lib/containers/*' -prune -o ! -name . \( -type d -printf '%y %m 0 %P\n' -o -printf '%y %m %s %P\n' \)) | LC_ALL=C sort
}
list > "$disk.before"

# Modes come from here, not from the checkout: git keeps only the executable bit.
# A file replaces a link: in Debian 13 /etc/default/locale is one.
cp -r --remove-destination --no-preserve=mode,ownership "$files/." "$root"
chmod 755 "$root"/usr/local/sbin/*
chmod 440 "$root"/etc/sudoers.d/*
while read -r mode path; do chmod "$mode" "$root$path"; done < "$modes"
# Mount point of a virtual machine's kernel modules.
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
# Ubuntu starts sshd by its socket; the host uses the service, as on Debian.
units mask ssh.socket || :
units enable ssh.service "$unit" kubelet.service
units disable apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  dpkg-db-backup.timer motd-news.timer || :

mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir "$root/run/images"
mount --bind "$images" "$root/run/images"
run_in_root() {
  in_root env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -euo pipefail -s < "$1"
}
run_in_root "$import"
for setup in "$setups"/*; do
  [ -e "$setup" ] || continue
  run_in_root "$setup"
done

# Unmounts only this copy of the machine's /dev: the namespace is private.
umount --lazy "$root/dev"
umount --recursive "$root/run" "$root/sys" "$root/proc"
rm -rf "$root"/var/log/journal/* "$root/var/lib/systemd/random-seed"
list | LC_ALL=C comm -13 "$disk.before" - > "$added"
rm "$disk.before"
# Discards deleted blocks, so that they are not copied for every host. Not every file system below supports it.
fstrim "$root" || :
umount "$root"
rmdir "$root"
