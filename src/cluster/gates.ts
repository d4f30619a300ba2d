import { isSpaceAlarm } from '../etcd/health/cluster.ts';
import { isOnlyAlarmed } from '../etcd/health/endpoint.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import { quorumOf } from '../etcd/quorum.ts';
import type { FindingCode } from '../finding-codes.ts';
import type { Finding } from '../findings.ts';

/** A condition of the cluster for the next change. Each includes one leader, no alarm and little lag. */
export type Gate = (
  | {
      /** Every expected member is healthy, and there are no others. */
      readonly kind: 'all';
    }
  | {
      /** A majority is healthy. */
      readonly kind: 'quorum';
    }
  | {
      /** A majority is healthy even without this member. */
      readonly kind: 'quorum-without';
      readonly member: string;
    }
  | {
      /** This member is healthy. */
      readonly kind: 'member';
      readonly member: string;
    }
) & {
  /** This alarm does not shut the gate, because the waiting change resolves it. */
  readonly despite?: 'NOSPACE';
};

/** Raft entries by which a member may lag behind the most advanced one and still count as healthy. */
export const MOST_LAG = 1000;

/** Describes a gate in logs, plans and errors. */
export function describeGate(gate: Gate): string {
  const aside = gate.despite === undefined ? '' : `, apart from the alarm ${gate.despite}`;
  switch (gate.kind) {
    case 'all':
      return `every member is healthy${aside}`;
    case 'quorum':
      return `a majority is healthy${aside}`;
    case 'quorum-without':
      return `a majority is healthy without ${gate.member}${aside}`;
    case 'member':
      return `${gate.member} is healthy${aside}`;
  }
}

/**
 * Returns the reasons why a gate is shut; empty if it is open. Every gate requires one leader, no alarm, and exactly
 * the expected members.
 * @param soon members that are not healthy yet and will be before the gate is passed; if they complete the majority,
 *   there will be a leader.
 */
export function gateFindings(
  gate: Gate,
  health: HealthReport,
  soon: ReadonlySet<string> = new Set(),
): Finding[] {
  const names = health.endpoints.map(({ name }) => name);
  // Members that answer and lack only a majority will have one as soon as the others are up.
  const isAwaited = health.leader === null && soon.size > 0;
  const fit = names.filter(
    (name) => soon.has(name) || isFit(name, health) || (isAwaited && canVote(name, health)),
  );
  const unfit = names.filter((name) => !fit.includes(name));
  const leads = health.leader !== null || (isAwaited && fit.length >= quorumOf(names.length));
  const findings = [...clusterFindings(gate, health), ...(leads ? [] : [leaderless()])];
  switch (gate.kind) {
    case 'all':
      findings.push(...unfit.map((name) => notHealthy(name, health, gate)));
      break;
    case 'member':
      if (!fit.includes(gate.member)) findings.push(notHealthy(gate.member, health, gate));
      break;
    case 'quorum':
    case 'quorum-without': {
      const left = gate.kind === 'quorum' ? fit : fit.filter((name) => name !== gate.member);
      if (left.length < quorumOf(names.length)) findings.push(noQuorum(gate, left, health, unfit));
    }
  }
  return findings;
}

/** Reports whether the cluster works: it has a leader, and a majority of its members answers reads. */
export function hasMajority(health: HealthReport): boolean {
  const fit = health.endpoints.filter(({ name }) => isFit(name, health));
  return health.leader !== null && fit.length >= quorumOf(health.endpoints.length);
}

/** Reports alarms and membership problems, which shut every gate. */
function clusterFindings(gate: Gate, health: HealthReport): Finding[] {
  return health.findings.flatMap((finding) => {
    const { code, status, host } = finding;
    if (status !== 'fail') return [];
    if (isSpaceAlarm(finding)) return gate.despite === 'NOSPACE' ? [] : [{ ...finding, fix: MORE_SPACE }];
    return ALARMS.has(code) || (MEMBERSHIP.has(code) && (host === undefined || gate.kind === 'all'))
      ? [finding]
      : [];
  });
}

const ALARMS: ReadonlySet<FindingCode> = new Set(['alarm-nospace', 'alarm-corrupt', 'alarm-unknown']);
/** What is wrong with the list of members, or with what they say of it. */
export const MEMBERSHIP: ReadonlySet<FindingCode> = new Set([
  'member-list-differs',
  'member-not-expected',
  'member-is-learner',
  'member-answers-for-other',
  'members-disagree',
]);

const MORE_SPACE =
  'Compact, defragment one member after the other (the leader last), then `etcdctl alarm disarm`. If that frees nothing, set a larger `quota-backend-bytes`: the run makes that change despite the alarm.';

function leaderless(): Finding {
  return {
    code: 'leader-unknown',
    at: 'gate',
    fact: 'the members report no leader, or different ones.',
    cause: 'An election is under way, or too few members run.',
    fix: 'Wait until the cluster has a leader, then run again.',
  };
}

/**
 * Reports whether a member answers reads, is a voting member of the list, and lags little. An alarm is reported for the
 * cluster and does not make a member unfit.
 */
export function isFit(name: string, health: HealthReport): boolean {
  const endpoint = health.endpoints.find((one) => one.name === name);
  return endpoint !== undefined && (endpoint.healthy || isOnlyAlarmed(endpoint)) && canVote(name, health);
}

/** Reports whether a member answers, is a voting member of the list, and lags little. */
function canVote(name: string, health: HealthReport): boolean {
  const endpoint = health.endpoints.find((one) => one.name === name);
  if (endpoint === undefined || endpoint.memberId === null || endpoint.isLearner === true) return false;
  if (!health.members.some(({ id, started }) => id === endpoint.memberId && started)) return false;
  return lagOf(name, health) <= MOST_LAG;
}

function lagOf(name: string, { endpoints }: HealthReport): number {
  const own = endpoints.find((one) => one.name === name)?.raftAppliedIndex ?? 0;
  return Math.max(...endpoints.map(({ raftIndex }) => raftIndex ?? 0)) - own;
}

/** Returns etcdctl's words, or the lag. */
function whyUnfit(name: string, health: HealthReport): string {
  const endpoint = health.endpoints.find((one) => one.name === name);
  if (endpoint === undefined) return 'it did not answer';
  const lag = lagOf(name, health);
  if (!endpoint.healthy) return endpoint.message;
  return lag > MOST_LAG
    ? `it is ${lag} raft entries behind`
    : 'it is not a started, voting member of the list';
}

function notHealthy(name: string, health: HealthReport, gate: Gate): Finding {
  return {
    code: 'member-unhealthy',
    host: name,
    at: 'gate',
    fact: `it is not healthy (${whyUnfit(name, health)}), and the next step requires that ${describeGate(gate)}.`,
    cause: 'The member has stopped, is cut off, or is still catching up.',
    fix: 'Bring it back, or wait until it has caught up, and run again.',
  };
}

function noQuorum(
  gate: Gate,
  fit: readonly string[],
  health: HealthReport,
  unfit: readonly string[],
): Finding {
  const members = health.endpoints.length;
  const without = gate.kind === 'quorum-without' ? ` without ${gate.member}` : '';
  return {
    code: 'quorum-at-risk',
    ...(gate.kind === 'quorum-without' ? { host: gate.member } : {}),
    at: 'gate',
    fact: `${fit.length} of ${members} members would be healthy${without}, and ${quorumOf(members)} are needed (not healthy: ${unfit.length === 0 ? 'none' : unfit.map((name) => `${name}, ${whyUnfit(name, health)}`).join('; ')}).`,
    cause: 'A member is down, cut off, or still catching up.',
    fix: 'Bring the members named here back, then run again.',
  };
}

/** The cluster's own answers, requested through the hosts' connections. */
export interface ClusterFacts {
  /** Compared with the expected members. */
  readonly health: HealthReport;
}
