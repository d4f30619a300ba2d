import { extraNumber, type ExaminedMember, type PreflightSettings } from './examined.ts';
import { duration, median } from './format.ts';
import type { SevereFinding } from './severe-finding.ts';

/** etcd's defaults (server/embed/config.go, TickMs and ElectionMs). */
const DEFAULT_HEARTBEAT_MS = 100;
const DEFAULT_ELECTION_MS = 1000;
/** etcd takes no longer one (server/embed/config.go, maxElectionMs). */
const MOST_ELECTION_MS = 50_000;

/** How long a round trip between two members takes, over all connects in both directions. */
interface Pair {
  readonly one: string;
  readonly other: string;
  readonly medianMs: number;
}

/** The round trips between all hosts, and whether heartbeats and elections fit them. */
export function roundTrips(members: readonly ExaminedMember[], settings: PreflightSettings): SevereFinding[] {
  const pairs = measuredPairs(members);
  if (pairs.length === 0) return [];
  const list = pairs.map(({ one, other, medianMs }) => `${one}–${other} ${duration(medianMs)}`);
  const matrix: SevereFinding = {
    severity: 'info',
    at: 'network',
    fact: `round trips between the hosts (median of some TCP connects): ${list.join(', ')}.`,
  };
  return [...timing(Math.max(...pairs.map(({ medianMs }) => medianMs)), settings), matrix];
}

/**
 * "The heartbeat interval is recommended to be around maximum of RTT between members, normally 0.5-1.5x"; "election
 * timeouts must be at least 10 times the round-trip time" (https://etcd.io/docs/latest/tuning/).
 */
function timing(longestMs: number, settings: PreflightSettings): SevereFinding[] {
  const heartbeat = extraNumber(settings, 'heartbeat-interval') ?? DEFAULT_HEARTBEAT_MS;
  const election = extraNumber(settings, 'election-timeout') ?? DEFAULT_ELECTION_MS;
  if (heartbeat >= 0.5 * longestMs && election >= 10 * longestMs) return [];
  const wantedHeartbeat = Math.ceil(longestMs / 10) * 10;
  const wantedElection = Math.min(10 * wantedHeartbeat, MOST_ELECTION_MS);
  return [
    {
      severity: 'warn',
      at: 'network',
      fact: `a round trip between two hosts takes ${duration(longestMs)}; a heartbeat interval of ${heartbeat} ms and an election timeout of ${election} ms are too short for that.`,
      cause: 'The hosts are far from each other. Leaders would be lost without a fault.',
      fix: `Set \`heartbeat-interval: ${wantedHeartbeat}\` and \`election-timeout: ${wantedElection}\`, or bring the hosts closer together.`,
    },
  ];
}

/** A time counts where the host was reached: on another way a connect can also end at once. */
function measuredPairs(members: readonly ExaminedMember[]): Pair[] {
  return members.flatMap((one, index) =>
    members.slice(index + 1).flatMap((other): Pair[] => {
      const times = [...timesBetween(one, other), ...timesBetween(other, one)];
      return times.length === 0 ? [] : [{ one: one.name, other: other.name, medianMs: median(times) / 1000 }];
    }),
  );
}

/** Microseconds. */
function timesBetween(from: ExaminedMember, to: ExaminedMember): number[] {
  const reached = from.facts.reach.filter(
    ({ address, outcome }) => address === to.address && (outcome === 'open' || outcome === 'refused'),
  );
  return from.seen.connectTimes
    .filter(({ address, port }) => reached.some((each) => each.address === address && each.port === port))
    .flatMap(({ microseconds }) => microseconds);
}
