import { describe, expect, test } from '@jest/globals';
import { formatGoDuration } from '../../src/text/units.ts';

describe('formatGoDuration', () => {
  // Right-hand sides: output of Go's time.Duration.String() for the same number of nanoseconds.
  test.each([
    [0, '0s'],
    [1, '1ns'],
    [999, '999ns'],
    [1_000, '1µs'],
    [1_100, '1.1µs'],
    [999_999, '999.999µs'],
    [1_000_000, '1ms'],
    [2_200_000, '2.2ms'],
    [16_283_339, '16.283339ms'],
    [16_283_000, '16.283ms'],
    [100_000_000, '100ms'],
    [999_999_999, '999.999999ms'],
    [1_000_000_000, '1s'],
    [1_002_000_000, '1.002s'],
    [3_000_000_001, '3.000000001s'],
    [10_000_000_000, '10s'],
    [59_999_999_999, '59.999999999s'],
    [60_000_000_000, '1m0s'],
    [65_002_000_000, '1m5.002s'],
    [3_600_000_000_000, '1h0m0s'],
    [5_025_000_000_001, '1h23m45.000000001s'],
  ])('%i ns is %s', (nanoseconds, text) => {
    expect(formatGoDuration(nanoseconds)).toBe(text);
  });
});
