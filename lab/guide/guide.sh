#!/bin/bash
# "Set up a High Availability etcd Cluster with kubeadm" of the Kubernetes documentation, command by command and host
# by host, each block pasted into a root shell (ssh, then sudo -Es). Differences from the guide are marked "adapted".
# Reads HOST0 to HOST2, NAME0 to NAME2, SSH_CONFIG, RUNTIME_ENDPOINT, and KUBELET_MORE, a further line for kubelet.conf.
set -euo pipefail

# Runs the commands on standard input in a root shell on a host.
root_at() { { values; cat; } | ssh -F "$SSH_CONFIG" "$1" sudo -Es; }
# adapted: the values, in every shell, and folders of programs without packages
values() {
  echo "set -euo pipefail"
  echo 'PATH=$PATH:/usr/local/bin:/opt/bin'
  declare -p HOST0 HOST1 HOST2 NAME0 NAME1 NAME2 RUNTIME_ENDPOINT KUBELET_MORE | sed 's/^declare -x/export/'
}

# 1. Configure the kubelet to be a service manager for etcd
for host in "$HOST0" "$HOST1" "$HOST2"; do
  root_at "$host" << 'BLOCK'
# adapted: the folder does not exist; and below, the path of the installed kubelet
mkdir -p /etc/systemd/system/kubelet.service.d
cat << EOF > /etc/systemd/system/kubelet.service.d/kubelet.conf
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: false
authorization:
  mode: AlwaysAllow
cgroupDriver: systemd
address: 127.0.0.1
containerRuntimeEndpoint: ${RUNTIME_ENDPOINT}
staticPodPath: /etc/kubernetes/manifests
${KUBELET_MORE}
EOF

cat << EOF > /etc/systemd/system/kubelet.service.d/20-etcd-service-manager.conf
[Service]
ExecStart=
ExecStart=$(command -v kubelet) --config=/etc/systemd/system/kubelet.service.d/kubelet.conf
Restart=always
EOF

systemctl daemon-reload
systemctl restart kubelet

systemctl status kubelet
BLOCK
done

said=$(root_at "$HOST0" << 'BLOCK'
# 2. Create configuration files for kubeadm
mkdir -p /tmp/${HOST0}/ /tmp/${HOST1}/ /tmp/${HOST2}/

HOSTS=(${HOST0} ${HOST1} ${HOST2})
NAMES=(${NAME0} ${NAME1} ${NAME2})

for i in "${!HOSTS[@]}"; do
HOST=${HOSTS[$i]}
NAME=${NAMES[$i]}
cat << EOF > /tmp/${HOST}/kubeadmcfg.yaml
---
apiVersion: "kubeadm.k8s.io/v1beta4"
kind: InitConfiguration
nodeRegistration:
    name: ${NAME}
localAPIEndpoint:
    advertiseAddress: ${HOST}
---
apiVersion: "kubeadm.k8s.io/v1beta4"
kind: ClusterConfiguration
etcd:
    local:
        serverCertSANs:
        - "${HOST}"
        peerCertSANs:
        - "${HOST}"
        extraArgs:
        - name: initial-cluster
          value: ${NAMES[0]}=https://${HOSTS[0]}:2380,${NAMES[1]}=https://${HOSTS[1]}:2380,${NAMES[2]}=https://${HOSTS[2]}:2380
        - name: initial-cluster-state
          value: new
        - name: name
          value: ${NAME}
        - name: listen-peer-urls
          value: https://${HOST}:2380
        - name: listen-client-urls
          value: https://${HOST}:2379
        - name: advertise-client-urls
          value: https://${HOST}:2379
        - name: initial-advertise-peer-urls
          value: https://${HOST}:2380
EOF
done

# 3. Generate the certificate authority
# adapted: without --config kubeadm refuses a host that has no default route
kubeadm init phase certs etcd-ca --config=/tmp/${HOST0}/kubeadmcfg.yaml

# 4. Create certificates for each member
kubeadm init phase certs etcd-server --config=/tmp/${HOST2}/kubeadmcfg.yaml
kubeadm init phase certs etcd-peer --config=/tmp/${HOST2}/kubeadmcfg.yaml
kubeadm init phase certs etcd-healthcheck-client --config=/tmp/${HOST2}/kubeadmcfg.yaml
kubeadm init phase certs apiserver-etcd-client --config=/tmp/${HOST2}/kubeadmcfg.yaml
cp -R /etc/kubernetes/pki /tmp/${HOST2}/
# cleanup non-reusable certificates
find /etc/kubernetes/pki -not -name ca.crt -not -name ca.key -type f -delete

kubeadm init phase certs etcd-server --config=/tmp/${HOST1}/kubeadmcfg.yaml
kubeadm init phase certs etcd-peer --config=/tmp/${HOST1}/kubeadmcfg.yaml
kubeadm init phase certs etcd-healthcheck-client --config=/tmp/${HOST1}/kubeadmcfg.yaml
kubeadm init phase certs apiserver-etcd-client --config=/tmp/${HOST1}/kubeadmcfg.yaml
cp -R /etc/kubernetes/pki /tmp/${HOST1}/
find /etc/kubernetes/pki -not -name ca.crt -not -name ca.key -type f -delete

kubeadm init phase certs etcd-server --config=/tmp/${HOST0}/kubeadmcfg.yaml
kubeadm init phase certs etcd-peer --config=/tmp/${HOST0}/kubeadmcfg.yaml
kubeadm init phase certs etcd-healthcheck-client --config=/tmp/${HOST0}/kubeadmcfg.yaml
kubeadm init phase certs apiserver-etcd-client --config=/tmp/${HOST0}/kubeadmcfg.yaml
# No need to move the certs because they are for HOST0

# clean up certs that should not be copied off this host
find /tmp/${HOST2} -name ca.key -type f -delete
find /tmp/${HOST1} -name ca.key -type f -delete

# 5. Copy certificates and kubeadm configs; adapted: once for each of the two hosts
USER=ubuntu
for HOST in ${HOST1} ${HOST2}; do
if ! [ -S "${SSH_AUTH_SOCK-}" ] || ! scp -r /tmp/${HOST}/* ${USER}@${HOST}:; then echo "not copied to ${HOST}"; continue; fi
ssh ${USER}@${HOST} sudo -Es << 'NESTED'
chown -R root:root pki
mv pki /etc/kubernetes/
NESTED
done
BLOCK
)

# adapted: if sshd forwards no agent, or a login prints text that breaks scp, the administrator's own machine copies
for HOST in "$HOST1" "$HOST2"; do
  if ! grep -qx "not copied to $HOST" <<< "$said"; then continue; fi
  files=$(root_at "$HOST0" <<< "tar -C /tmp/$HOST -cf - . | base64 -w 0 | sed 's/.*/files &\\n/'" | sed -n 's/^files //p')
  root_at "$HOST" << BLOCK
base64 -d <<< '$files' | tar -C "\$HOME" -xf - --no-same-owner
cd "\$HOME"
chown ubuntu: kubeadmcfg.yaml
chown -R root:root pki
mv pki /etc/kubernetes/
BLOCK
done

# 7. Create the static pod manifests (6 only inspects files)
root_at "$HOST0" <<< 'kubeadm init phase etcd local --config=/tmp/${HOST0}/kubeadmcfg.yaml'
root_at "$HOST1" <<< 'kubeadm init phase etcd local --config=$HOME/kubeadmcfg.yaml'
root_at "$HOST2" <<< 'kubeadm init phase etcd local --config=$HOME/kubeadmcfg.yaml'

# 8. Check the cluster health; adapted: in the container, for all members, until they are healthy
root_at "$HOST0" << 'BLOCK'
until crictl exec "$(crictl ps -q --name '^etcd$')" etcdctl \
--cert /etc/kubernetes/pki/etcd/peer.crt \
--key /etc/kubernetes/pki/etcd/peer.key \
--cacert /etc/kubernetes/pki/etcd/ca.crt \
--endpoints https://${HOST0}:2379,https://${HOST1}:2379,https://${HOST2}:2379 endpoint health
do sleep 0.2; done
BLOCK
