import type { HistogramBucket } from './preflight-facts.ts';

/**
 * A quantile of a histogram, by linear interpolation within its bucket as Prometheus' histogram_quantile does
 * (promql/quantile.go). In the last bucket, which has no upper limit, the answer is its lower one.
 * @param buckets in ascending order, the last one without limit; counts are cumulative.
 * @returns in the unit of the buckets; NaN of none.
 */
export function quantile(q: number, buckets: readonly HistogramBucket[]): number {
  const rank = q * (buckets.at(-1)?.count ?? 0);
  const index = buckets.findIndex(({ count }) => count > 0 && count >= rank);
  const bucket = buckets[index];
  if (bucket === undefined) return NaN;
  const below = buckets[index - 1] ?? { le: 0, count: 0 };
  if (bucket.le === Infinity) return below.le;
  return below.le + ((bucket.le - below.le) * (rank - below.count)) / (bucket.count - below.count);
}
