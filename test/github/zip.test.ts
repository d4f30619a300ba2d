import { describe, expect, test } from '@jest/globals';
import { crc32, deflateRawSync } from 'node:zlib';
import { readZip } from './zip.ts';

/** A zip archive with one entry, deflated as a stream would be: sizes only in the central directory. */
function archiveOf(name: string, content: Buffer, checksum = crc32(content)): Buffer {
  const data = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(checksum, 16);
  central.writeUInt32LE(data.length, 20);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(30 + name.length + data.length, 16);
  return Buffer.concat([local, Buffer.from(name), data, central, Buffer.from(name), end]);
}

test('entries come out as they went in; folders are left out', () => {
  const content = Buffer.from('x'.repeat(1000));
  expect(readZip(archiveOf('a/b.txt', content))).toEqual([{ name: 'a/b.txt', content }]);
  expect(readZip(archiveOf('a/', Buffer.alloc(0)))).toEqual([]);
});

describe('refuses', () => {
  test.each([
    ['what is no archive', Buffer.from('a text that is long enough to be one'), 'no central directory'],
    ['a wrong checksum', archiveOf('a', Buffer.from('x'), 1), 'does not have the checksum'],
  ])('%s', (_what, archive, words) => {
    expect(() => readZip(archive)).toThrow(words);
  });
});
