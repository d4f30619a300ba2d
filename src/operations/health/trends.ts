import type { CheckStatus } from '../../checks/check.ts';
import type { HealthDocument } from '../../checks/health-document.ts';
import { days, plural } from '../../checks/view.ts';
import { duration, size } from '../../text/units.ts';

const DAY_MS = 86_400_000;
/** A line through less says more of chance than of growth. */
const FEWEST_POINTS = 3;
const SHORTEST_MS = DAY_MS;
/** A read that takes this many times its usual is worth a line. */
const SLOWER = 2;

/** What of a report is shown over time. */
export function trendPointOf({ checkedAt, status, members, certificates }: HealthDocument): TrendPoint {
  const left = certificates.map(({ daysLeft }) => daysLeft);
  return {
    checkedAt,
    status,
    members: members.map(({ name, readMs, dbSizeInUseBytes, dbSizeBytes, walFsync }) => ({
      name,
      readMs,
      dbSizeInUseBytes,
      dbSizeBytes,
      walFsyncP99Ms: walFsync?.p99Ms ?? null,
    })),
    leastDaysLeft: left.length === 0 ? null : Math.min(...left),
  };
}

/**
 * The trends in words, in Markdown without marks; none where there is nothing to compare with.
 * @param points the oldest first, the present one last.
 */
export function trendLines(points: readonly TrendPoint[], report: HealthDocument): string[] {
  const earlier = points.slice(0, -1);
  if (earlier.length === 0) return [];
  const bad = earlier.filter(({ status }) => status !== 'ok').length;
  return [
    `Of the ${plural(earlier.length, 'check')} before this one, ${bad === 0 ? 'all were' : `${earlier.length - bad} were`} OK.`,
    ...report.members.flatMap(({ name, quotaBytes }) => growth(name, quotaBytes, points)),
    ...report.members.flatMap(({ name, readMs }) => slower(name, readMs, earlier)),
    ...certificates(points),
  ];
}

function growth(name: string, quota: number | null, points: readonly TrendPoint[]): string[] {
  const seen = points.flatMap(({ checkedAt, members }) => {
    const bytes = members.find((member) => member.name === name)?.dbSizeInUseBytes ?? null;
    return bytes === null ? [] : [{ at: Date.parse(checkedAt), value: bytes }];
  });
  const first = seen[0];
  const last = seen.at(-1);
  if (first === undefined || last === undefined) return [];
  if (seen.length < FEWEST_POINTS || last.at - first.at < SHORTEST_MS) return [];
  const perDay = slope(seen) * DAY_MS;
  const span = `${plural(seen.length, 'report')} over ${duration(last.at - first.at)}`;
  if (Math.abs(perDay) < 1024)
    return [`The data of ${name} does not grow (${size(last.value)} in use; ${span}).`];
  const way = perDay > 0 ? 'grows' : 'shrinks';
  const until =
    quota === null || perDay <= 0
      ? ''
      : `, and reaches the quota in about ${days(Math.max(0, Math.round((quota - last.value) / perDay)))}`;
  return [
    `The data of ${name} ${way} by ${size(Math.abs(perDay))} a day, ${size(last.value)} now (${span})${until}.`,
  ];
}

/** Of the line through the points with the least squares; per millisecond. */
function slope(points: readonly { readonly at: number; readonly value: number }[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  const [at, value] = [mean(points.map((point) => point.at)), mean(points.map((point) => point.value))];
  const spread = points.reduce((sum, point) => sum + (point.at - at) ** 2, 0);
  return spread === 0
    ? 0
    : points.reduce((sum, point) => sum + (point.at - at) * (point.value - value), 0) / spread;
}

function slower(name: string, readMs: number | null, earlier: readonly TrendPoint[]): string[] {
  const before = earlier
    .flatMap(({ members }) => members.find((member) => member.name === name)?.readMs ?? [])
    .toSorted((one, other) => one - other);
  const usual = before[Math.floor(before.length / 2)];
  if (readMs === null || usual === undefined || before.length < FEWEST_POINTS || readMs < usual * SLOWER)
    return [];
  return [
    `A read of ${name} takes ${duration(readMs)}, usually ${duration(usual)} (median of ${plural(before.length, 'report')}).`,
  ];
}

function certificates(points: readonly TrendPoint[]): string[] {
  const now = points.at(-1)?.leastDaysLeft ?? null;
  const before = points.at(-2)?.leastDaysLeft ?? null;
  if (now === null || before === null) return [];
  return now > before
    ? [
        `Certificates were renewed since the last check: the first ends in ${days(now)}, then in ${days(before)}.`,
      ]
    : [];
}

/** What of one report is shown over time. Plain data. */
export interface TrendPoint {
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
  readonly status: CheckStatus;
  readonly members: readonly {
    readonly name: string;
    /** Milliseconds. */
    readonly readMs: number | null;
    readonly dbSizeInUseBytes: number | null;
    readonly dbSizeBytes: number | null;
    readonly walFsyncP99Ms: number | null;
  }[];
  /** Of the certificate that ends first. */
  readonly leastDaysLeft: number | null;
}
