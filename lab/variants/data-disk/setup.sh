#!/bin/bash
# Runs in the root of the disk, once the files are on it. The blocks are allocated from the beginning, as on a disk: other files
# that fill the host's disk cannot take them. mkfs creates lost+found.
set -euo pipefail
disk=/var/lib/etcd-disk.ext4
fallocate --length 3G "$disk"
chmod 600 "$disk"
mkfs.ext4 -q -m 0 -J size=32 -L etcd -E lazy_itable_init=1,lazy_journal_init=1,nodiscard,root_owner=0:0 "$disk"
mkdir -m 700 -p /var/lib/etcd
systemctl --quiet enable var-lib-etcd.mount
