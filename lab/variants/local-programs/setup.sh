#!/bin/bash
# Runs in the root of the disk, once the files are on it. Everything that kubespray installs is in its bin_dir, /usr/local/bin,
# with units of its own in /etc/systemd/system; no file of a package remains.
set -euo pipefail
units=/etc/systemd/system packaged=/usr/lib/systemd/system
for program in kubeadm kubelet crictl containerd containerd-shim-runc-v2 ctr; do mv "/usr/bin/$program" /usr/local/bin/; done
mv /usr/sbin/runc /usr/local/bin/runc
sed 's:/usr/bin/:/usr/local/bin/:g' "$packaged/containerd.service" > "$units/containerd.service"
chmod 644 "$units/containerd.service" "$units/kubelet.service"
rm -r "$packaged/containerd.service" "$packaged/kubelet.service" "$packaged/kubelet.service.d"
rm -f /etc/default/kubelet
systemctl --quiet reenable containerd.service kubelet.service
