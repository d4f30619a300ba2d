import { expect, test } from '@jest/globals';
import { randomSerial } from '../../src/pki/certificate.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

test('the smallest is 1 and the largest 2^63 - 2, as in kubeadm', () => {
  expect(randomSerial(() => bytes('0000000000000000'))).toBe(1n);
  expect(randomSerial(() => bytes('fffffffffffffffa'))).toBe(2n ** 63n - 2n);
});

test('a number out of range is drawn again', () => {
  const draws = ['fffffffffffffffc', 'fffffffffffffffe', '0000000000000010'].map(bytes);
  expect(randomSerial(() => draws.shift() ?? bytes('00'))).toBe(9n);
});

test('each call gives another', () => {
  expect(new Set(Array.from({ length: 100 }, () => randomSerial())).size).toBe(100);
});
