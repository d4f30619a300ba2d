import type { Finding } from '../findings.ts';
import { ETCD_MANIFEST, NODE_MARKS } from '../kubeadm/paths.ts';
import type { HostFacts } from './host-facts.ts';

/** What only a node that has joined has; `kubeadm join` removes bootstrap-kubelet.conf when it is through. */
const JOINED: readonly string[] = ['/etc/kubernetes/kubelet.conf', '/etc/kubernetes/admin.conf'];

/**
 * A host with marks of `kubeadm join` or `kubeadm init`. To remove what a join that failed has left is advised only where nothing of an
 * etcd is on the host, and all of that was seen: `kubeadm reset` removes etcd's data with the rest.
 */
export function joinedNode(facts: HostFacts): Finding[] {
  const marks = NODE_MARKS.filter((path) => facts.files.has(path));
  if (marks.length === 0) return [];
  const fact = `it is a node of a Kubernetes cluster (${marks.join(', ')}).`;
  const own = 'Give hosts of their own to etcd: its kubelet runs alone and would leave that cluster.';
  if (marks.some((path) => JOINED.includes(path)) || !isWithoutEtcd(facts)) {
    return [
      { at: 'host', fact, cause: 'The address of a control-plane or worker node was given.', fix: own },
    ];
  }
  return [
    {
      at: 'host',
      fact: `it holds files of a Kubernetes node that has not joined: ${marks.join(', ')}.`,
      cause:
        'A `kubeadm join` or `kubeadm init` failed or still runs there, or the address of a node was given.',
      fix: `If it is left over from a join that failed, and nothing else is on the host, run \`kubeadm reset -f\` there: it stops kubelet's pods and removes what is in /etc/kubernetes/manifests, /etc/kubernetes/pki and the kubeconfig files. Then run again. Otherwise: ${own}`,
    },
  ];
}

function isWithoutEtcd({ dataDir, files, containers, state, unseen }: HostFacts): boolean {
  const isSeen = !unseen.some(({ what }) => ['files', 'data-dir', 'containers'].includes(what));
  const hasData = dataDir.hasLog || dataDir.hasBlankLog || dataDir.hasLogElsewhere === true;
  const isEmpty = dataDir.empty && dataDir.walDir?.empty !== false;
  return (
    isSeen &&
    !hasData &&
    isEmpty &&
    state === 'absent' &&
    containers.length === 0 &&
    !files.has(ETCD_MANIFEST)
  );
}
