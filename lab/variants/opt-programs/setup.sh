#!/bin/bash
# Runs in the root of the disk, once the files are on it. Programs and units as on kubeadm's installation page without a
# package manager, with DOWNLOAD_DIR=/opt/bin as on Flatcar Container Linux, where /usr is read-only.
set -euo pipefail
units=/etc/systemd/system packaged=/usr/lib/systemd/system
mkdir -p /opt/bin
for program in kubeadm kubelet crictl; do mv "/usr/bin/$program" /opt/bin/; done
mkdir -p "$units/kubelet.service.d"
for file in kubelet.service kubelet.service.d/10-kubeadm.conf; do
  sed 's:/usr/bin:/opt/bin:g' "$packaged/$file" > "$units/$file"
  chmod 644 "$units/$file"
done
rm -r "$packaged/kubelet.service" "$packaged/kubelet.service.d"
systemctl --quiet reenable kubelet.service
rm -f /etc/default/kubelet
systemctl --quiet enable read-only-usr.service
