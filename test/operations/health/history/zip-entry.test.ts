import { expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { fileInZip } from '../../../../src/operations/health/history/zip-entry.ts';

const MOST = 1024;
const text = 'a report, a report, a report';

function zip(files: Readonly<Record<string, string>>, level: 0 | 6 = 6): Buffer {
  const entries = Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]);
  return Buffer.from(zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>, { level }));
}

/** Changes a field of the directory, and its duplicate in the header of the entry. */
function lie(archive: Buffer, field: number, value: number): Buffer {
  const changed = Buffer.from(archive);
  const central = changed.indexOf(Buffer.from('504b0102', 'hex'));
  changed.writeUInt32LE(value, central + field);
  changed.writeUInt32LE(value, field - 2);
  return changed;
}

const PACKED = 20;
const BYTES = 24;
const CRC = 16;

test.each([0, 6] as const)('a file, level %d; beside others, with a comment behind', async (level) => {
  const archive = zip({ other: 'x', 'report.json': text, 'report.json2': 'y' }, level);
  expect(String(await fileInZip(archive, 'report.json', MOST))).toBe(text);
  const commented = Buffer.concat([archive, Buffer.from('a comment')]);
  commented.writeUInt16LE(9, archive.length - 2);
  expect(String(await fileInZip(commented, 'report.json', MOST))).toBe(text);
  expect(String(await fileInZip(zip({ 'report.json': '' }, level), 'report.json', MOST))).toBe('');
});

test.each<[what: string, archive: Buffer]>([
  ['no archive', Buffer.from('no zip')],
  ['nothing', Buffer.alloc(0)],
  ['another name', zip({ '../report.json': text })],
  ['too long', zip({ 'report.json': 'x'.repeat(MOST + 1) })],
  ['longer than it says', lie(zip({ 'report.json': text.repeat(10) }), BYTES, 20)],
  ['shorter than it says', lie(zip({ 'report.json': text }), BYTES, 100)],
  ['more packed than there is', lie(zip({ 'report.json': text }), PACKED, 0xfffffff)],
  ['another sum', lie(zip({ 'report.json': text }), CRC, 1)],
  ['sizes of ZIP64 without its field', lie(zip({ 'report.json': text }), BYTES, 0xffffffff)],
  ['cut off', zip({ 'report.json': text }).subarray(0, 60)],
])('%s gives nothing', async (_what, archive) => {
  expect(await fileInZip(archive, 'report.json', MOST)).toBeUndefined();
});

// One stream with many directory entries: each was unpacked.
test('of many names for one entry the first is unpacked, once', async () => {
  const one = zip({ 'report.json': ' '.repeat(4 * 1024 * 1024) });
  const end = one.length - 22;
  const central = one.readUInt32LE(end + 16);
  const entry = one.subarray(central, end);
  const trailer = Buffer.from(one.subarray(end));
  trailer.writeUInt16LE(1000, 8);
  trailer.writeUInt16LE(1000, 10);
  trailer.writeUInt32LE(entry.length * 1000, 12);
  const many = Buffer.concat([one.subarray(0, central), ...Array<Buffer>(1000).fill(entry), trailer]);
  const begun = performance.now();
  expect((await fileInZip(many, 'report.json', 4 * 1024 * 1024))?.length).toBe(4 * 1024 * 1024);
  expect(performance.now() - begun).toBeLessThan(2000);
});

test('whatever is changed in an archive, nothing is thrown and nothing else comes out', async () => {
  const archive = zip({ 'report.json': text });
  for (let at = 0; at < archive.length; at += 1) {
    for (const value of [0, 0xff, (archive[at] ?? 0) ^ 1]) {
      const changed = Buffer.from(archive);
      changed[at] = value;
      const found = await fileInZip(changed, 'report.json', MOST);
      expect([undefined, text]).toContain(found?.toString());
    }
  }
});
