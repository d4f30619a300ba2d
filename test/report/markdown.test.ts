import { describe, expect, test } from '@jest/globals';
import { bytes, codeBlock, duration, text } from '../../src/report/markdown.ts';

/** What a reader sees: character references resolved. */
function seen(markdown: string): string {
  return markdown.replaceAll(/&#(\d+);/g, (_all, number: string) => String.fromCharCode(Number(number)));
}

describe('text', () => {
  test.each([['infra0 is healthy, took 1.2 ms (10.0.0.6)'], ['2026-11-23, 3.6.5-0, a.b-c']])(
    'ordinary text stays as it is: %s',
    (value) => {
      expect(text(value)).toBe(value);
    },
  );

  test.each([
    ['<b>', /[<>]/],
    ['&lt;', /&l/],
    ['*a* _b_ ~~c~~ `d`', /[*_~`]/],
    ['[a](b)', /[[\]]/],
    ['a|b', /\|/],
    ['\\', /\\/],
    ['https://example.org', /:\/\//],
    ['www.example.org', /www\./],
    ['me@example.org', /@/],
    ['#12', /^#|[^&]#/],
    ['$x$', /\$/],
    [':tada:', /^:/],
    ['- item', /^-/],
    ['  + item', /^\s*\+/],
    ['=== ', /^=/],
    ['1. item', /^1\./],
    ['1) item', /^1\)/],
  ])('%s means nothing, and is still read as it was', (value, meaning) => {
    expect(text(value)).not.toMatch(meaning);
    expect(seen(text(value))).toBe(value);
  });

  test('lines become one', () => {
    expect(text('a\r\n  b\n\nc')).toBe('a<br>b<br>c');
  });
});

test('a fence is longer than every run of backticks inside', () => {
  expect(codeBlock('yaml', 'a: ````b````\n\n')).toBe('`````yaml\na: ````b````\n`````');
});

test.each([
  [0.4216, '0.42 ms'],
  [9.994, '9.99 ms'],
  [10, '10 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [125_400, '2 min 5 s'],
])('%d ms are %s', (milliseconds, words) => {
  expect(duration(milliseconds)).toBe(words);
});

test.each([
  [999, '999 B'],
  [1000, '1.0 kB'],
  [3_450_000, '3.5 MB'],
])('%d bytes are %s', (count, words) => {
  expect(bytes(count)).toBe(words);
});
