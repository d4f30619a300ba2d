import { formatGoDuration } from '../../text/units.ts';
import { httpsUrl } from '../endpoint.ts';
import type { Alarm, EtcdId, MemberStatus } from '../messages.ts';
import { type EndpointObservation, failure, type HealthFinding, seen } from './observation.ts';

/** Health as seen through one member's client port. `null`: could not be seen. */
export interface EndpointHealth {
  /** The member that is expected to answer there. */
  readonly name: string;
  /** Client URL. */
  readonly endpoint: string;
  /** A linearizable read succeeded and no alarm is raised: how `etcdctl endpoint health` judges. */
  readonly healthy: boolean;
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
    message: healthLine(endpoint, readNs ?? 0, trouble),
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

/** Whether a member leads: it says so itself, and no other is the leader of the cluster. */
export function leads({ memberId, leader: named }: MemberStatus, leader: EtcdId | null): boolean {
  return named === memberId && (leader === null || leader === memberId);
}

/**
 * Why things could not be seen at an endpoint, each reason once. What fails only because the member knows of no leader
 * is left out: that is told once for the cluster.
 */
export function endpointFindings(observation: EndpointObservation): HealthFinding[] {
  const { status, memberList, roundTripNs, readNs, alarms } = observation;
  const leaderless = seen(status)?.leader === null;
  const failures = [status, memberList, roundTripNs, readNs, alarms]
    .flatMap((observed) => failure(observed) ?? [])
    .filter(({ kind }) => !(leaderless && (kind === 'timeout' || kind === 'no-leader')));
  const byFact = new Map(failures.map(({ finding }) => [finding.fact, finding]));
  return [...byFact.values()].map((finding) => ({ status: 'fail', ...finding }));
}

/** What is wrong, in the words etcdctl has for it (etcdctl/ctlv3/command/ep_command.go), or undefined. */
function troubleOf({ readNs, alarms }: EndpointObservation): string | undefined {
  const unread = failure(readNs);
  if (unread !== undefined) return unread.reason;
  const raised = seen(alarms);
  if (raised === undefined) return 'Unable to fetch the alarm list';
  // etcdctl leaves a blank behind each name, the last one too.
  return raised.length === 0 ? undefined : `Active Alarm(s): ${raised.map(alarmWord).join('')}`;
}

/** Whether the member answers reads through the majority, and alarms alone keep it from being healthy. */
export function isOnlyAlarmed({ message }: Pick<EndpointHealth, 'message'>): boolean {
  return message.includes(' failed to commit proposal: Active Alarm(s): ');
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

function milliseconds(nanoseconds: number | undefined): number | null {
  return nanoseconds === undefined ? null : nanoseconds / 1e6;
}
