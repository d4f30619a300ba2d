import { ETCD_MANIFEST, OUTGOING_MANIFEST } from '../../kubeadm/paths.ts';

/** Seconds in which kubelet must remove a pod; it gives etcd 30 s to end. */
export const GONE_WITHIN = 60;

/** kubelet's pods, below its default --root-dir. */
const PODS = '/var/lib/kubelet/pods';

/**
 * Bash functions that wait until kubelet has removed a pod whose manifest was taken out. They need `cri`, `move`,
 * `nap`.
 *
 * A new static pod of the same name that comes before that is delayed by 10 to 15 s (podWorkers.allowStaticPodStart
 * in pkg/kubelet/pod_workers.go). kubelet does not report the end of a pod, but its last actions are visible: it
 * stops the sandbox, removes the pod's cgroups, and at its next housekeeping, every 2 s, the pod's folder. Measured
 * with kubelet 1.34: the folder is gone 2.8 to 3.2 s after the manifest, and the new member is ready 0.9 s after
 * that; with a new manifest immediately after the end of the container or the sandbox, 13 s later. But a housekeeping
 * between a pod's last container and its end removes cgroups and folder both, at once; so if both disappear together,
 * the functions wait for the next housekeeping.
 *
 * `find_pods`: sets `pods` to the ids of etcd's pods. `await_gone`: waits for their removal; at the time limit the
 * end of etcd is enough. If kubelet starts meanwhile, its drop-in puts the old manifest back, which has to be taken
 * out once more.
 */
export const POD_GONE_FUNCTIONS = `
find_pods() {
  local found
  found=$(cri pods --namespace '^kube-system$' --name '^etcd-' -o json)
  pods=$(sed -n 's/.*"uid": *"\\([^"]*\\)".*/\\1/p' <<< "$found")
}
has_ended() {
  local running
  running=$(cri ps -q --name '^etcd$') && [ -z "$running" ]
}
has_folder() {
  local pod
  for pod in $pods; do if [ -e "${PODS}/$pod" ]; then return 0; fi; done
  return 1
}
has_cgroup() {
  local pod path
  for pod in $pods; do
    # cgroup v2 or v1, then the driver systemd or cgroupfs, with or without a QoS class in between
    for path in /sys/fs/cgroup{,/*}/kubepods*{,/*}/*pod"$pod"*; do if [ -e "$path" ]; then return 0; fi; done
  done
  return 1
}
await_gone() {
  local begun=$SECONDS since_cgroup=100
  while has_folder || ! has_ended; do
    if [ $((SECONDS - begun)) -ge ${GONE_WITHIN} ]; then has_ended; return; fi
    if [ -e ${ETCD_MANIFEST} ] && ! [ -e ${OUTGOING_MANIFEST} ]; then move ${ETCD_MANIFEST} ${OUTGOING_MANIFEST}; fi
    if has_cgroup; then since_cgroup=0; else since_cgroup=$((since_cgroup + 1)); fi
    nap 0.05
  done
  if [ "$since_cgroup" -lt 8 ]; then nap 2.2; fi
}
`;
