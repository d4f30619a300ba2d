import type { HealthReport } from '../etcd/health.ts';
import type { Finding } from '../findings.ts';
import type { Gate } from './plan.ts';
import { quorumOf } from './quorum.ts';

/** Raft entries by which a member may be behind the most advanced one and still count as healthy. */
export const MOST_LAG = 1000;

/** A gate as log, plan and errors call it. */
export function describeGate(gate: Gate): string {
  switch (gate.kind) {
    case 'all':
      return 'every member is healthy';
    case 'quorum':
      return 'a majority is healthy';
    case 'quorum-without':
      return `a majority is healthy without ${gate.member}`;
    case 'member':
      return `${gate.member} is healthy`;
  }
}

/**
 * Why a gate is shut; empty when it is open. Every gate asks for one leader, no alarm, and members that are the expected
 * ones.
 * @param soon members that are not healthy yet and will be before the gate is passed.
 */
export function gateFindings(
  gate: Gate,
  health: HealthReport,
  soon: ReadonlySet<string> = new Set(),
): Finding[] {
  const findings = clusterFindings(gate, health);
  const names = health.endpoints.map(({ name }) => name);
  const fit = names.filter((name) => soon.has(name) || isFit(name, health));
  const unfit = names.filter((name) => !fit.includes(name));
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

/** One leader and no alarm; what is wrong with the membership is wrong for every gate. */
function clusterFindings(gate: Gate, health: HealthReport): Finding[] {
  const findings: Finding[] = health.findings.filter(
    ({ at, severity, host }) =>
      severity === 'fail' &&
      (at === 'alarms' || (at === 'members' && (host === undefined || gate.kind === 'all'))),
  );
  if (health.leader === null) {
    findings.push({
      at: 'gate',
      fact: 'the members know of no leader, or not of the same one.',
      cause: 'An election is under way, or too few members run.',
      fix: 'Wait until the cluster has a leader, then run again.',
    });
  }
  return findings;
}

/** Answers reads, is a voting member of the list, and is not far behind. */
function isFit(name: string, health: HealthReport): boolean {
  const endpoint = health.endpoints.find((one) => one.name === name);
  if (endpoint?.healthy !== true || endpoint.isLearner === true) return false;
  if (!health.members.some(({ id, started }) => id === endpoint.memberId && started)) return false;
  return lagOf(name, health) <= MOST_LAG;
}

function lagOf(name: string, { endpoints }: HealthReport): number {
  const own = endpoints.find((one) => one.name === name)?.raftAppliedIndex ?? 0;
  return Math.max(...endpoints.map(({ raftIndex }) => raftIndex ?? 0)) - own;
}

/** In etcdctl's words, or by how much it is behind. */
function whyUnfit(name: string, health: HealthReport): string {
  const endpoint = health.endpoints.find((one) => one.name === name);
  if (endpoint === undefined) return 'it could not be asked';
  const lag = lagOf(name, health);
  if (!endpoint.healthy) return endpoint.message;
  return lag > MOST_LAG ? `it is ${lag} raft entries behind` : 'it is no started, voting member of the list';
}

function notHealthy(name: string, health: HealthReport, gate: Gate): Finding {
  return {
    host: name,
    at: 'gate',
    fact: `it is not healthy (${whyUnfit(name, health)}), and the next thing may only be done when ${describeGate(gate)}.`,
    cause: 'The member has stopped, is cut off, or still catches up.',
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
    ...(gate.kind === 'quorum-without' ? { host: gate.member } : {}),
    at: 'gate',
    fact: `${fit.length} of ${members} members would be healthy${without}, and ${quorumOf(members)} are needed (not healthy: ${unfit.length === 0 ? 'none' : unfit.map((name) => `${name}, ${whyUnfit(name, health)}`).join('; ')}).`,
    cause: 'A member is down, cut off, or still catches up.',
    fix: 'Bring the members back that are named here, then run again.',
  };
}
