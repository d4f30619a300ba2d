# The policy is loaded by systemd, and enforced from then on.
sed -i 's/^SELINUX=.*/SELINUX=enforcing/' /etc/selinux/config
# What an installed host does at its first boot, for minutes: every file gets its label, also those that something is mounted
# over. Kernels without SELinux keep labels as well. The labels of what the host gets at its first boot are the supervisor's.
mount --bind / /mnt
setfiles -r /mnt /etc/selinux/default/contexts/files/file_contexts /mnt
umount /mnt
