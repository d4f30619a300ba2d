import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  Decrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { createCipheriv, createHash } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackupWriter, createEncryptedFile, createPlainFile } from '../../src/backup/backup-writer.ts';
import { BackupFileError } from '../../src/backup/file-error.ts';
import { CACHED_CHUNKS } from '../../src/backup/sealed-source.ts';
import type { ByteSource } from '../../src/etcd/database/byte-source.ts';
import { numbers } from '../fuzz.ts';

const CHUNK = 64 * 1024;
const SIZES = [
  0,
  1,
  CHUNK - 1,
  CHUNK,
  CHUNK + 1,
  2 * CHUNK,
  3 * CHUNK,
  16 * CHUNK,
  16 * CHUNK + 1,
  3_000_001,
];

let folder: string;
let made = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backup-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const [IDENTITY, SECOND, HYBRID] = [
  await generateX25519Identity(),
  await generateX25519Identity(),
  await generateHybridIdentity(),
];
const recipientsOf = async (...identities: readonly string[]): Promise<{ recipients: string[] }> => ({
  recipients: await Promise.all(identities.map(async (identity) => await identityToRecipient(identity))),
});

/** Bytes that differ everywhere, the same for the same size. */
function content(size: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, size), Buffer.alloc(16)).update(Buffer.alloc(size));
}

function newPath(): string {
  made += 1;
  return join(folder, `backup-${made}`);
}

/** Writes in pieces of all lengths. */
async function fill(writer: BackupWriter, bytes: Buffer, random = numbers(1)): Promise<void> {
  const piece = Buffer.alloc(200_000);
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(bytes.length - at, Math.floor(random() ** 4 * piece.length));
    bytes.copy(piece, 0, at, at + length);
    await writer.write(piece.subarray(0, length));
    piece.fill(0xee); // It is the caller's again.
    at += length;
  }
}

async function encrypted(bytes: Buffer, path = newPath()): Promise<BackupWriter> {
  const writer = await createEncryptedFile(path, await recipientsOf(IDENTITY));
  await fill(writer, bytes);
  return writer;
}

async function decrypt(path: string, identity: string): Promise<Buffer> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return Buffer.from(await decrypter.decrypt(readFileSync(path)));
}

describe.each(SIZES)('%d bytes', (size) => {
  const bytes = content(size);

  test('can be decrypted by the library with the key of each recipient', async () => {
    const path = newPath();
    const writer = await createEncryptedFile(path, await recipientsOf(IDENTITY, SECOND));
    await fill(writer, bytes);
    const { fileBytes, fileSha256 } = await writer.finish();
    await writer.commit();
    const file = readFileSync(path);
    expect(fileBytes).toBe(file.length);
    expect(fileSha256).toBe(createHash('sha256').update(file).digest('hex'));
    for (const identity of [IDENTITY, SECOND])
      expect((await decrypt(path, identity)).equals(bytes)).toBe(true);
    await expect(decrypt(path, await generateX25519Identity())).rejects.toThrow();
  });

  test('can be decrypted with a post-quantum key', async () => {
    const path = newPath();
    const writer = await createEncryptedFile(path, await recipientsOf(HYBRID));
    await fill(writer, bytes);
    await writer.finish();
    await writer.commit();
    expect((await decrypt(path, HYBRID)).equals(bytes)).toBe(true);
  });

  test('are those of a plain file', async () => {
    const path = newPath();
    const writer = await createPlainFile(path);
    await fill(writer, bytes);
    const { fileBytes, fileSha256 } = await writer.finish();
    expectSame(writer.source(), bytes);
    await writer.commit();
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect([fileBytes, fileSha256]).toEqual([size, createHash('sha256').update(bytes).digest('hex')]);
  });

  test('are read back from any place', async () => {
    const writer = await encrypted(bytes);
    await writer.finish();
    expectSame(writer.source(), bytes);
    await writer.discard();
  });
});

function expectSame(source: ByteSource, bytes: Buffer): void {
  expect(source.size).toBe(bytes.length);
  expect(source.read(0, bytes.length).equals(bytes)).toBe(true);
  const random = numbers(bytes.length + 1);
  for (let time = 0; time < 200; time += 1) {
    const offset = Math.floor(random() * (bytes.length + 1));
    const length = Math.floor(random() ** 3 * (bytes.length - offset + 1));
    expect(source.read(offset, length).equals(bytes.subarray(offset, offset + length))).toBe(true);
  }
}

test('no two files have the same key or nonce', async () => {
  const [one, other] = [newPath(), newPath()];
  for (const path of [one, other]) {
    const writer = await encrypted(content(100), path);
    await writer.finish();
    await writer.commit();
  }
  expect(readFileSync(one).subarray(-116)).not.toEqual(readFileSync(other).subarray(-116));
});

test('the file is for its user alone, and has its name only once it is committed', async () => {
  const path = newPath();
  const writer = await encrypted(content(10), path);
  const names = (): string[] => readdirSync(folder).filter((name) => join(folder, name).startsWith(path));
  expect(statSync(`${path}.part`).mode & 0o777).toBe(0o600);
  await writer.finish();
  expect(names()).toEqual([`${path.slice(folder.length + 1)}.part`]);
  await writer.commit();
  expect(names()).toEqual([path.slice(folder.length + 1)]);
  await writer.discard();
  expect((await decrypt(path, IDENTITY)).length).toBe(10);
});

test('a discarded file is gone, at any time, and cannot be used any more', async () => {
  for (const finish of [false, true]) {
    const path = newPath();
    const writer = await encrypted(content(3_000_000), path);
    const source = finish ? (await writer.finish(), writer.source()) : undefined;
    await writer.discard();
    await writer.discard();
    expect(readdirSync(folder).filter((name) => join(folder, name).startsWith(path))).toEqual([]);
    if (source !== undefined) expect(() => source.read(0, 1)).toThrow(/was closed/);
    await expect(writer.write(content(5_000_000))).rejects.toThrow();
  }
});

describe('reading', () => {
  const bytes = content(20 * CHUNK);

  test('outside of the content is refused, whatever is asked for', async () => {
    const writer = await encrypted(bytes);
    await writer.finish();
    const source = writer.source();
    for (const [offset, length] of [
      [-1, 1],
      [0, -1],
      [0, bytes.length + 1],
      [bytes.length, 1],
      [2 ** 60, 1],
      [0.5, 1],
      [0, Number.NaN],
      [0, Infinity],
    ] as const)
      expect(() => source.read(offset, length)).toThrow(RangeError);
    expect(source.read(bytes.length, 0)).toHaveLength(0);
    await writer.discard();
  });

  test('keeps a bounded number of chunks, the last used ones', async () => {
    const many = content((CACHED_CHUNKS + 20) * CHUNK);
    const path = newPath();
    const writer = await encrypted(many, path);
    await writer.finish();
    const source = writer.source();
    expect(source.read(0, 4).equals(many.subarray(0, 4))).toBe(true);
    await spoil(`${path}.part`, 1000);
    for (let at = CHUNK; at < many.length; at += CHUNK) {
      source.read(at, 1);
      source.read(0, 1);
    }
    await spoil(`${path}.part`, CHUNK + 1000);
    expect(source.read(0, 4).equals(many.subarray(0, 4))).toBe(true); // still kept
    expect(() => source.read(CHUNK, 4)).toThrow(BackupFileError); // no longer kept
    await writer.discard();
  });

  test.each([
    ['its first chunk', 1000],
    ['a chunk in the middle', 10 * CHUNK],
    ['the tag of the last', -1],
  ])('a file is refused that was changed in %s', async (_, place) => {
    const path = newPath();
    const writer = await encrypted(bytes, path);
    await writer.finish();
    const source = writer.source();
    await spoil(`${path}.part`, place);
    expect(() => source.read(0, bytes.length)).toThrow(
      /backup-path: the file of the backup, .* chunk \d+ cannot be/,
    );
    await writer.discard();
  });

  test('a file is refused whose head was changed, or that was cut off before or during the reading', async () => {
    const path = newPath();
    const writer = await encrypted(bytes, path);
    await writer.finish();
    const source = writer.source();
    await spoil(`${path}.part`, 30);
    expect(() => writer.source()).toThrow(/its head differs/);
    truncateSync(`${path}.part`, 10 * CHUNK);
    expect(() => writer.source()).toThrow(/it has 655360 in place of/);
    expect(() => source.read(0, bytes.length)).toThrow(/it ends after 655360 of/);
    await expect(writer.commit()).rejects.toThrow(/it has 655360 in place of/);
    await writer.discard();
  });

  test('two chunks that changed places are refused', async () => {
    const path = newPath();
    const writer = await encrypted(bytes, path);
    await writer.finish();
    const file = readFileSync(`${path}.part`);
    const head = file.length - bytes.length - 20 * 16;
    const [one, two] = [1, 2].map((index) =>
      Buffer.from(file.subarray(head + index * (CHUNK + 16), head + (index + 1) * (CHUNK + 16))),
    );
    writeFileSync(
      `${path}.part`,
      Buffer.concat([
        file.subarray(0, head + CHUNK + 16),
        two as Buffer,
        one as Buffer,
        file.subarray(head + 3 * (CHUNK + 16)),
      ]),
    );
    expect(() => writer.source().read(CHUNK, 1)).toThrow(/chunk 1 cannot be decrypted/);
    await writer.discard();
  });
});

/** Changes one bit; negative places count from the end. */
async function spoil(path: string, place: number): Promise<void> {
  const file = await open(path, 'r+');
  const at = place < 0 ? (await file.stat()).size + place : place;
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 4]), 0, 1, at);
  await file.close();
}

describe('used out of order', () => {
  test('calls that overlap, or come before or after the end, throw and spoil nothing', async () => {
    const path = newPath();
    const bytes = content(5_000_000);
    const writer = await createEncryptedFile(path, await recipientsOf(IDENTITY));
    expect(() => writer.source()).toThrow(/not finished/);
    await expect(writer.commit()).rejects.toThrow(/not finished/);
    const first = writer.write(bytes);
    await expect(writer.write(bytes)).rejects.toThrow(/no bytes now/);
    await expect(writer.finish()).rejects.toThrow(/no end now/);
    await first;
    await writer.finish();
    await expect(writer.write(bytes)).rejects.toThrow(/no bytes now/);
    await expect(writer.finish()).rejects.toThrow(/no end now/);
    await writer.commit();
    expect((await decrypt(path, IDENTITY)).equals(bytes)).toBe(true);
  });
});
