import { expect, test } from '@jest/globals';
import { LineSplitter } from './lines.ts';

function split(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  return lines;
}

test('LF, CR LF and a lone CR end a line; empty lines count', () => {
  expect(split('a\nb\r\nc\rd\n\ne')).toEqual(['a', 'b', 'c', 'd', '', 'e']);
});

test('a CR LF that two reads cut apart is one line end', () => {
  expect(split('a\r', '\nb\r', 'c\r')).toEqual(['a', 'b', 'c']);
});

test('a character that two reads cut apart is one character', () => {
  const bytes = Buffer.from('ключ\n');
  expect(split(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(['ключ']);
});

test('a final line end begins no further line', () => {
  expect(split('a\n')).toEqual(['a']);
  expect(split('')).toEqual([]);
});
