import { describe, expect, test } from '@jest/globals';

import { FramedOutput, LineSplitter } from '../../../src/hosts/root-shell/output.ts';

/** Every way to cut a text in two, and all of it byte by byte. */
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
