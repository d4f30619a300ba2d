import { seen } from '../etcd/health/observation.ts';
import { memberName } from '../etcd/health/view.ts';
import { type Histogram, type MemberMetrics, percentile, windowOf } from '../etcd/metrics.ts';
import type { HealthFacts, MemberFacts } from '../facts/health.ts';
import type { HealthThresholds } from '../inputs/run/health.ts';
import { duration, size } from '../text/units.ts';
import { type Check, type CheckName, checkOf } from './check.ts';
import { DEFAULT_QUOTA_BYTES, SLOW_DISK, WANTED_P99_MS } from './disk.ts';
import { plural, viewOf } from './view.ts';

/** With fewer observations a 99th percentile is the worst of a handful, such as those at a start, and raises no alarm. */
const FEWEST_SINCE_START = 100;
const FEWEST_IN_WINDOW = 10;
const TOO_FEW = 'Too few to judge.';
/** A write that waits a second for its disk costs the leader its leadership (election timeout 1 s). */
const FSYNC_FAILURE_MS = 1000;
/** Files below this are not worth a defragmentation, which stops the member for a moment. */
const DEFRAG_FROM_BYTES = 100 * 1024 ** 2;
const DEFRAG_BELOW_PERCENT = 50;
/** "should not be frequent": more of them in a day have a reason (etcd.io/docs, op-guide/monitoring). */
const MOST_LEADER_CHANGES_PER_DAY = 3;
const DAY_SECONDS = 86_400;

/** A member's figures, of the window if there was one. */
export interface Figures {
  readonly metrics: MemberMetrics;
  /** `in the last 30 s`, `since its start 3 h ago`. */
  readonly period: string;
  readonly seconds: number;
  readonly isWindow: boolean;
}

/** Returns what a member measures of itself; undefined if it gave no metrics. */
export function figuresOf({ metrics }: MemberFacts, now: Date): Figures | undefined {
  const samples = seen(metrics);
  if (samples === undefined) return undefined;
  const { latest, earlier } = samples;
  const sinceStart =
    latest.startedAt === undefined ? 0 : Math.max(0, now.getTime() / 1000 - latest.startedAt);
  if (earlier === undefined || latest.startedAt !== earlier.metrics.startedAt) {
    const ago = sinceStart === 0 ? '' : ` ${duration(sinceStart * 1000)} ago`;
    return { metrics: latest, period: `since its start${ago}`, seconds: sinceStart, isWindow: false };
  }
  const { secondsBefore } = earlier;
  return {
    metrics: windowOf(latest, earlier.metrics),
    period: `in the last ${duration(secondsBefore * 1000)}`,
    seconds: secondsBefore,
    isWindow: true,
  };
}

/** Returns a 99th percentile in milliseconds and its number of samples; undefined if there are none. */
export function p99Of(
  histogram: Histogram | undefined,
): { readonly p99Ms: number; readonly samples: number } | undefined {
  const p99 = histogram === undefined ? undefined : percentile(histogram, 0.99);
  return histogram === undefined || p99 === undefined
    ? undefined
    : { p99Ms: p99 * 1000, samples: histogram.count };
}

/** Returns the checks of each member's database, disk and links, by its status and metrics. */
export function metricsChecks(facts: HealthFacts, thresholds: HealthThresholds): Check[] {
  return facts.members.flatMap((member) => {
    if ('failure' in member.endpoint.status) return [];
    const figures = figuresOf(member, facts.now);
    const sizes = [...sizeChecks(member, figures, thresholds)];
    if (figures === undefined) {
      const names: CheckName[] = ['leader-changes', 'wal-fsync', 'backend-commit', 'peer-latency'];
      return [
        ...sizes,
        ...names.map((name) =>
          checkOf(name, member.name)('unknown', { measured: `${member.name} gave no metrics.` }),
        ),
      ];
    }
    return [
      leaderChanges(member, figures),
      ...sizes,
      walFsync(member, figures, facts, thresholds),
      backendCommit(member, figures, thresholds),
      ...peerLatency(member, figures, facts, thresholds),
    ];
  });
}

function leaderChanges({ name }: MemberFacts, { metrics, period, seconds, isWindow }: Figures): Check {
  const check = checkOf('leader-changes', name);
  const changes = metrics.leaderChanges;
  if (changes === undefined) return check('unknown', { measured: `${name} does not count leader changes.` });
  // The first one is the election at its start.
  const most = isWindow ? 0 : 1 + MOST_LEADER_CHANGES_PER_DAY * Math.max(1, seconds / DAY_SECONDS);
  const threshold = isWindow ? 'none' : `at most ${MOST_LEADER_CHANGES_PER_DAY} a day`;
  const measured = `${name} saw ${plural(changes, 'leader change')} ${period}.`;
  if (changes <= most) return check('ok', { measured, threshold });
  return check('warn', {
    code: 'leader-unstable',
    measured,
    threshold,
    cause: "The leader's disk stalls, its host is starved, or the link to it drops.",
    fix: 'Look at "WAL fsync" of the leader and "Peer round trips"; if the members are far apart, raise heartbeat-interval and election-timeout on all of them.',
  });
}

function* sizeChecks(
  member: MemberFacts,
  figures: Figures | undefined,
  { dbQuotaWarningPercent, dbQuotaFailurePercent }: HealthThresholds,
): Generator<Check> {
  const status = seen(member.endpoint.status);
  if (status === undefined) return;
  const { name } = member;
  const told = figures?.metrics.quotaBytes;
  const quota = told ?? DEFAULT_QUOTA_BYTES;
  const percent = (status.dbSize / quota) * 100;
  const bound = `${size(quota)}${told === undefined ? ", etcd's default" : ''}`;
  const measured = `The database of ${name} takes ${size(status.dbSize)}, ${percent.toFixed(percent < 10 ? 1 : 0)} % of its quota of ${bound}; ${size(status.dbSizeInUse)} are in use.`;
  const threshold = `below ${dbQuotaWarningPercent} %; fails from ${dbQuotaFailurePercent} %`;
  const check = checkOf('db-size', name);
  if (percent < dbQuotaWarningPercent) yield check('ok', { measured, threshold });
  else {
    yield check(percent >= dbQuotaFailurePercent ? 'fail' : 'warn', {
      code: 'database-near-quota',
      measured,
      threshold,
      cause:
        'More is stored, compaction stopped (kube-apiserver does it every 5 minutes), or it is never defragmented.',
      fix: 'Find out what fills it; defragment one member after the other, the leader last (`etcdctl defrag`), or raise `quota-backend-bytes` (8Gi at most). At the quota the cluster accepts no writes.',
    });
  }
  yield fragmentation(name, status.dbSize, status.dbSizeInUse);
}

function fragmentation(name: string, bytes: number, inUse: number): Check {
  const check = checkOf('fragmentation', name);
  const used = bytes === 0 ? 100 : (inUse / bytes) * 100;
  const measured = `${used.toFixed(0)} % of the database file of ${name} are in use (${size(inUse)} of ${size(bytes)}).`;
  const threshold = `at least ${DEFRAG_BELOW_PERCENT} %, from ${size(DEFRAG_FROM_BYTES)} on`;
  if (bytes < DEFRAG_FROM_BYTES || used >= DEFRAG_BELOW_PERCENT) return check('ok', { measured, threshold });
  return check('warn', {
    code: 'database-fragmented',
    measured,
    threshold,
    cause: 'Much was deleted or compacted; etcd frees the space only when it is defragmented.',
    fix: 'Defragment one member after the other, the leader last (`etcdctl defrag` with that endpoint alone): each member answers nothing meanwhile, about a second per GiB.',
  });
}

function walFsync(
  member: MemberFacts,
  { metrics, period, isWindow }: Figures,
  facts: HealthFacts,
  { fsyncWarningMs, peerLatencyWarningMs }: HealthThresholds,
): Check {
  const links = slowLinksOf(member, facts, peerLatencyWarningMs);
  const limits = { warningMs: fsyncWarningMs, failureMs: FSYNC_FAILURE_MS };
  const fewest = isWindow ? FEWEST_IN_WINDOW : FEWEST_SINCE_START;
  const check = walFsyncCheck(member.name, metrics.walFsync, { period, fewest }, limits);
  if (check.cause === null || links.length > 0) return check;
  return { ...check, cause: `${check.cause} The links of this member are not slow.` };
}

/** Checks how long a member has waited for its log to be on the disk since it started. Slow is a warning, which stops no deploy. */
export function walFsyncSinceStart(name: string, { walFsync: histogram }: MemberMetrics): Check {
  const limits = { warningMs: WANTED_P99_MS, failureMs: Infinity };
  return walFsyncCheck(name, histogram, { period: 'since its start', fewest: FEWEST_SINCE_START }, limits);
}

function walFsyncCheck(
  name: string,
  histogram: Histogram | undefined,
  { period, fewest }: { readonly period: string; readonly fewest: number },
  { warningMs, failureMs }: { readonly warningMs: number; readonly failureMs: number },
): Check {
  const check = checkOf('wal-fsync', name);
  const fails = failureMs === Infinity ? '' : `; fails over ${failureMs} ms`;
  const threshold = `99 % within ${warningMs} ms${fails}`;
  const p99 = p99Of(histogram);
  if (histogram === undefined || p99 === undefined)
    return check('ok', { measured: `Nothing was written ${period}.`, threshold });
  const meanMs = (histogram.sumSeconds / histogram.count) * 1000;
  const measured = `fsync of the log of ${name} takes ${duration(p99.p99Ms)} at the 99th percentile, ${duration(meanMs)} on average (${plural(p99.samples, 'sample')} ${period}).`;
  if (p99.p99Ms <= warningMs) return check('ok', { measured, threshold });
  if (p99.samples < fewest) return check('ok', { measured: `${measured} ${TOO_FEW}`, threshold });
  return check(p99.p99Ms > failureMs ? 'fail' : 'warn', {
    code: 'disk-slow',
    measured,
    threshold,
    ...SLOW_DISK,
  });
}

function backendCommit(
  { name }: MemberFacts,
  { metrics, period, isWindow }: Figures,
  { commitWarningMs }: HealthThresholds,
): Check {
  const check = checkOf('backend-commit', name);
  const threshold = `99 % within ${commitWarningMs} ms`;
  const p99 = p99Of(metrics.backendCommit);
  if (p99 === undefined) return check('ok', { measured: `Nothing was committed ${period}.`, threshold });
  const measured = `A commit of the database of ${name} takes ${duration(p99.p99Ms)} at the 99th percentile (${plural(p99.samples, 'sample')} ${period}).`;
  if (p99.p99Ms <= commitWarningMs) return check('ok', { measured, threshold });
  if (p99.samples < (isWindow ? FEWEST_IN_WINDOW : FEWEST_SINCE_START))
    return check('ok', { measured: `${measured} ${TOO_FEW}`, threshold });
  return check('warn', {
    code: 'disk-slow',
    measured,
    threshold,
    cause: 'The disk is slow, or much is written at once.',
    fix: 'See the check "WAL fsync" and `iostat -x 1` on that host.',
  });
}

/** Returns the round trips that a member measured, by the name of the peer. */
export function peersOf(
  member: MemberFacts,
  facts: HealthFacts,
): { readonly name: string; readonly p99Ms: number; readonly samples: number }[] {
  const figures = figuresOf(member, facts.now);
  const view = viewOf(facts);
  return [...(figures?.metrics.peerRoundTrips ?? [])].flatMap(([id, histogram]) => {
    const p99 = p99Of(histogram);
    // A removed member stays in the metrics until etcd restarts.
    const isMember = view.members?.some((each) => each.id === id) === true;
    return p99 === undefined || !isMember ? [] : [{ name: memberName(view, id), ...p99 }];
  });
}

function slowLinksOf(
  member: MemberFacts,
  facts: HealthFacts,
  mostMs: number,
): readonly { readonly name: string }[] {
  return peersOf(member, facts).filter(({ p99Ms }) => p99Ms > mostMs);
}

function peerLatency(
  member: MemberFacts,
  { period }: Figures,
  facts: HealthFacts,
  { peerLatencyWarningMs }: HealthThresholds,
): Check[] {
  const peers = peersOf(member, facts);
  const threshold = `99 % within ${peerLatencyWarningMs} ms`;
  const check = checkOf('peer-latency', member.name);
  if (peers.length === 0) {
    const measured =
      facts.members.length === 1
        ? 'There are no peers.'
        : `No round trip was measured ${period}; etcd makes one every 30 s.`;
    return [check('ok', { measured, threshold })];
  }
  return peers.map(({ name, p99Ms, samples }) => {
    const measured = `A round trip from ${member.name} to ${name} takes ${duration(p99Ms)} at the 99th percentile (${plural(samples, 'sample')} ${period}).`;
    if (p99Ms <= peerLatencyWarningMs) return check('ok', { subject: name, measured, threshold });
    return check('warn', {
      code: 'round-trip-too-long',
      subject: name,
      measured,
      threshold,
      cause: `The network between these hosts is slow or loses packets${slowEnd(member.name, name, facts, peerLatencyWarningMs)}.`,
      fix: 'Measure it (`mtr`), and if the distance is real, raise heartbeat-interval to that value and election-timeout to ten times that value, on all members.',
    });
  });
}

/** Returns the member that all slow links have in common, in words. */
function slowEnd(one: string, other: string, facts: HealthFacts, mostMs: number): string {
  const links = facts.members.flatMap((member) =>
    slowLinksOf(member, facts, mostMs).map(({ name }) => [member.name, name] as const),
  );
  const common = [one, other].filter((end) => links.every((link) => link.includes(end)));
  return links.length > 1 && common.length === 1 ? `: all slow links are those of ${common[0]}` : '';
}
