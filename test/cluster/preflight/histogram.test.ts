import { expect, test } from '@jest/globals';
import { quantile } from '../../../src/cluster/preflight/histogram.ts';

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
  // beyond the last limit nothing is known but that limit
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
])('quantile %p of %p is %p', (q, buckets, expected) => {
  expect(quantile(q, buckets)).toBeCloseTo(expected, 9);
});

test('of nothing there is no quantile', () => {
  expect(quantile(0.99, [])).toBeNaN();
  expect(quantile(0.99, [{ le: Infinity, count: 0 }])).toBeNaN();
});
