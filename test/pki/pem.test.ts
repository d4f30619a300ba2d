import { describe, expect, test } from '@jest/globals';
import { decodePem, encodePem } from '../../src/pki/pem.ts';

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
