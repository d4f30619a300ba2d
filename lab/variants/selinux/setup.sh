# systemd loads the policy, which is enforced from then on.
sed -i 's/^SELINUX=.*/SELINUX=enforcing/' /etc/selinux/config
# Labels every file, also below mount points, as an installed host does for minutes at its first boot. Kernels without SELinux
# keep labels as well. The supervisor labels the files of the first boot.
mount --bind / /mnt
setfiles -r /mnt /etc/selinux/default/contexts/files/file_contexts /mnt
umount /mnt
