import type { EtcdErrorKind, EtcdFailure } from '../../src/etcd/errors.ts';
import type { EndpointObservation } from '../../src/etcd/health/observation.ts';
import type { ListedMember, MemberStatus } from '../../src/etcd/messages.ts';

export const PORTS = { clientPort: 2379, peerPort: 2380 };

/** Returns `10.0.0.1` for infra0 and so on. */
export function addressOf(index: number): string {
  return `10.0.0.${index + 1}`;
}

export function member(index: number, overrides: Partial<ListedMember> = {}): ListedMember {
  return {
    id: `a${index}`,
    name: `infra${index}`,
    peerUrls: [`https://${addressOf(index)}:2380`],
    clientUrls: [`https://${addressOf(index)}:2379`],
    isLearner: false,
    ...overrides,
  };
}

export function status(index: number, overrides: Partial<MemberStatus> = {}): MemberStatus {
  return {
    memberId: `a${index}`,
    clusterId: 'c1',
    version: '3.6.5',
    dbSize: 20_480,
    dbSizeInUse: 16_384,
    leader: 'a1',
    raftIndex: 18,
    raftAppliedIndex: 18,
    raftTerm: 2,
    isLearner: false,
    errors: [],
    ...overrides,
  };
}

/** A healthy endpoint of a healthy cluster of three that infra1 leads. */
export function observation(
  index: number,
  overrides: Partial<EndpointObservation> = {},
): EndpointObservation {
  return {
    name: `infra${index}`,
    address: addressOf(index),
    status: { seen: status(index) },
    memberList: { seen: { clusterId: 'c1', members: [member(0), member(1), member(2)] } },
    roundTripNs: { seen: 400_000 },
    readNs: { seen: 16_283_339 },
    alarms: { seen: [] },
    ...overrides,
  };
}

export function etcdFailure(kind: EtcdErrorKind, reason: string, index = 0): EtcdFailure {
  return {
    kind,
    reason,
    finding: {
      code: 'etcd-unreachable',
      host: `infra${index}`,
      at: 'etcd',
      fact: `infra${index}: ${reason}`,
      fix: 'Look.',
    },
  };
}

/** An endpoint that could not be reached at all. */
export function unreachable(index: number): EndpointObservation {
  const failed = { failure: etcdFailure('unreachable', 'connection refused', index) };
  return observation(index, {
    status: failed,
    memberList: failed,
    roundTripNs: failed,
    readNs: failed,
    alarms: failed,
  });
}

/** An endpoint without a majority: it answers for itself, and the read gets no answer. */
export function leaderless(index: number): EndpointObservation {
  const failed = { failure: etcdFailure('timeout', 'context deadline exceeded', index) };
  return observation(index, {
    status: { seen: status(index, { leader: null, errors: ['etcdserver: no leader'] }) },
    readNs: failed,
    alarms: failed,
  });
}
