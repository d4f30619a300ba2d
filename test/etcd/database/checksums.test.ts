import { describe, expect, test } from '@jest/globals';
import { Crc32c, Fingerprint } from '../../../src/etcd/database/checksums.ts';
import { numbers } from '../../fuzz.ts';

const ascending = Buffer.from(Array.from({ length: 64 }, (_, index) => index));

describe('CRC-32C', () => {
  const of = (bytes: Buffer): number => {
    const crc = new Crc32c();
    crc.update(bytes);
    return crc.value;
  };

  test('the examples of RFC 3720, appendix B.4', () => {
    expect(of(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(of(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(of(ascending.subarray(0, 32))).toBe(0x46dd794e);
    expect(of(Buffer.from(ascending.subarray(0, 32).toReversed()))).toBe(0x113fdb5c);
    expect(of(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(of(Buffer.alloc(0))).toBe(0);
  });

  test('pieces of any length add up', () => {
    const random = numbers(1);
    const bytes = Buffer.from(Array.from({ length: 5000 }, () => random() * 256));
    for (let round = 0; round < 50; round += 1) {
      const crc = new Crc32c();
      for (let at = 0; at < bytes.length;) {
        const end = Math.min(bytes.length, at + Math.floor(random() * 40));
        crc.update(bytes, at, end);
        at = end;
      }
      expect(crc.value).toBe(of(bytes));
    }
  });
});

describe('HalfSipHash-2-4 with 64 bits', () => {
  const of = (bytes: Buffer, pieces: readonly number[] = []): string => {
    const fingerprint = new Fingerprint(ascending.subarray(0, 8));
    fingerprint.begin();
    let at = 0;
    for (const end of [...pieces, bytes.length]) {
      fingerprint.update(bytes, at, end);
      at = end;
    }
    fingerprint.finish();
    const result = Buffer.alloc(8);
    result.writeInt32LE(fingerprint.first, 0);
    result.writeInt32LE(fingerprint.last, 4);
    return result.toString('hex');
  };

  // From vectors.h of the authors: the key is 00 01 … 07, the messages are 00 01 … of each length from 0.
  test.each([
    '218d1f59b9b83cc8', 'be552412f8387315', '064f39ef7c50eb57', 'ce0f1a45f7060679', 'd5e78a175be52ea1',
    'cb9d7c3f2f3db580', 'ce3e91358aa2bc25', 'ff202728b07bc684', 'edfee820bce4858c', '5b51cccc13888307',
    '95b0469f06a6f2ee', 'ae26333994ddcd48', '7bc71f9faef5c799', '5a2352d75a0c3744', '3bb1a870eae8e658',
    '217d0bcb4e81c902', '7336aad25f7bf3b5', '37adc0641c4c4f6a', 'c9b2db2b9a3e42f9', 'f910e48020ab363c',
  ].map((hash, length) => [length, hash] as const))('%i bytes', (length, hash) => {
    const bytes = ascending.subarray(0, length);
    expect(of(bytes)).toBe(hash);
    for (let cut = 0; cut <= length; cut += 1) expect(of(bytes, [cut, Math.min(length, cut + 1)])).toBe(hash);
  }); // prettier-ignore
});
