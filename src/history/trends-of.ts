import type { HealthDocument } from '../health/document.ts';
import { trendPointOf } from '../health/trend-lines.ts';
import type { TrendPoint } from '../health/trends.ts';
import type { Log } from '../log.ts';
import type { HistorySettings } from '../settings/settings.ts';
import { earlierReports } from './earlier-reports.ts';
import { parseTrendPoint } from './parse-trend-point.ts';
import type { Environment } from './proxy.ts';

/**
 * The earlier reports and this one as points, the oldest first. Whatever keeps the earlier ones from being read is a
 * warning; the point of this one is always there.
 */
export async function trendsOf(
  report: HealthDocument,
  history: HistorySettings | undefined,
  log: Log,
  environment?: Environment,
): Promise<TrendPoint[]> {
  const now = trendPointOf(report);
  if (history === undefined) return [now];
  const { texts, problem } = await earlierReports(history, environment);
  if (problem !== undefined) {
    const which = texts.length === 0 ? 'earlier reports' : 'some earlier reports';
    log.warning(`history-artifact: ${which} could not be read: ${problem}`);
  }
  const earlier = texts.flatMap((text) => parseTrendPoint(text) ?? []);
  return [...earlier.filter(({ checkedAt }) => checkedAt < now.checkedAt), now].toSorted((one, other) =>
    one.checkedAt < other.checkedAt ? -1 : 1,
  );
}
