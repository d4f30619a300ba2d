import { describe, expect, jest, test } from '@jest/globals';

import { LastBytes } from '../../../src/text/last-bytes.ts';
import {
  FramedOutput,
  LineSplitter,
  MAX_LINE_LENGTH,
  UntilMarker,
} from '../../../src/hosts/root-shell/output.ts';

jest.setTimeout(60_000); // a million steps, on a machine that may be busy

/** Returns every way to cut a text in two, and the text byte by byte. */
function cuts(text: string): readonly (readonly Buffer[])[] {
  const bytes = Buffer.from(text);
  const halves = [...bytes.keys()].map((at) => [bytes.subarray(0, at), bytes.subarray(at)]);
  return [...halves, [...bytes].map((byte) => Buffer.from([byte]))];
}

describe('output behind a marker', () => {
  test.each([
    ['noise that ends in no newline', 'noise MARK\nrest\n', 'rest\n'],
    ['no noise', 'MARK\nrest', 'rest'],
    ['the marker again in the content', 'MARK\na MARK\nb', 'a MARK\nb'],
    ['something like the marker before it', 'MARK 2\nMARMARK\n\n', '\n'],
  ])('%s, however it is cut', (_, text, expected) => {
    for (const chunks of cuts(text)) {
      const content: Buffer[] = [];
      const framed = new FramedOutput('MARK', undefined, (chunk) => content.push(chunk));
      for (const chunk of chunks) framed.push(chunk);
      expect(Buffer.concat(content).toString()).toBe(expected);
      expect(framed.started).toBe(true);
    }
  });

  test('without a marker the last of it is kept for the message, and no more', () => {
    const framed = new FramedOutput('MARK', undefined, () => {
      throw new Error('there is no content');
    });
    for (let i = 0; i < 100; i += 1) framed.push(Buffer.alloc(4096, 'x'));
    framed.push(Buffer.from('the end'));
    expect(framed.started).toBe(false);
    expect(framed.preamble).toMatch(/^x+the end$/);
    expect(framed.preamble.length).toBeLessThanOrEqual(64 * 1024);
  });
});

describe('output up to a marker', () => {
  test.each([
    ['nothing behind it', 'content\nMARK', 'content\n'],
    ['noise behind it', 'contentMARKnoise', 'content'],
    ['the marker again in the noise', 'MARKa MARK', ''],
    ['something like the marker before it', 'MARMAMARMARK', 'MARMAMAR'],
    ['no marker', 'content', 'content'],
    ['the beginning of one at the end', 'content MAR', 'content MAR'],
  ])('%s, however it is cut', (_, text, expected) => {
    for (const chunks of cuts(text)) {
      const content: Buffer[] = [];
      const until = new UntilMarker('MARK', (chunk) => content.push(Buffer.from(chunk)));
      for (const chunk of chunks) until.push(chunk);
      until.end();
      until.end();
      expect(Buffer.concat(content).toString()).toBe(expected);
    }
  });

  test('is passed on as it comes, but for what may be a marker', () => {
    const content: string[] = [];
    const until = new UntilMarker('MARK', (chunk) => content.push(chunk.toString()));
    for (const chunk of ['a line\n', 'MA', 'x', 'M']) until.push(Buffer.from(chunk));
    expect(content).toEqual(['a line\n', 'MAx']);
  });

  test('a part too short to be recognised is passed on at once, and the marker is reported once', () => {
    const content: string[] = [];
    let told = 0;
    const options = { least: 3, onMarker: () => (told += 1) };
    const until = new UntilMarker('MARK', (chunk) => content.push(chunk.toString()), options);
    for (const chunk of ['MA', 'MAR', 'x', 'MAR', 'Kmore', 'MARK']) until.push(Buffer.from(chunk));
    expect(content).toEqual(['MA', 'MARx']);
    expect(told).toBe(1);
  });
});

test('lines come whole, with their letters, however the bytes are cut', () => {
  for (const chunks of cuts('перший\r\n\nдругий без кінця')) {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of chunks) splitter.push(chunk);
    expect(lines).toEqual(['перший', '']);
    splitter.end();
    splitter.end();
    expect(lines).toEqual(['перший', '', 'другий без кінця']);
  }
});

test('of a line that is too long the beginning is reported, once, and what follows it as ever', () => {
  for (const size of [1, 1000, 100_000]) {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    const text = Buffer.from(
      `${'x'.repeat(MAX_LINE_LENGTH)}\n${'y'.repeat(40_000)}\nshort\n${'z'.repeat(20_000)}`,
    );
    for (let at = 0; at < text.length; at += size) splitter.push(text.subarray(at, at + size));
    splitter.end();
    expect(lines).toEqual([
      'x'.repeat(MAX_LINE_LENGTH),
      `${'y'.repeat(MAX_LINE_LENGTH)}…`,
      'short',
      `${'z'.repeat(MAX_LINE_LENGTH)}…`,
    ]);
  }
});

describe('the last bytes', () => {
  test.each([1, 3, 7, 10, 11, 25, 1000])('in pieces of %i are the last ones', (size) => {
    const text = Buffer.from(Array.from({ length: 300 }, (_, n) => n % 256));
    const last = new LastBytes(10);
    for (let at = 0; at < text.length; at += size) {
      const end = Math.min(text.length, at + size);
      last.push(text.subarray(at, end));
      expect(last.bytes).toEqual(text.subarray(Math.max(0, end - 10), end));
    }
    expect(last.total).toBe(300);
  });

  test('without a limit are all', () => {
    const last = new LastBytes(Infinity);
    for (let n = 0; n < 100_000; n += 1) last.push(Buffer.from([n % 256]));
    expect(last.bytes.length).toBe(100_000);
    expect(last.bytes[99_999]).toBe(99_999 % 256);
  });
});

// A host may send packets of one byte. Quadratic work takes minutes for these, linear work some hundred milliseconds.
describe('a million pieces of one byte cost no more than a million steps', () => {
  const pieces = Array.from({ length: 1_000_000 }, () => Buffer.from('x'));

  test.each([
    [
      'before the marker',
      (): ((piece: Buffer) => void) => {
        const framed = new FramedOutput('MARK', undefined, () => undefined);
        return (piece) => framed.push(piece);
      },
    ],
    [
      'in one line',
      (): ((piece: Buffer) => void) => {
        const splitter = new LineSplitter(() => undefined);
        return (piece) => splitter.push(piece);
      },
    ],
    [
      'to be kept',
      (): ((piece: Buffer) => void) => {
        const last = new LastBytes(64 * 1024);
        return (piece) => last.push(piece);
      },
    ],
  ])('%s', (_, make) => {
    const push = make();
    const before = process.cpuUsage();
    for (const piece of pieces) push(piece);
    const { user, system } = process.cpuUsage(before); // not the clock's time: the machine may be busy
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});
