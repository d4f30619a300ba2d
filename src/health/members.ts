import { leads } from '../etcd/health-endpoint.ts';
import { seen } from '../etcd/health-observation.ts';
import type { EtcdId } from '../etcd/messages.ts';
import { worstOf, type Check } from './check.ts';
import { leaderIndexOf } from './checks/endpoint.ts';
import { clockOffsets } from './checks/machine.ts';
import { figuresOf, p99Of, peersOf } from './checks/metrics.ts';
import { viewOf } from './checks/view.ts';
import type { MemberDocument } from './document.ts';
import type { HealthFacts, HostSight, MemberSight } from './facts.ts';

/** Every expected member with its figures. */
export function memberDocuments(facts: HealthFacts, checks: readonly Check[]): MemberDocument[] {
  const { leader } = viewOf(facts);
  const leaderIndex = leaderIndexOf(facts);
  const offsets = clockOffsets(facts.members);
  return facts.members.map((member) => {
    const own = checks.filter(({ member: name }) => name === member.name).map(({ status }) => status);
    return {
      name: member.name,
      address: member.address,
      status: worstOf(own),
      ...statusFigures(member, leader, leaderIndex),
      askedThrough: member.askedThrough,
      readMs: milliseconds(seen(member.endpoint.readNs)),
      localReadMs: milliseconds(seen(member.localReadNs)),
      roundTripMs: milliseconds(seen(member.endpoint.roundTripNs)),
      ...metricsFigures(member, facts),
      clockOffsetMs: offsets.get(member.name) ?? null,
      ...hostFigures('seen' in member.host ? member.host.seen : undefined),
    };
  });
}

function statusFigures(
  { endpoint }: MemberSight,
  leader: EtcdId | null,
  leaderIndex: number | undefined,
): Pick<
  MemberDocument,
  | 'role'
  | 'reachable'
  | 'memberId'
  | 'version'
  | 'raftIndex'
  | 'raftAppliedIndex'
  | 'raftLag'
  | 'dbSizeBytes'
  | 'dbSizeInUseBytes'
> {
  const status = seen(endpoint.status);
  const isLeader = status !== undefined && leads(status, leader);
  return {
    role: status === undefined ? null : status.isLearner ? 'learner' : isLeader ? 'leader' : 'follower',
    reachable: status !== undefined,
    memberId: status?.memberId ?? null,
    version: status?.version ?? null,
    raftIndex: status?.raftIndex ?? null,
    raftAppliedIndex: status?.raftAppliedIndex ?? null,
    raftLag:
      status === undefined || leaderIndex === undefined ? null : Math.max(0, leaderIndex - status.raftIndex),
    dbSizeBytes: status?.dbSize ?? null,
    dbSizeInUseBytes: status?.dbSizeInUse ?? null,
  };
}

function metricsFigures(
  member: MemberSight,
  facts: HealthFacts,
): Pick<MemberDocument, 'quotaBytes' | 'walFsync' | 'backendCommit' | 'peers' | 'leaderChanges'> {
  const metrics = figuresOf(member, facts.now)?.metrics;
  return {
    quotaBytes: metrics?.quotaBytes ?? null,
    walFsync: p99Of(metrics?.walFsync) ?? null,
    backendCommit: p99Of(metrics?.backendCommit) ?? null,
    peers: peersOf(member, facts),
    leaderChanges: metrics?.leaderChanges ?? null,
  };
}

function hostFigures(
  host: HostSight | undefined,
): Pick<MemberDocument, 'sshRoundTripMs' | 'diskFreeBytes' | 'diskSizeBytes' | 'restarts'> {
  const running = host?.more.containers.find((container) => container.running);
  return {
    sshRoundTripMs: host?.roundTripMs ?? null,
    diskFreeBytes: host?.more.filesystem?.freeBytes ?? null,
    diskSizeBytes: host?.more.filesystem?.sizeBytes ?? null,
    restarts: running?.attempt ?? null,
  };
}

function milliseconds(nanoseconds: number | undefined): number | null {
  return nanoseconds === undefined ? null : nanoseconds / 1e6;
}
