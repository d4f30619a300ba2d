import { isDeepStrictEqual } from 'node:util';
import { formatGoDuration, milliseconds } from '../../text/units.ts';
import { httpsUrl } from '../endpoint.ts';
import type { Alarm, EtcdId, MemberStatus } from '../messages.ts';
import { type EndpointObservation, failure, type HealthFinding, seen } from './observation.ts';

/** A linearizable read failed, the alarm list could not be read, or an alarm is raised. */
export type EndpointTrouble = 'read-failed' | 'alarms-unread' | 'alarm-raised';

/** Health of one member at its client port. `null`: unknown. */
export interface EndpointHealth {
  /** The member that is expected to answer there. */
  readonly name: string;
  /** Client URL. */
  readonly endpoint: string;
  /** A linearizable read succeeded and no alarm is raised: how `etcdctl endpoint health` judges. */
  readonly healthy: boolean;
  /** What makes it unhealthy; null if it is healthy. */
  readonly trouble: EndpointTrouble | null;
  /** The line that `etcdctl endpoint health` prints. */
  readonly message: string;
  /** Milliseconds of the linearizable read, the connection's round trip included. */
  readonly tookMs: number | null;
  /** Milliseconds of a request on the same connection that involves no raft: what the way to the member costs. */
  readonly roundTripMs: number | null;
  readonly memberId: EtcdId | null;
  readonly version: string | null;
  readonly isLeader: boolean | null;
  readonly isLearner: boolean | null;
  readonly dbSizeBytes: number | null;
  readonly dbSizeInUseBytes: number | null;
  readonly raftTerm: number | null;
  readonly raftIndex: number | null;
  readonly raftAppliedIndex: number | null;
}

/**
 * One endpoint's line and figures.
 * @param leader of the cluster; a member that is cut off may believe in itself, and leads nothing.
 */
export function assessEndpoint(
  observation: EndpointObservation,
  clientPort: number,
  leader: EtcdId | null,
): EndpointHealth {
  const endpoint = httpsUrl(observation.address, clientPort);
  const status = seen(observation.status);
  const trouble = troubleOf(observation);
  const readNs = seen(observation.readNs);
  return {
    name: observation.name,
    endpoint,
    healthy: trouble === undefined,
    trouble: trouble?.kind ?? null,
    message: healthLine(endpoint, readNs ?? 0, trouble?.words),
    tookMs: milliseconds(readNs),
    roundTripMs: milliseconds(seen(observation.roundTripNs)),
    memberId: status?.memberId ?? null,
    version: status?.version ?? null,
    isLeader: status === undefined ? null : leads(status, leader),
    isLearner: status?.isLearner ?? null,
    dbSizeBytes: status?.dbSize ?? null,
    dbSizeInUseBytes: status?.dbSizeInUse ?? null,
    raftTerm: status?.raftTerm ?? null,
    raftIndex: status?.raftIndex ?? null,
    raftAppliedIndex: status?.raftAppliedIndex ?? null,
  };
}

/** Reports whether a member leads: it names itself, and no other is the leader of the cluster. */
export function leads({ memberId, leader: named }: MemberStatus, leader: EtcdId | null): boolean {
  return named === memberId && (leader === null || leader === memberId);
}

/**
 * Returns why requests to an endpoint failed; requests that failed alike share one finding. Failures that follow from an
 * unknown leader are left out: there is one finding of it for the cluster.
 */
export function endpointFindings(observation: EndpointObservation): HealthFinding[] {
  const { status, memberList, roundTripNs, readNs, alarms } = observation;
  const leaderless = seen(status)?.leader === null;
  const failures = [status, memberList, roundTripNs, readNs, alarms]
    .flatMap((observed) => failure(observed) ?? [])
    .filter(({ kind }) => !(leaderless && (kind === 'timeout' || kind === 'no-leader')));
  // by the request too: one code can stand for different answers to different requests
  const distinct = failures.filter(
    ({ finding }, index) => failures.findIndex((one) => isDeepStrictEqual(one.finding, finding)) === index,
  );
  return distinct.map(({ finding }) => ({ status: 'fail', ...finding }));
}

/** Returns what is wrong, in etcdctl's words (etcdctl/ctlv3/command/ep_command.go); undefined if nothing is. */
function troubleOf({
  readNs,
  alarms,
}: EndpointObservation): { readonly kind: EndpointTrouble; readonly words: string } | undefined {
  const unread = failure(readNs);
  if (unread !== undefined) return { kind: 'read-failed', words: unread.reason };
  const raised = seen(alarms);
  if (raised === undefined) return { kind: 'alarms-unread', words: 'Unable to fetch the alarm list' };
  if (raised.length === 0) return undefined;
  // etcdctl leaves a blank behind each name, the last one too.
  return { kind: 'alarm-raised', words: `Active Alarm(s): ${raised.map(alarmWord).join('')}` };
}

/** Reports whether the member answers reads through the majority, and alarms alone keep it from being healthy. */
export function isOnlyAlarmed({ trouble }: Pick<EndpointHealth, 'trouble'>): boolean {
  return trouble === 'alarm-raised';
}

function alarmWord({ alarm }: Alarm): string {
  return alarm === 'NOSPACE' || alarm === 'CORRUPT' ? `${alarm} ` : 'UNKNOWN ';
}

/** printer_simple.go, EndpointHealth. */
function healthLine(endpoint: string, readNs: number, trouble: string | undefined): string {
  return trouble === undefined
    ? `${endpoint} is healthy: successfully committed proposal: took = ${formatGoDuration(readNs)}`
    : `${endpoint} is unhealthy: failed to commit proposal: ${trouble}`;
}
