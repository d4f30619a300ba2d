import type { Histogram } from './metrics.ts';

/**
 * A quantile of a histogram, by linear interpolation within its bucket as Prometheus' histogram_quantile does
 * (promql/quantile.go). In the last bucket, which has no upper limit, the answer is its lower one.
 * @param fraction e.g. 0.99 for the 99th percentile.
 * @returns seconds; undefined where nothing was observed.
 */
export function percentile({ buckets }: Pick<Histogram, 'buckets'>, fraction: number): number | undefined {
  const rank = fraction * (buckets.at(-1)?.count ?? 0);
  const index = buckets.findIndex(({ count }) => count > 0 && count >= rank);
  const bucket = buckets[index];
  if (bucket === undefined) return undefined;
  const below = buckets[index - 1] ?? { le: 0, count: 0 };
  if (bucket.le === Infinity) return below.le;
  return below.le + ((bucket.le - below.le) * (rank - below.count)) / (bucket.count - below.count);
}
