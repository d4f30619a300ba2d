import { describe, expect, test } from '@jest/globals';
import { decodePem, encodePem, MOST_PEM_CHARACTERS, pemSpans } from '../../src/pki/pem.ts';
import { readCertificates, readPrivateKey } from '../../src/pki/pem-input.ts';
import { numbers, oneOf, tooSlow } from '../fuzz.ts';

describe('encodePem', () => {
  test('breaks lines after 64 characters and ends with one line feed', () => {
    expect(encodePem('CERTIFICATE', Buffer.alloc(49, 0xff))).toBe(
      `-----BEGIN CERTIFICATE-----\n${'/'.repeat(64)}\n/w==\n-----END CERTIFICATE-----\n`,
    );
  });

  test('writes no empty line when the last line is full', () => {
    expect(encodePem('X', Buffer.alloc(48, 0xff))).toBe(
      `-----BEGIN X-----\n${'/'.repeat(64)}\n-----END X-----\n`,
    );
  });
});

describe('decodePem', () => {
  const bytes = Buffer.from('some bytes that take more than one line of sixty-four characters');

  test('reads what encodePem wrote, with text around and CRLF too', () => {
    const pem = `Certificate:\r\n${encodePem('A B', bytes).replaceAll('\n', '\r\n')}trailer`;
    expect(decodePem(pem).map(({ type, bytes }) => [type, bytes.toString()])).toEqual([
      ['A B', bytes.toString()],
    ]);
  });

  test('reads several blocks in their order', () => {
    expect(decodePem(encodePem('A', bytes) + encodePem('B', bytes)).map(({ type }) => type)).toEqual([
      'A',
      'B',
    ]);
  });

  test('knows blocks with headers', () => {
    const pem =
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n';
    expect(decodePem(pem)).toMatchObject([{ hasHeaders: true, text: pem.trimEnd() }]);
  });

  test.each([
    ['lost line breaks', encodePem('A', bytes).replaceAll('\n', ' ')],
    ['literal \\n', encodePem('A', bytes).replaceAll('\n', '\\n')],
    ['no end', encodePem('A', bytes).slice(0, 80)],
    ['another end', encodePem('A', bytes).replace('END A', 'END B')],
    ['nothing', ''],
  ])('finds no block: %s', (_, pem) => {
    expect(decodePem(pem)).toEqual([]);
  });
});

describe('whatever a host sends', () => {
  const PIECES = ['-----BEGIN A-----', '-----BEGIN B-----', '-----END A-----', '-----END B-----', '-----', '\n', ' ', 'QUJD', ':', '\r\n', 'BEGIN A', 'END A-----']; // prettier-ignore

  test('blocks are found as one pattern finds them, which takes too long for long texts', () => {
    const pattern = /-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n([\s\S]*?)-----END \1-----/g;
    const random = numbers(7);
    let found = 0;
    for (let time = 0; time < 20_000; time += 1) {
      const length = 1 + Math.floor(random() * 12);
      const text = Array.from({ length }, () => oneOf(PIECES, random)).join('');
      const expected = [...text.matchAll(pattern)].map(([whole, type]) => [type, whole]);
      expect(decodePem(text).map((block) => [block.type, block.text])).toEqual(expected);
      found += expected.length;
    }
    expect(found).toBeGreaterThan(500);
  });

  test('1 MiB of anything takes no time', () => {
    const fill = (piece: string): string => piece.repeat(Math.ceil(2 ** 20 / piece.length));
    const manyTypes = Array.from({ length: 40_000 }, (_, at) => `-----BEGIN T${at}-----\n`).join('');
    const texts = [...PIECES.map(fill), fill('-----BEGIN A-----\n'), fill('-----BEGIN '), manyTypes];
    const more = texts.map((text) => `-----BEGIN A-----\n${text}`);
    expect(tooSlow([...texts, ...more], decodePem)).toEqual([]);
  });

  test('text longer than any file of certificates is refused by its length', () => {
    const text = 'x'.repeat(MOST_PEM_CHARACTERS + 1);
    for (const read of [readCertificates, readPrivateKey]) {
      expect(read({ name: 'ca.crt', text }).findings.map(({ fact }) => fact)).toEqual([
        'It has more than 256 KiB, and no certificate, chain or key is that long.',
      ]);
    }
  });
});

test('the dashes between two marks may be of both', () => {
  const spans = (text: string, label: string): string[] =>
    pemSpans(text, (mark) => mark.label === label).map(({ bodyStart, bodyEnd }) =>
      text.slice(bodyStart, bodyEnd),
    );
  expect(spans('-----BEGIN B-----BEGIN A-----\nQUJD\n-----END A-----', 'A')).toEqual(['\nQUJD\n']);
  expect(spans('-----BEGIN A-----BEGIN B-----\nQUJD\n-----END B-----', 'A')).toEqual(['']);
  expect(spans('-----BEGIN A-----END A-----', 'A')).toEqual(['']);
});
