import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdClient } from '../../etcd/client.ts';
import { seen, type Observed } from '../../etcd/health-observation.ts';
import type { MemberMetrics } from '../../etcd/metrics.ts';
import { attempt } from '../../etcd/observe-endpoint.ts';
import type { MetricsSight } from '../../health/facts.ts';

/** How long after the first look the second one is. */
export interface MetricsWindow {
  /** By performance.now(). */
  readonly scrapedAtMs: number;
  /** 0: there is no second look. */
  readonly seconds: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * The metrics once more when the window is over. Does not throw; where there is no window, or no second answer, the first
 * look is all there is.
 */
export async function secondLook(
  client: EtcdClient,
  first: Observed<MemberMetrics>,
  { scrapedAtMs, seconds, signal }: MetricsWindow,
): Promise<Observed<MetricsSight>> {
  if ('failure' in first) return first;
  const only = { seen: { latest: first.seen } };
  if (seconds === 0) return only;
  const left = scrapedAtMs + seconds * 1000 - performance.now();
  try {
    await sleep(Math.max(0, left), undefined, { signal });
  } catch {
    return only; // the time of the whole check is over
  }
  const latest = seen(await attempt(() => client.metrics({ signal })));
  const secondsBefore = (performance.now() - scrapedAtMs) / 1000;
  return latest === undefined ? only : { seen: { latest, earlier: { metrics: first.seen, secondsBefore } } };
}
