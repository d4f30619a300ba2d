import { describe, expect, test } from '@jest/globals';
import { codeBlock, text } from '../../src/report/markdown.ts';

/** Resolves character references, as a reader sees the text. */
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
