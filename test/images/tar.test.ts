import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  linkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readTar, tarFrame, TAR_END } from '../../src/images/tar.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'etcd-ha-tar-'));
  mkdirSync(join(folder, 'root'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Read {
  readonly name: string;
  readonly content: string;
  readonly linkTo?: string;
}

async function entriesOf(bytes: Buffer, chunk = 1000): Promise<Read[]> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    bytes.subarray(at * chunk, (at + 1) * chunk),
  );
  const found: Read[] = [];
  for await (const { name, linkTo, content } of readTar(Readable.from(pieces))) {
    const text = (await buffer(Readable.from(content))).toString();
    found.push({ name, content: text, ...(linkTo === undefined ? {} : { linkTo }) });
  }
  return found;
}

function pack(...options: string[]): Buffer {
  const archive = join(folder, 'archive.tar');
  execFileSync('tar', ['-cf', archive, '--sort=name', '-C', join(folder, 'root'), ...options, '.']);
  return readFileSync(archive);
}

/** As their names are sorted. */
const SIZES = [0, 1, 5000, 511, 512, 513];

const LONG = `${'folder'.repeat(12)}/${'name'.repeat(40)}`;

// The forms in which GNU tar and bsdtar, docker and Go write archives.
describe.each(['gnu', 'pax', 'ustar', 'v7'])('format %s', (format) => {
  test('files of every size, and what is no file is left out', async () => {
    for (const size of SIZES) writeFileSync(join(folder, 'root', `f${size}`), 'x'.repeat(size));
    mkdirSync(join(folder, 'root/empty'));
    const found = await entriesOf(pack(`--format=${format}`));
    expect(found.map(({ name, content }) => [name, content.length])).toEqual(
      SIZES.map((size) => [`f${size}`, size]),
    );
  });

  test.each([1, 7, 512, 100_000])('in pieces of %d bytes', async (chunk) => {
    writeFileSync(join(folder, 'root/a'), 'content of a');
    writeFileSync(join(folder, 'root/b'), 'b'.repeat(1025));
    expect(await entriesOf(pack(`--format=${format}`), chunk)).toEqual([
      { name: 'a', content: 'content of a' },
      { name: 'b', content: 'b'.repeat(1025) },
    ]);
  });

  test('symbolic and hard links lead to names in the archive', async () => {
    mkdirSync(join(folder, 'root/a/b'), { recursive: true });
    writeFileSync(join(folder, 'root/layer.tar'), 'layer');
    symlinkSync('../../layer.tar', join(folder, 'root/a/b/layer.tar'));
    linkSync(join(folder, 'root/layer.tar'), join(folder, 'root/same'));
    expect(await entriesOf(pack(`--format=${format}`))).toEqual([
      { name: 'a/b/layer.tar', content: '', linkTo: 'layer.tar' },
      { name: 'layer.tar', content: 'layer' },
      { name: 'same', content: '', linkTo: 'layer.tar' },
    ]);
  });
});

test.each(['gnu', 'pax'])('names of any length and alphabet, %s', async (format) => {
  mkdirSync(join(folder, 'root', LONG, '..'), { recursive: true });
  writeFileSync(join(folder, 'root', LONG), 'long');
  writeFileSync(join(folder, 'root/пошта'), 'other letters');
  symlinkSync(LONG, join(folder, 'root/link'));
  expect(await entriesOf(pack(`--format=${format}`))).toEqual([
    { name: LONG, content: 'long' },
    { name: 'link', content: '', linkTo: LONG },
    { name: 'пошта', content: 'other letters' },
  ]);
});

test('content that nobody reads, or not to its end, is passed over', async () => {
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, 'root', name), name.repeat(3000));
  const names: string[] = [];
  for await (const { name, content } of readTar(Readable.from([pack()]))) {
    names.push(name);
    if (name === 'b') for await (const chunk of content) if (chunk.length > 0) break;
  }
  expect(names).toEqual(['a', 'b', 'c']);
});

describe('what is no whole archive', () => {
  test.each([
    ['text', Buffer.from('hello'.repeat(300)), 'a header that no tar archive has'],
    ['less than a block', Buffer.from('hello'), 'it ends in the middle of a header'],
    ['random bytes', readFileSync(process.execPath).subarray(0, 4096), 'a header that no tar archive has'],
  ])('%s', async (_, bytes, words) => {
    await expect(entriesOf(bytes)).rejects.toThrow(words);
  });

  test('one that was cut off anywhere', async () => {
    writeFileSync(join(folder, 'root/a'), 'a'.repeat(3000));
    const whole = pack();
    const header = whole.indexOf('./a');
    for (const end of [header + 300, header + 512 + 10, header + 512 + 3000]) {
      await expect(entriesOf(whole.subarray(0, end))).rejects.toThrow(/it ends/);
    }
  });

  test('nothing at all is an archive without files', async () => {
    expect(await entriesOf(Buffer.alloc(0))).toEqual([]);
  });
});

test('what is written is read by tar itself', async () => {
  const files: [string, string][] = [
    ['index.json', '{}'],
    [`blobs/sha256/${'ab'.repeat(32)}`, 'x'.repeat(1025)],
    ['empty', ''],
  ];
  const bytes = Buffer.concat([
    ...files.flatMap(([name, content]) => {
      const { header, padding } = tarFrame(name, content.length);
      return [header, Buffer.from(content), padding];
    }),
    TAR_END,
  ]);
  const archive = join(folder, 'ours.tar');
  writeFileSync(archive, bytes);
  execFileSync('tar', ['-xf', archive, '-C', join(folder, 'root')], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const [name, content] of files) expect(readFileSync(join(folder, 'root', name), 'utf8')).toBe(content);
  const names: string[] = [];
  for await (const { name } of readTar(createReadStream(archive))) names.push(name);
  expect(names).toEqual(files.map(([name]) => name));
});
