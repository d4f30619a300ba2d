import { ETCD_MANIFEST, OUTGOING_MANIFEST } from '../../kubeadm/paths.ts';

/** Seconds in which kubelet must have done away with a pod; it gives etcd 30 s to end. */
export const GONE_WITHIN = 60;

/** kubelet's pods, below its default --root-dir. */
const PODS = '/var/lib/kubelet/pods';

/**
 * Bash functions to wait by until kubelet has done with a pod whose manifest was taken out. They need `cri`, `move`, `nap`.
 *
 * A new static pod of the same name that comes before that is put off by 10 to 15 s (podWorkers.allowStaticPodStart in
 * pkg/kubelet/pod_workers.go). kubelet does not say when it is done, but its last acts show: it stops the sandbox, removes
 * the pod's cgroups, and at the next of its housekeepings, every 2 s, the pod's folder. Measured with kubelet 1.34: the
 * folder is gone 2.8 to 3.2 s after the manifest, and the new member is ready 0.9 s after that; with a new
 * manifest as soon as the container or the sandbox has ended, 13 s later. But a housekeeping that comes upon a pod
 * between its last container and its end removes cgroups and folder both, at once; so when they go together, the
 * next housekeeping is awaited.
 *
 * `find_pods`: sets `pods` to the ids of etcd's pods.
 * `await_gone`: waits for that; in the end it is enough that etcd has ended. If kubelet starts meanwhile, its drop-in puts
 * the old manifest back, and it has to go out once more.
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
    # cgroup v2 or v1; below them the drivers systemd and cgroupfs, with a class of service between or not
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
