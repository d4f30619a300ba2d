import type { ClusterFacts } from '../../src/cluster/gates.ts';
import { quorumOf } from '../../src/etcd/quorum.ts';
import type { EtcdErrorKind, EtcdFailure } from '../../src/etcd/errors.ts';
import { assessHealth } from '../../src/etcd/health/health.ts';
import type { EndpointObservation } from '../../src/etcd/health/observation.ts';
import type { ListedMember } from '../../src/etcd/messages.ts';
import type { MemberIdentity } from '../../src/kubeadm/kubeadm-config.ts';
import { httpsUrl } from '../../src/etcd/endpoint.ts';
import { MEMBERS, NOW } from './example.ts';

/** The state of the example cluster, as far as it is not healthy. */
export interface ClusterState {
  /** Default: the first that answers; null: an election is under way. */
  readonly leader?: string | null;
  /** Members that do not answer. */
  readonly down?: readonly string[];
  /** Members that lag far behind. */
  readonly lagging?: readonly string[];
  /** Members that are not in the member list. */
  readonly missing?: readonly string[];
  /** Members that are in the list since the bootstrap and have never published themselves. */
  readonly unpublished?: readonly string[];
  /** A member that is in the list besides the expected ones. */
  readonly stranger?: boolean;
  /** The member for which an alarm is raised. */
  readonly alarm?: string;
  /** Default: NOSPACE. */
  readonly alarmKind?: string;
  /** Members that have no vote. */
  readonly learners?: readonly string[];
  readonly members?: readonly MemberIdentity[];
}

/** Returns the cluster's answers; healthy by default. */
export function clusterFacts(state: ClusterState = {}): ClusterFacts {
  const { members = MEMBERS, down = [] } = state;
  const hasQuorum = members.length - down.length >= quorumOf(members.length);
  const { leader = members.find(({ name }) => !down.includes(name))?.name ?? null } = state;
  const led = { ...state, leader: hasQuorum ? leader : null };
  const observations = members.map((member) =>
    down.includes(member.name) ? unreachable(member) : answering(member, led),
  );
  return { health: assessHealth(observations, { clientPort: 2379, peerPort: 2380 }, NOW) };
}

function answering(
  member: MemberIdentity,
  state: ClusterState & { readonly leader: string | null },
): EndpointObservation {
  const { leader, lagging = [], learners = [], alarm, alarmKind = 'NOSPACE' } = state;
  const behind = lagging.includes(member.name) ? 100_000 : 0;
  const base = { name: member.name, address: member.address };
  const status = {
    memberId: idOf(member.name),
    clusterId: 'c1',
    version: '3.6.5',
    dbSize: 20_480,
    dbSizeInUse: 16_384,
    leader: leader === null ? null : idOf(leader),
    raftIndex: 200_000 - behind,
    raftAppliedIndex: 200_000 - behind,
    raftTerm: 2,
    isLearner: learners.includes(member.name),
    errors: leader === null ? ['etcdserver: no leader'] : [],
  };
  const seen = {
    ...base,
    status: { seen: status },
    memberList: { seen: { clusterId: 'c1', members: memberList(state) } },
    roundTripNs: { seen: 400_000 },
  };
  if (leader === null) {
    const late = failed(member, 'timeout', 'context deadline exceeded');
    return { ...seen, readNs: late, alarms: late };
  }
  const alarms = alarm === undefined ? [] : [{ memberId: idOf(alarm), alarm: alarmKind }];
  return { ...seen, readNs: { seen: 1_000_000 }, alarms: { seen: alarms } };
}

function unreachable(member: MemberIdentity): EndpointObservation {
  const nothing = failed(member, 'unreachable', 'connection refused');
  return {
    name: member.name,
    address: member.address,
    status: nothing,
    memberList: nothing,
    roundTripNs: nothing,
    readNs: nothing,
    alarms: nothing,
  };
}

function failed(
  { name }: MemberIdentity,
  kind: EtcdErrorKind,
  reason: string,
): { readonly failure: EtcdFailure } {
  const finding = {
    code: 'etcd-unreachable' as const,
    host: name,
    at: 'etcd',
    fact: `${name}: ${reason}.`,
    fix: 'Look.',
  };
  return { failure: { kind, reason, finding } };
}

function memberList({
  members = MEMBERS,
  missing = [],
  unpublished = [],
  stranger,
}: ClusterState): ListedMember[] {
  const listed = members.filter(({ name }) => !missing.includes(name));
  const all = stranger === true ? [...listed, { name: 'infra9', address: '10.0.0.99' }] : listed;
  return all.map(({ name, address }) => ({
    id: idOf(name),
    name,
    peerUrls: [httpsUrl(address, 2380)],
    clientUrls: unpublished.includes(name) ? [] : [httpsUrl(address, 2379)],
    isLearner: false,
  }));
}

function idOf(name: string): string {
  return Buffer.from(name).toString('hex');
}
