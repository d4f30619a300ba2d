import { bech32 } from '@scure/base';
import { expect, test } from '@jest/globals';
import { decodeBech32 } from '../../src/text/bech32.ts';
import { numbers, spoiled } from '../fuzz.ts';

test.each([
  ['a12uel5l', 'a', ''],
  ['abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw', 'abcdef', '00443214c74254b635cf84653a56d7c675be77df'],
])('%s of BIP 173 is decoded', (text, prefix, hex) => {
  expect(decodeBech32(text)).toEqual({ prefix, bytes: Buffer.from(hex, 'hex') });
});

test.each([
  '',
  '1',
  'pzry9x0s0muk',
  '1pzry9x0s0muk',
  'x1b4n0q5v',
  'li1dgmt3',
  'A1G7SGD8',
  '10a06t8',
  '1qzzfhee',
])('%j is none', (text) => {
  expect(decodeBech32(text)).toBeUndefined();
});

test('any bytes come back, and a spoiled text does not', () => {
  const random = numbers(173);
  for (let length = 0; length < 100; length += 1) {
    const bytes = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
    const text = bech32.encode('age', bech32.toWords(bytes), false);
    expect(decodeBech32(text)).toEqual({ prefix: 'age', bytes });
    const changed = spoiled(text, random);
    if (changed !== text) expect(decodeBech32(changed)?.bytes.equals(bytes) ?? false).toBe(false);
  }
});
