import { isDeepStrictEqual } from 'node:util';
import { quorumOf } from '../etcd/quorum.ts';
import { memberManifest } from '../facts/host.ts';
import type { EtcdManifest } from '../kubeadm/etcd-manifest.ts';
import type { EtcdArgument } from '../kubeadm/kubeadm-config.ts';
import { KUBELET_CONFIG } from '../kubeadm/paths.ts';
import { readYamlDocuments } from '../kubeadm/yaml.ts';
import type { Gate } from './gates.ts';
import type { EstablishedMember } from './planned-members.ts';

/** @returns true if the differences of the member take effect only when its etcd restarts. */
export function mustRestart({ differences }: Pick<EstablishedMember, 'differences'>): boolean {
  return differences.manifest.length > 0;
}

/**
 * @param members number of members of the cluster.
 * @returns true if the cluster loses its quorum while one member restarts; with one or two members that cannot be
 *   avoided.
 */
export function losesQuorum(members: number): boolean {
  return members - 1 < quorumOf(members);
}

/**
 * @returns true if a running member goes down during the run: its etcd is restarted, or kubelet ends it, see {@link
 *   kubeletEndsEtcd}.
 */
export function isTakenDown(member: EstablishedMember): boolean {
  return member.etcdRuns && (mustRestart(member) || kubeletEndsEtcd(member));
}

/**
 * Reports whether kubelet ends the running etcd when it starts. It does so after it was stopped or has to be restarted,
 * if etcd still runs with a manifest that has been changed or removed since (podWorkers in kubelet's
 * pkg/kubelet/pod_workers.go), or if the new configuration puts pods into other cgroups.
 */
export function kubeletEndsEtcd(member: EstablishedMember): boolean {
  const { etcdRuns, facts, differences, manifestIsRecorded } = member;
  const isStarted = !facts.kubelet.active || differences.kubelet.length > 0;
  // A restarted kubelet leaves an unrecorded etcd alone, because it managed that etcd before.
  return (
    etcdRuns &&
    isStarted &&
    (movesPods(member) ||
      manifestIsRecorded === false ||
      (!facts.kubelet.active && manifestIsRecorded !== true))
  );
}

/**
 * The fields that determine the cgroups of kubelet's pods. After its start kubelet ends a running pod whose cgroup does
 * not exist at the first look (`SyncPod` in pkg/kubelet/kubelet.go: `!pcm.Exists(pod) && !firstSync`).
 */
const CGROUP_FIELDS = ['cgroupDriver', 'cgroupRoot', 'cgroupsPerQOS'] as const;

/** @returns true if the desired configuration of kubelet puts its pods into other cgroups than the present one. */
export function movesPods({
  facts,
  desired,
  differences,
}: Pick<EstablishedMember, 'facts' | 'desired' | 'differences'>): boolean {
  const present = facts.files.get(KUBELET_CONFIG)?.text;
  if (differences.kubelet.length === 0 || present === undefined) return false;
  const [before, after] = [present, desired.texts.get(KUBELET_CONFIG) ?? ''].map(
    (text) => (readYamlDocuments(text)[0] ?? {}) as Readonly<Record<string, unknown>>,
  );
  return CGROUP_FIELDS.some((field) => !isDeepStrictEqual(before?.[field], after?.[field]));
}

/**
 * Returns the gate before a running member is taken down. Of two members both have to be healthy, so that the cluster
 * is certain to come back with the member.
 * @param members number of members of the cluster.
 * @returns undefined for the only member of a cluster, because no other member depends on it.
 */
export function gateBefore(
  member: Pick<EstablishedMember, 'name' | 'facts' | 'desired'>,
  members: number,
): Gate | undefined {
  if (members === 1) return undefined;
  const despite = despiteOf(member);
  return losesQuorum(members)
    ? { kind: 'all', ...despite }
    : { kind: 'quorum-without', member: member.name, ...despite };
}

/** @returns the gate after a member was taken down: it is healthy again before the next one is touched. */
export function gateAfter(member: Pick<EstablishedMember, 'name' | 'facts' | 'desired'>): Gate {
  return { kind: 'member', member: member.name, ...despiteOf(member) };
}

/** A larger quota is the way out of the alarm NOSPACE, which stays raised until it is disarmed. */
function despiteOf({ facts, desired }: Pick<EstablishedMember, 'facts' | 'desired'>): Pick<Gate, 'despite'> {
  return raisesQuota(memberManifest(facts), desired.arguments) ? { despite: 'NOSPACE' } : {};
}

const FLAG = 'quota-backend-bytes';

/** etcd's own quota (DefaultQuotaBytes in server/storage/quota.go). */
const DEFAULT_BYTES = 2 * 1024 ** 3;

/**
 * Reports whether a member would get a larger quota for its database than it runs with. etcd reads the quota only when
 * it starts, and a larger one is the only way out of the alarm NOSPACE if the data is large for good reason.
 */
function raisesQuota(running: EtcdManifest | undefined, wanted: readonly EtcdArgument[]): boolean {
  if (running === undefined) return false;
  const asked = wanted.find(({ name }) => name === FLAG)?.value;
  return bytesOf(asked) > bytesOf(running.arguments.get(FLAG));
}

/** Negative: no quota at all (NewBackendQuota, the same file). NaN compares as neither larger nor smaller. */
function bytesOf(value: string | undefined): number {
  const bytes = value === undefined ? 0 : Number(value);
  if (bytes < 0) return Infinity;
  return bytes === 0 ? DEFAULT_BYTES : bytes;
}
