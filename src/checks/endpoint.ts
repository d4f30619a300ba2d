import { httpsUrl, type ProbeAnswer } from '../etcd/endpoint.ts';
import type { EtcdFailure } from '../etcd/errors.ts';
import { failure, type Observed, seen } from '../etcd/health/observation.ts';
import type { HealthFacts, MemberFacts } from '../facts/health.ts';
import type { HealthThresholds } from '../inputs/run/health.ts';
import { duration } from '../text/units.ts';
import { type Check, type CheckName, checkOf, textOfFinding } from './check.ts';
import { type ClusterAnswers, type MemberAnswers, viewOf, wayMs } from './view.ts';

/** Entries beyond which etcd itself refuses requests (server/etcdserver/v3_server.go, maxGapBetweenApplyAndCommitIndex). */
const MOST_UNAPPLIED = 5000;

/** Checks what each member answers at its client port. */
export function endpointChecks(facts: HealthFacts, thresholds: HealthThresholds): Check[] {
  return facts.members.flatMap((member) => {
    const { status } = member.endpoint;
    if ('failure' in status)
      return [silentMember(member, status.failure, facts.clientPort), ...withoutAnswer(member)];
    return [
      answers(member, facts.clientPort),
      readCheck('read', member, member.endpoint.readNs, thresholds),
      readCheck('local-read', member, member.localReadNs, thresholds),
      probeCheck('ready', '/readyz', member, member.readyz),
      probeCheck('alive', '/livez', member, member.livez),
      lagCheck(member, facts, thresholds),
    ];
  });
}

/**
 * Returns what a verification checks of each member at its client port: that it answers every request, and reads through the majority.
 */
export function verificationChecks(facts: ClusterAnswers, thresholds: HealthThresholds): Check[] {
  return facts.members.flatMap((member) => {
    const { status, readNs, memberList, roundTripNs, alarms } = member.endpoint;
    if ('failure' in status) return [silentMember(member, status.failure, facts.clientPort)];
    const failures = [memberList, roundTripNs, alarms].flatMap((observed) => failure(observed) ?? []);
    // without a leader the alarms and the read fail alike
    const others = failures.filter(({ reason }) => reason !== failure(readNs)?.reason);
    return [
      ...(others.length === 0
        ? [answers(member, facts.clientPort)]
        : others.map(({ finding }) => checkOf('endpoint', member.name)('fail', textOfFinding(finding)))),
      readCheck('read', member, readNs, thresholds),
    ];
  });
}

function answers(member: MemberAnswers, clientPort: number): Check {
  return checkOf('endpoint', member.name)('ok', {
    measured: `${member.name} answers at ${httpsUrl(member.address, clientPort)}${throughWords(member)}.`,
  });
}

function throughWords({ askedThrough }: MemberAnswers): string {
  return askedThrough === null ? '' : `, asked through ${askedThrough}`;
}

function silentMember(member: MemberAnswers, { kind, finding }: EtcdFailure, clientPort: number): Check {
  const check = checkOf('endpoint', member.name);
  const place = `${member.name} (${httpsUrl(member.address, clientPort)})`;
  if (kind === 'not-asked') return check('unknown', { measured: `${place}: ${finding.fact}` });
  const measured = `${place} does not answer${throughWords(member)}: ${finding.fact}`;
  return check('fail', { ...textOfFinding(finding), measured });
}

/** Checks that need an answer of the member. */
const OF_ANSWERS = [
  'read',
  'local-read',
  'ready',
  'alive',
  'lag',
  'leader-changes',
  'db-size',
  'fragmentation',
  'wal-fsync',
  'backend-commit',
  'peer-latency',
  'release',
] as const satisfies readonly CheckName[];

/** The same text for all of them, so that reports show them as one. */
function withoutAnswer({ name }: MemberFacts): Check[] {
  return OF_ANSWERS.map((check) =>
    checkOf(check, name)('unknown', { measured: 'Not seen: the member gave no answer.' }),
  );
}

function readCheck(
  name: 'read' | 'local-read',
  member: MemberAnswers,
  observed: Observed<number>,
  { latencyWarningMs }: HealthThresholds,
): Check {
  const check = checkOf(name, member.name);
  const what = name === 'read' ? 'A linearizable read' : 'A serializable read';
  const threshold = `at most ${latencyWarningMs} ms besides the network`;
  if ('failure' in observed) {
    const { finding } = observed.failure;
    return check('fail', {
      ...textOfFinding(finding),
      measured: `${what} failed on ${member.name}: ${finding.fact}`,
      threshold,
    });
  }
  const totalMs = observed.seen / 1e6;
  const way = wayMs(member);
  const ownMs = Math.max(0, totalMs - way);
  const measured = `${what} took ${duration(ownMs)} on ${member.name} (${duration(totalMs)} with the round trip of ${duration(way)}).`;
  if (ownMs <= latencyWarningMs) return check('ok', { measured, threshold });
  return check('warn', {
    code: 'read-slow',
    measured,
    threshold,
    cause:
      name === 'read'
        ? 'A slow disk of the leader, a slow link between the members, or an overloaded member.'
        : 'The member or its host is overloaded.',
    fix: 'Look at the checks "WAL fsync" and "Peer round trips", and at the load of the host (`top`, `iostat -x 1`).',
  });
}

function probeCheck(
  name: Extract<CheckName, 'ready' | 'alive'>,
  path: string,
  member: MemberFacts,
  observed: Observed<ProbeAnswer>,
): Check {
  const check = checkOf(name, member.name);
  if ('failure' in observed) {
    const { finding } = observed.failure;
    return check('unknown', { measured: `${path} of ${member.name} gave no answer: ${finding.fact}` });
  }
  const { ok, checks, unsupported } = observed.seen;
  if (unsupported === true) return check('ok', { measured: `This release of etcd has no ${path}.` });
  const bad = checks.filter((each) => !each.ok);
  if (ok) {
    const names = checks.map((each) => each.name).join(', ');
    return check('ok', { measured: `${path} says ok${names === '' ? '' : `: ${names}`}.` });
  }
  return check('fail', {
    code: 'member-not-serving',
    measured: `${path} of ${member.name} fails: ${bad.map((each) => `${each.name}${each.reason === undefined ? '' : ` (${each.reason})`}`).join(', ') || 'no reason given'}.`,
    cause:
      name === 'ready'
        ? 'The member cannot serve: it has no leader, is a learner, or an alarm of corrupt data is raised.'
        : 'The member cannot read its own store.',
    fix: 'See the checks of the cluster first, then the log of that member (`crictl logs`).',
  });
}

function lagCheck(member: MemberFacts, facts: HealthFacts, { raftLagWarning }: HealthThresholds): Check {
  const check = checkOf('lag', member.name);
  const threshold = `at most ${raftLagWarning} entries`;
  const status = seen(member.endpoint.status);
  const leaderIndex = leaderIndexOf(facts);
  if (status === undefined || leaderIndex === undefined) {
    return check('unknown', { measured: 'No leader reported its raft index.', threshold });
  }
  const behind = Math.max(0, leaderIndex - status.raftIndex);
  const unapplied = Math.max(0, status.raftIndex - status.raftAppliedIndex);
  const measured = `${member.name} is ${behind} entries behind the leader, and has ${unapplied} left to apply.`;
  const worst = Math.max(behind, unapplied);
  if (worst <= raftLagWarning) return check('ok', { measured, threshold });
  return check(unapplied > MOST_UNAPPLIED ? 'fail' : 'warn', {
    code: 'member-lags',
    measured,
    threshold,
    cause: 'It has just started and is catching up, or its disk or link is slower than those of the others.',
    fix: 'Look again in a minute. If the lag does not shrink, look at the checks "WAL fsync" and "Peer round trips" of this member.',
  });
}

/** Returns the leader's own raft index; undefined if the leader did not answer. */
export function leaderIndexOf(facts: ClusterAnswers): number | undefined {
  const { leader, own } = viewOf(facts);
  const status = own.map((each) => seen(each.status)).find((each) => each?.memberId === leader);
  return leader === null ? undefined : status?.raftIndex;
}
