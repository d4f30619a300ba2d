import { expect, test } from '@jest/globals';
import { percentile } from '../../src/etcd/metrics.ts';

// Values of Prometheus' histogram_quantile over the same buckets.
test.each([
  [
    0.5,
    [
      { le: 1, count: 0 },
      { le: 2, count: 10 },
      { le: Infinity, count: 10 },
    ],
    1.5,
  ],
  [
    0.99,
    [
      { le: 0.008, count: 90 },
      { le: 0.016, count: 100 },
      { le: Infinity, count: 100 },
    ],
    0.0152,
  ],
  // Beyond the last limit only that limit is known.
  [
    0.99,
    [
      { le: 0.008, count: 90 },
      { le: Infinity, count: 100 },
    ],
    0.008,
  ],
  [
    0.99,
    [
      { le: 0.008, count: 100 },
      { le: Infinity, count: 100 },
    ],
    0.00792,
  ],
])('percentile %p of %p is %p', (fraction, buckets, expected) => {
  expect(percentile({ buckets }, fraction)).toBeCloseTo(expected, 9);
});

test('of nothing there is no percentile', () => {
  expect(percentile({ buckets: [] }, 0.99)).toBeUndefined();
  expect(percentile({ buckets: [{ le: Infinity, count: 0 }] }, 0.99)).toBeUndefined();
});
