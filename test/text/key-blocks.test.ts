import { describe, expect, test } from '@jest/globals';
import { lastWords } from '../../src/hosts/host-error.ts';
import { hideKeys, KeyBlocks, printable } from '../../src/text/printable.ts';
import { rsaKey, sampleKeys, wrapped } from '../runner/masking/keys.ts';

const lines = rsaKey.text.trim().split('\n');
const begin = lines[0] ?? '';
const end = lines.at(-1) ?? '';
const body = lines.slice(1, -1);

/** Returns lines of the body, of 16 characters or more, that are still readable. */
function left(shown: readonly string[], of: readonly string[] = body): string[] {
  const text = shown.join('\n');
  return of.filter((line) => line.length >= 16 && text.includes(line));
}

/** Feeds one line after the other, as a stream does. */
function streamed(all: readonly string[]): string[] {
  const blocks = new KeyBlocks();
  return all.map((line) => blocks.hide(line));
}

describe('a key that nothing knows, line by line', () => {
  let second = 0;
  const journal = (line: string): string => `Nov 30 9:59:${(second += 7)} infra0 app[77]: ${line}`;
  test.each<[string, (line: string) => string]>([
    ['as it is', (line) => line],
    ['indented', (line) => `\t    ${line}`],
    ['of a journal, with times that change', journal],
    ['behind a mark', (line) => `etcd: ${line}`],
    ['as an array in JSON', (line) => `  "${line}",`],
    ['as a string of a shell', (line) => `${line}\\`],
    ['in a diff', (line) => `+${line}`],
    ['in a mail', (line) => `> ${line}`],
  ])('%s', (_how, written) => {
    const shown = streamed(lines.map(written));
    expect(left(shown)).toEqual([]);
    expect(shown.at(-1)).toContain(end);
  });

  test.each([20, 32, 48, 64, 76])('wrapped at %d', (width) => {
    const pieces = wrapped(body.join(''), width).split('\n');
    const shown = streamed([begin, ...pieces, end]);
    expect(left(shown, pieces).length).toBeLessThanOrEqual(width === 20 ? 3 : 0);
    expect(shown.at(-2)).toBe('***');
  });

  test('with other lines in between', () => {
    const shown = streamed(lines.flatMap((line) => [line, 'waiting for a quorum since 10 s', 'ok: done']));
    expect(left(shown)).toEqual([]);
    expect(shown.filter((line) => line.startsWith('waiting')).length).toBe(lines.length);
    expect(shown.filter((line) => line === 'ok: done').length).toBe(lines.length);
  });

  test('text after its END is shown, and text 200 lines after a BEGIN without one', () => {
    expect(streamed([...lines, ...body]).slice(lines.length)).toEqual(body);
    const words = Array.from({ length: 201 }, () => 'said nothing.');
    expect(streamed([begin, body[0] ?? '', ...words, body[1] ?? '']).at(-1)).toBe(body[1]);
  });

  test('two on one line', () => {
    const one = `${begin} ${body.join(' ')} ${end}`;
    expect(hideKeys(`a ${one} b ${one} c`)).toBe(`a ${begin}***${end} b ${begin}***${end} c`);
  });

  test.each(sampleKeys.map(({ name, text }) => [name, text]))('%s', (_name, text) => {
    const all = text.trim().split('\n');
    expect(
      left(
        streamed(all),
        all.slice(1, -1).filter((line) => !line.includes(': ')),
      ),
    ).toEqual([]);
  });
});

describe('a key whose BEGIN is missing', () => {
  test.each<[string, (line: string) => string]>([
    ['as it is', (line) => line],
    ['behind a mark', (line) => `etcd: ${line}`],
  ])('is hidden back from its END: %s', (_how, written) => {
    const text = ['before it', ...[...body.slice(5), end].map(written), 'behind it'].join('\n');
    const shown = hideKeys(text).split('\n');
    expect(left(shown)).toEqual([]);
    expect([shown[0], shown.at(-1)]).toEqual(['before it', 'behind it']);
  });

  test('also on one line', () => {
    expect(hideKeys(`said ${body.slice(-3).join(' ')} ${end} here`)).toBe(`said ***${end} here`);
  });
});

describe('before a text is cut', () => {
  test('the last words of a program', () => {
    expect(left([lastWords(rsaKey.text, 5)])).toEqual([]);
    expect(lastWords('one\n\ntwo\nthree\n', 2)).toBe('two / three');
  });

  test('one line of many', () => {
    expect(left([printable(`said: ${rsaKey.text}`, 4000)])).toEqual([]);
  });
});
