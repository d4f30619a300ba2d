import { expect, test } from '@jest/globals';
import { duration, median, size } from '../../src/text/units.ts';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1536, '1.5 KiB'],
  [1700 * 1024 ** 2, '1.7 GiB'],
  [512 * 1024 ** 2, '512 MiB'],
  [3 * 1024 ** 5, '3072 TiB'],
])('%p bytes are %p', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

test.each([
  [0.0672, '0.07 ms'],
  [12.34, '12.3 ms'],
  [999, '999 ms'],
  [999.6, '1 s'],
  [1300, '1.3 s'],
  [59_949, '59.9 s'],
  [119_949, '120 s'],
  [119_960, '2 min'],
  [125_400, '2 min 5 s'],
  [600_000, '10 min'],
  [86_400_000, '24 h'],
])('%p ms are %p', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});
