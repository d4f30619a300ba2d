import type { Finding } from '../findings.ts';
import { argumentDifferences, parseEtcdManifest } from '../kubeadm/etcd-manifest.ts';
import { etcdArguments, renderKubeadmConfig, type ClusterShape } from '../kubeadm/kubeadm-config.ts';
import { renderKubeletConfig, renderKubeletDropIn } from '../kubeadm/kubelet-config.ts';
import { CA_KEY, ETCD_MANIFEST, KUBEADM_CONFIG, KUBELET_CONFIG, KUBELET_DROP_IN } from '../kubeadm/paths.ts';
import type { HostState } from './host-state.ts';
import type { Member } from './members.ts';

/**
 * Where a member's host is not as the inputs want it, or not as the action left it. Empty on a host where nothing has
 * to be done.
 */
export function driftOf(
  member: Member,
  state: HostState,
  shape: ClusterShape,
  kubeletAdditions: Readonly<Record<string, unknown>>,
): Finding[] {
  const differences = [
    ...changedFiles(member, state),
    ...changedInputs(member, state, shape, kubeletAdditions),
  ];
  return differences.map((fact) => ({
    host: member.name,
    at: 'drift',
    fact,
    cause: 'An input was changed since the cluster was set up, or the file was edited on the host.',
    fix: 'Undo the change: this release sets up a cluster and does not change a running one.',
  }));
}

function changedFiles({ facts }: Member, state: HostState): string[] {
  return Object.entries(state.files).flatMap(([path, digest]) => {
    // The CA's key may be moved to a safer place; it is only needed to sign.
    if (path === CA_KEY) return [];
    const file = facts.files.get(path);
    if (file === undefined) return [`${path} is missing.`];
    if (file.sha256 !== digest) return [`${path} is not as the action left it.`];
    return [];
  });
}

/** Compares with what would be written today; the kubeadm release is the one that the member was set up with. */
function changedInputs(
  member: Member,
  state: HostState,
  shape: ClusterShape,
  kubeletAdditions: Readonly<Record<string, unknown>>,
): string[] {
  const { facts } = member;
  const { runtime } = facts.runtime;
  const wanted = new Map([
    [KUBEADM_CONFIG, renderKubeadmConfig(shape, member, state.kubernetesVersion)],
    [KUBELET_DROP_IN, renderKubeletDropIn(facts.kubeletPath ?? '', shape.dataDir)],
  ]);
  if (runtime !== undefined) wanted.set(KUBELET_CONFIG, renderKubeletConfig(runtime, kubeletAdditions));
  const texts = [...wanted].flatMap(([path, text]) =>
    facts.files.get(path)?.text === text ? [] : [`${path} is not what the inputs ask for.`],
  );
  const manifest = parseEtcdManifest(facts.files.get(ETCD_MANIFEST)?.text ?? '');
  const flags =
    manifest === undefined
      ? [`${ETCD_MANIFEST} is no etcd pod.`]
      : argumentDifferences(manifest, etcdArguments(shape, member)).map(
          (line) => `${ETCD_MANIFEST}: ${line}.`,
        );
  return [...texts, ...flags];
}
