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
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
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

/** Sorted like their names. */
const SIZES = [0, 1, 5000, 511, 512, 513];

const LONG = `${'folder'.repeat(12)}/${'name'.repeat(40)}`;

// The archive formats of GNU tar and bsdtar, docker and Go.
describe.each(['gnu', 'pax', 'ustar', 'v7'])('format %s', (format) => {
  test('files of every size; entries of other types are left out', async () => {
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

test('content that is not read, or not to its end, is skipped', async () => {
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, 'root', name), name.repeat(3000));
  const names: string[] = [];
  for await (const { name, content } of readTar(Readable.from([pack()]))) {
    names.push(name);
    if (name === 'b') for await (const chunk of content) if (chunk.length > 0) break;
  }
  expect(names).toEqual(['a', 'b', 'c']);
});

test.each(['gnu', 'pax'])('long names of hard links, and of what they lead to, %s', async (format) => {
  mkdirSync(join(folder, 'root', LONG, '..'), { recursive: true });
  writeFileSync(join(folder, 'root', LONG), 'long');
  linkSync(join(folder, 'root', LONG), join(folder, 'root', `${LONG}2`));
  expect(await entriesOf(pack(`--format=${format}`))).toEqual([
    { name: LONG, content: 'long' },
    { name: `${LONG}2`, content: '', linkTo: LONG },
  ]);
});

// GNU tar writes such times as negative numbers, base 256.
test.each(['gnu', 'pax'])('files from before 1970, %s', async (format) => {
  writeFileSync(join(folder, 'root/old'), 'old');
  execFileSync('touch', ['-d', '1901-01-01', join(folder, 'root/old')]);
  expect(await entriesOf(pack(`--format=${format}`))).toEqual([{ name: 'old', content: 'old' }]);
});

describe('the end of an archive', () => {
  const { header, padding } = tarFrame('a', 1);
  const file = Buffer.concat([header, Buffer.from('a'), padding]);

  // GNU tar and Go's archive/tar, which docker and containerd read with, take all of them.
  test.each<[what: string, end: Buffer]>([
    ['two blocks of zeros', TAR_END],
    ['one', TAR_END.subarray(512)],
    ['none', Buffer.alloc(0)],
    ['filled up to 10 KiB', Buffer.alloc(10_240 - file.length)],
    ['something behind it', Buffer.concat([TAR_END, Buffer.from('signature')])],
    ['another archive behind it', Buffer.concat([TAR_END, file, TAR_END])],
  ])('%s', async (_, end) => {
    expect(await entriesOf(Buffer.concat([file, end]))).toEqual([{ name: 'a', content: 'a' }]);
  });
});

describe('what would not fit into memory', () => {
  const SIZE = 9 * 1024 ** 3;

  /** An archive with one file of {@link SIZE} bytes, whose size is no octal number of eleven digits, and a small one. */
  function* huge(format: string): Generator<Buffer> {
    const { header } = tarFrame('huge', 0);
    if (format === 'gnu') {
      header.fill(0, 124, 136);
      header[124] = 0x80;
      header.writeBigUInt64BE(BigInt(SIZE), 128);
    } else {
      const record = Buffer.from(`19 size=${SIZE}\n`);
      const extended = tarFrame('pax', record.length);
      extended.header.write('x', 156, 'latin1');
      yield Buffer.concat([summed(extended.header), record, extended.padding]);
    }
    yield summed(header);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < SIZE; sent += chunk.length) yield chunk;
    const small = tarFrame('small', 1);
    yield Buffer.concat([small.header, Buffer.from('s'), small.padding, TAR_END]);
  }

  function summed(header: Buffer): Buffer {
    header.write('        ', 148, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return header;
  }

  test.each(['gnu', 'pax'])('a file of 9 GiB, %s, comes as it is read', async (format) => {
    const before = process.memoryUsage().arrayBuffers;
    const found: [string, number, number][] = [];
    let most = 0;
    for await (const { name, size, content } of readTar(Readable.from(huge(format)))) {
      let read = 0;
      for await (const chunk of content) {
        read += chunk.length;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      found.push([name, size, read]);
    }
    expect(found).toEqual([
      ['huge', SIZE, SIZE],
      ['small', 1, 1],
    ]);
    expect(most).toBeLessThan(64 * 1024 * 1024);
  });

  test('an extended header of more than 1 MiB', async () => {
    const { header } = tarFrame('long', 1024 * 1024 + 1);
    header.write('L', 156, 'latin1');
    await expect(entriesOf(summed(header))).rejects.toThrow('an extended header of 1048577 bytes');
  });

  test('the source ends with the reading, and its failure is passed on', async () => {
    const onEnd = jest.fn();
    async function* source(): AsyncGenerator<Buffer> {
      try {
        yield* Readable.from(huge('gnu'));
      } finally {
        onEnd();
      }
    }
    for await (const { content } of readTar(source()))
      for await (const chunk of content) if (chunk.length > 0) break;
    expect(onEnd).toHaveBeenCalledTimes(1);
    for await (const { name } of readTar(source())) if (name === 'huge') break;
    expect(onEnd).toHaveBeenCalledTimes(2);
    async function* failing(): AsyncGenerator<Buffer> {
      for await (const chunk of Readable.from(huge('gnu')) as AsyncIterable<Buffer>) {
        yield chunk;
        if (chunk.length > 512) throw new Error('the time is over');
      }
    }
    const read = async (): Promise<void> => {
      for await (const { content } of readTar(failing())) for await (const chunk of content) chunk.at(0);
    };
    await expect(read()).rejects.toThrow('the time is over');
  });
});

describe('an incomplete archive', () => {
  test.each([
    ['text', Buffer.from('hello'.repeat(300)), 'a header that is not valid in a tar archive'],
    ['less than a block', Buffer.from('hello'), 'it ends in the middle of a header'],
    [
      'random bytes',
      readFileSync(process.execPath).subarray(0, 4096),
      'a header that is not valid in a tar archive',
    ],
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

test('tar itself reads the written archive', async () => {
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
