import { describe, expect, test } from '@jest/globals';
import { decode, encode, integer, text, time } from '../../src/pki/asn1.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('text', () => {
  // The tag is Go's encoding/asn1's choice; to Go, a subject of another string type is another name.
  test.each([
    ['infra0.example-1', '13'],
    ["a'()+,-./:=? Z9", '13'],
    ['a_b', '0c'],
    ['a*b', '0c'],
    ['a&b', '0c'],
    ['вузол', '0c'],
    ['', '13'],
  ])('%j gets the tag %s', (value, tag) => {
    const der = encode(text(value));
    expect(hex(der.subarray(0, 1))).toBe(tag);
    expect(der.subarray(2).toString('utf8')).toBe(value);
  });
});

describe('time', () => {
  test.each([
    ['1949-12-31T23:59:59.999Z', '180f', '19491231235959Z'],
    ['1950-01-01T00:00:00Z', '170d', '500101000000Z'],
    ['2026-02-03T04:05:06.999Z', '170d', '260203040506Z'],
    ['2049-12-31T23:59:59Z', '170d', '491231235959Z'],
    ['2050-01-01T00:00:00Z', '180f', '20500101000000Z'],
  ])('%s', (date, head, digits) => {
    const der = encode(time(new Date(date)));
    expect(hex(der.subarray(0, 2))).toBe(head);
    expect(der.subarray(2).toString('latin1')).toBe(digits);
  });
});

describe('integer', () => {
  test.each([
    [0n, '020100'],
    [1n, '020101'],
    [127n, '02017f'],
    [128n, '02020080'],
    [2n ** 63n - 2n, '02087ffffffffffffffe'],
    [2n ** 63n, '0209008000000000000000'],
  ])('%s', (value, der) => {
    expect(hex(encode(integer(value)))).toBe(der);
  });
});

describe('decode', () => {
  test('refuses BER, because Go does and a copied part would change', () => {
    // SEQUENCE { INTEGER 5 } with a two-byte length where one is enough.
    expect(() => decode(Buffer.from('308103020105', 'hex'))).toThrow('not DER-encoded');
  });

  test('refuses bytes after the value', () => {
    expect(() => decode(Buffer.from('300302010500', 'hex'))).toThrow();
  });

  test('leaves the inside of a BIT STRING alone', () => {
    const der = Buffer.from('030600 3003020105'.replace(' ', ''), 'hex');
    expect(typeof decode(der).value).toBe('string');
  });
});
