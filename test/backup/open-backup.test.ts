import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { NO_IDENTITIES, parseIdentities } from '../../src/backup/identities.ts';
import { type BackupManifest, manifestPath } from '../../src/backup/manifest.ts';
import { type OpenedBackup, openBackup } from '../../src/backup/open-backup.ts';
import { buildDatabase } from '../etcd/database/build-database.ts';
import { recordOf } from '../etcd/database/key-space.ts';
import { fileOf, READING, RECORDED_VERSIONS, recordedDatabase } from '../etcd/database/recorded.ts';
import { numbers, spoiledBytes } from '../fuzz.ts';
import { findingOf, manifestFor, snapshotFrom, storeBackup } from './stored-backup.ts';

const SEALED_CHUNK = 64 * 1024 + 16;

let folder: string;
let made = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-backup-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const [SECRET, OTHER] = [await generateX25519Identity(), await generateHybridIdentity()];
const [RECIPIENT, OTHER_RECIPIENT] = [await identityToRecipient(SECRET), await identityToRecipient(OTHER)];
const IDENTITIES = parseIdentities(SECRET);

const snapshotNamed = (name: string, version = '3.6.8'): Buffer => {
  const snapshot = recordedDatabase(version).snapshots[name];
  if (snapshot === undefined) throw new Error(`there is no snapshot ${name}`);
  return fileOf(snapshot);
};
/** Three chunks. */
const SNAPSHOT = snapshotNamed('written');

interface Stored {
  readonly path: string;
  readonly manifest: BackupManifest;
}

async function store(
  kind: 'age' | 'plain',
  { snapshot = SNAPSHOT, recipients = [RECIPIENT] } = {},
): Promise<Stored> {
  made += 1;
  const path = join(folder, `backup-${made}.db`);
  return { path, manifest: await storeBackup(path, snapshot, kind === 'age' ? recipients : []) };
}

async function open(path: string, identities = IDENTITIES): Promise<OpenedBackup> {
  return await openBackup({ path, identities }, READING);
}

async function received(backup: Pick<OpenedBackup, 'snapshot'>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of backup.snapshot()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Changes the bytes of a file in place. */
function change(path: string, work: (bytes: Buffer) => Buffer): void {
  writeFileSync(path, work(readFileSync(path)));
}

/** Has the manifest describe the file as it is, as one would who wants a changed file to be restored. */
function describeAnew({ path, manifest }: Stored, more: Partial<BackupManifest> = {}): void {
  const bytes = readFileSync(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = { ...manifest.file, bytes: bytes.length, sha256 };
  writeFileSync(manifestPath(path), JSON.stringify({ ...manifest, file, ...more }));
}

describe.each(['age', 'plain'] as const)('a backup (%s)', (kind) => {
  test.each(RECORDED_VERSIONS)(
    'of etcd %s is opened, and gives the snapshot that the member sent',
    async (version) => {
      for (const name of Object.keys(recordedDatabase(version).snapshots)) {
        const snapshot = snapshotNamed(name, version);
        const { path, manifest } = await store(kind, { snapshot });
        const backup = await open(path);
        expect(backup).toMatchObject({
          path,
          manifest,
          snapshotBytes: snapshot.length,
          snapshotSha256: createHash('sha256').update(snapshot).digest('hex'),
        });
        for (const bytes of await Promise.all([received(backup), received(backup), received(backup)]))
          expect(bytes.equals(snapshot)).toBe(true);
        await backup.close();
      }
    },
  );

  test('tells what a member answers that was started from it', async () => {
    let known = 0;
    for (const version of RECORDED_VERSIONS) {
      for (const name of ['written', 'compacted', 'compacted-to-a-deletion', 'while-compacting']) {
        const { path } = await store(kind, { snapshot: snapshotNamed(name, version) });
        const backup = await open(path);
        const hash = await backup.hashKv();
        await backup.close();
        const said = recordedDatabase(version).answers.filter(
          ([revision, compaction]) => revision === hash?.revision && compaction === hash.compactRevision,
        );
        known += said.length;
        for (const [, , answer] of said) expect([version, name, hash?.hash]).toEqual([version, name, answer]);
      }
    }
    expect(known).toBeGreaterThan(10);
  });

  test('may be named from the working directory, or by a link', async () => {
    const { path } = await store(kind);
    const backup = await open(relative(process.cwd(), path));
    expect(backup.path).toBe(path);
    await backup.close();
    symlinkSync(path, `${path}.link`);
    symlinkSync(manifestPath(path), manifestPath(`${path}.link`));
    await (await open(`${path}.link`)).close();
  });

  test('that another file replaces while it is open stays the one that was verified', async () => {
    const { path } = await store(kind);
    const backup = await open(path);
    writeFileSync(`${path}.new`, 'other');
    renameSync(`${path}.new`, path);
    expect((await received(backup)).equals(SNAPSHOT)).toBe(true);
    await backup.close();
  });

  test('cannot be read after it was closed, also if that had begun', async () => {
    const { path } = await store(kind);
    const backup = await open(path);
    const begun = received(backup);
    await Promise.all([backup.close(), expect(begun).rejects.toThrow(/was closed/)]);
    await backup.close();
    await expect(received(backup)).rejects.toThrow(/was closed/);
    await expect(backup.hashKv()).rejects.toThrow(/was closed/);
  });

  test('reports its progress, which ends with the total', async () => {
    const { path } = await store(kind);
    const seen: (readonly [number, number])[] = [];
    const onProgress = (done: number, total: number): void => void seen.push([done, total]);
    await (await openBackup({ path, identities: IDENTITIES }, { ...READING, onProgress })).close();
    const [, total] = seen[0] ?? [0, 0];
    expect(total).toBe(readFileSync(path).length + SNAPSHOT.length);
    expect(seen.every(([, each]) => each === total)).toBe(true);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((a, b) => a - b));
    expect(seen.filter(([done]) => done >= total)).toEqual([[total, total]]);
  });

  test('is not opened after the run was cancelled, and gives nothing after that', async () => {
    const { path } = await store(kind);
    const from = { path, identities: IDENTITIES };
    await expect(openBackup(from, { signal: AbortSignal.abort(new Error('cancelled')) })).rejects.toThrow(
      'cancelled',
    );
    for (const after of [1, 2]) {
      const [abort, seen] = [new AbortController(), { calls: 0 }];
      const onProgress = (): void => {
        seen.calls += 1;
        if (seen.calls === after) abort.abort(new Error('cancelled'));
      };
      const opening = openBackup(from, { signal: abort.signal, onProgress });
      if (after === 1) await expect(opening.then((backup) => received(backup))).rejects.toThrow('cancelled');
      else
        await opening.then(
          (backup) => backup.close(),
          (error: unknown) => expect(String(error)).toMatch('cancelled'),
        );
    }
    const abort = new AbortController();
    const backup = await openBackup(from, abort);
    abort.abort(new Error('cancelled'));
    await expect(received(backup)).rejects.toThrow('cancelled');
    await backup.close();
  });

  test('is refused if its manifest is that of another backup, or says anything else of the database', async () => {
    const [one, other] = [await store(kind), await store(kind, { snapshot: snapshotNamed('compacted') })];
    writeFileSync(manifestPath(one.path), JSON.stringify(other.manifest));
    const finding = await findingOf(open(one.path));
    expect(finding.at).toBe('restore-from');
    expect(finding.code).toBe('restore-manifest-differs');
    const { manifest } = one;
    const others: Partial<BackupManifest>[] = [
      { revision: manifest.revision + 1 },
      { compactRevision: 7 },
      { hash: 'abc' },
      { keys: manifest.keys - 1 },
      { raftTerm: '99' },
      { raftIndex: '1' },
      { storageVersion: '3.5.0' },
      { databaseSha256: '0'.repeat(64) },
      { databaseBytes: manifest.databaseBytes - 512 },
      { file: { ...manifest.file, sha256: '0'.repeat(64) } },
      { file: { ...manifest.file, bytes: 2 ** 50 } },
    ];
    for (const more of others) {
      writeFileSync(manifestPath(one.path), JSON.stringify({ ...manifest, ...more }));
      expect([more, await findingOf(open(one.path))]).toEqual([
        more,
        expect.objectContaining({ at: 'restore-from', code: 'restore-manifest-differs' }),
      ]);
    }
    writeFileSync(manifestPath(one.path), JSON.stringify({ ...manifest, keys: 3 }));
    expect((await findingOf(open(one.path))).fact).toMatch(/: keys is 54, and by the manifest 3\.$/);
  });

  test('is refused if any byte of it was changed', async () => {
    const { path, manifest } = await store(kind);
    const bytes = readFileSync(path);
    const random = numbers(made);
    const edges = [0, bytes.length - 33, bytes.length - 17, bytes.length - 16, bytes.length - 1];
    const places = [...edges, ...Array.from({ length: 80 }, () => Math.floor(random() * bytes.length))];
    if (kind === 'age') places.push(...Array.from({ length: 250 }, (_, index) => index));
    for (const place of places) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ (1 << Math.floor(random() * 8));
      writeFileSync(path, changed);
      expect([place, (await findingOf(open(path))).code]).toEqual([place, 'restore-backup-damaged']);
    }
    describeAnew({ path, manifest });
    expect((await findingOf(open(path))).code).toBe('restore-backup-damaged');
    writeFileSync(path, bytes);
    describeAnew({ path, manifest });
    await (await open(path)).close();
  });

  test('that was damaged in other ways is refused with one finding', async () => {
    const { path } = await store(kind);
    const bytes = readFileSync(path);
    const random = numbers(7);
    for (let time = 0; time < 150; time += 1) {
      const changed = spoiledBytes(random() < 0.5 ? bytes.subarray(0, 300) : bytes, random);
      if (changed.equals(bytes)) continue;
      writeFileSync(path, changed);
      expect((await findingOf(open(path))).code).toMatch(/^restore-(?:backup-damaged|manifest-differs)$/);
    }
  });

  test.each([
    ['cut off to nothing', (path: string): void => truncateSync(path, 0)],
    ['cut off by a byte', (path: string): void => change(path, (bytes) => bytes.subarray(0, -1))],
    ['cut off at a chunk', (path: string): void => truncateSync(path, headOf(path) + 2 * sealedChunk(kind))],
    ['cut off within its first chunk', (path: string): void => truncateSync(path, headOf(path) + 5)],
    ['lengthened by a byte', (path: string): void => appendFileSync(path, 'x')],
    ['lengthened by itself', (path: string): void => appendFileSync(path, readFileSync(path))],
    ['lengthened by an empty chunk', (path: string): void => appendFileSync(path, Buffer.alloc(16))],
  ])('that was %s is refused, also if the manifest fits', async (_, spoil) => {
    const stored = await store(kind);
    spoil(stored.path);
    const expected = kind === 'age' ? /^restore-backup-damaged$/ : /^restore-manifest-differs$/;
    expect((await findingOf(open(stored.path))).code).toMatch(expected);
    if (readFileSync(stored.path).length === 0) return;
    describeAnew(stored);
    expect((await findingOf(open(stored.path))).code).toMatch(expected);
    if (kind === 'age') return;
    // the best that can be done to a file that nothing protects
    const databaseBytes = readFileSync(stored.path).length - 32;
    if (databaseBytes < 1) return;
    describeAnew(stored, { databaseBytes });
    expect((await findingOf(open(stored.path))).code).toBe('restore-backup-damaged');
  });

  test('that changes while it is sent is not sent to its end', async () => {
    // four batches, of which two have been read when the first one is given
    const database = Buffer.concat([SNAPSHOT.subarray(0, -32), Buffer.alloc(3 * 1024 * 1024)]);
    const snapshot = Buffer.concat([database, createHash('sha256').update(database).digest()]);
    const spoils = [
      (path: string): void => change(path, (bytes) => flipped(bytes, bytes.length - 100)),
      (path: string): void => change(path, (bytes) => flipped(bytes, bytes.length - 1_000_000)),
      (path: string): void => truncateSync(path, 2_000_000),
      (path: string): void => truncateSync(path, headOf(path) + 16 * sealedChunk(kind)),
    ];
    for (const spoil of spoils) {
      const { path } = await store(kind, { snapshot });
      const backup = await open(path);
      const sent: Buffer[] = [];
      const finding = await findingOf(
        (async () => {
          for await (const piece of backup.snapshot()) {
            if (sent.length === 0) spoil(path);
            sent.push(piece);
          }
        })(),
      );
      await backup.close();
      expect(finding.code).toBe('restore-backup-damaged');
      expect(finding.fact).toMatch(/has changed since this run verified it: /);
      expect(Buffer.concat(sent).length).toBeLessThan(snapshot.length);
    }
  });

  test('that has changed before it is sent is not sent to its end either', async () => {
    const { path } = await store(kind);
    const backup = await open(path);
    change(path, (bytes) => flipped(bytes, 70_000));
    expect((await findingOf(received(backup))).fact).toMatch(/has changed since/);
    appendFileSync(path, 'x');
    expect((await findingOf(received(backup))).fact).toMatch(/in place of/);
    await backup.close();
  });
});

function flipped(bytes: Buffer, place: number): Buffer {
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes;
}

const sealedChunk = (kind: 'age' | 'plain'): number => (kind === 'age' ? SEALED_CHUNK : 64 * 1024);

/** Bytes before the first chunk. */
function headOf(path: string): number {
  const text = readFileSync(path, 'latin1');
  const end = /\n--- .{43}\n/.exec(text);
  return end === null ? 0 : end.index + end[0].length + 16;
}

describe('a file of age', () => {
  const recorded = JSON.parse(readFileSync('test/backup/recorded/age.json', 'utf8')) as {
    readonly recorded: readonly { kind: string; identity: string; recipient: string; file: string }[];
  };

  test.each(recorded.recorded)(
    'that the program age has encrypted to a key ($kind) is opened',
    async (one) => {
      const snapshot = snapshotNamed('fresh');
      const path = join(folder, `${one.kind}.age`);
      const bytes = Buffer.from(one.file, 'base64');
      writeFileSync(path, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const file = {
        name: 'x',
        bytes: bytes.length,
        sha256,
        encryption: 'age',
        recipients: [one.recipient],
      } as const;
      writeFileSync(manifestPath(path), JSON.stringify(await manifestFor(snapshot, file)));
      const backup = await open(path, parseIdentities(one.identity));
      expect((await received(backup)).equals(snapshot)).toBe(true);
      await backup.close();
    },
  );

  test('is opened with the key of any recipient, among others', async () => {
    const { path } = await store('age', { recipients: [OTHER_RECIPIENT] });
    await (await open(path, parseIdentities(`${SECRET}\n${OTHER}`))).close();
  });

  test('two chunks of which changed places is refused', async () => {
    const stored = await store('age');
    change(stored.path, (bytes) => {
      const at = headOf(stored.path);
      const [one, two] = [0, 1].map((index) =>
        bytes.subarray(at + index * SEALED_CHUNK, at + (index + 1) * SEALED_CHUNK),
      );
      if (one === undefined || two === undefined) throw new Error('it has one chunk');
      return Buffer.concat([bytes.subarray(0, at), two, one, bytes.subarray(at + 2 * SEALED_CHUNK)]);
    });
    for (const work of [(): void => undefined, (): void => describeAnew(stored)]) {
      work();
      const finding = await findingOf(open(stored.path));
      expect([finding.code, finding.fact]).toEqual([
        'restore-backup-damaged',
        expect.stringMatching(/is damaged: its chunk 0 cannot be decrypted\.$/),
      ]);
    }
  });

  test('needs a key, and the key of one of its recipients', async () => {
    const { path } = await store('age');
    const without = await findingOf(open(path, NO_IDENTITIES));
    expect(without).toMatchObject({ code: 'restore-identity-missing', at: 'backup-identity' });
    expect(without.fact).toContain(RECIPIENT);
    const wrong = await findingOf(open(path, parseIdentities(OTHER)));
    expect(wrong).toMatchObject({ code: 'restore-identity-wrong', at: 'backup-identity' });
    expect(wrong.fact).toContain(
      `is encrypted to "${RECIPIENT}", and the given secret keys are those of "age1pq1`,
    );
    expect(JSON.stringify(wrong)).not.toMatch(/SECRET/);
  });

  test('whose header was changed is damaged, although no key opens it', async () => {
    const { path } = await store('age');
    change(path, (bytes) => {
      // another letter of Base64: anything else would be no header at all
      const place = bytes.indexOf('\n', 40) + 10;
      bytes[place] = bytes[place] === 0x41 ? 0x42 : 0x41;
      return bytes;
    });
    expect(await findingOf(open(path))).toMatchObject({
      code: 'restore-backup-damaged',
      fact: expect.stringMatching(/its header cannot be opened with the secret key of "age1/),
    });
  });

  test.each([
    [
      'that has no end',
      Buffer.concat([Buffer.from('age-encryption.org/v1\n'), Buffer.alloc(400_000, '-> X a\n')]),
      /has no end/,
    ],
    [
      'of another program',
      Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\n'),
      /does not begin as a file of age/,
    ],
    [
      'of very many recipients',
      Buffer.from(
        `age-encryption.org/v1\n${'-> X25519 a\n\n'.repeat(1000)}--- ${'A'.repeat(43)}\n${'x'.repeat(50)}`,
      ),
      /has 1000 recipients/,
    ],
    [
      'that ends the file',
      Buffer.from(`age-encryption.org/v1\n-> X25519 a\n\n--- ${'A'.repeat(43)}\n`),
      /ends with its header/,
    ],
    [
      'with another key than it says',
      Buffer.from(`age-encryption.org/v1\n-> X25519 a\n\n--- ${'A'.repeat(43)}\n${'x'.repeat(50)}`),
      /its header is damaged \(/,
    ],
  ])('with a header %s is refused at once', async (_, bytes, fact) => {
    const stored = await store('age');
    writeFileSync(stored.path, bytes);
    describeAnew(stored);
    const finding = await findingOf(open(stored.path));
    expect([finding.code, finding.fact]).toEqual(['restore-backup-damaged', expect.stringMatching(fact)]);
  });
});

describe('there is no backup', () => {
  test.each([
    ['nothing', (): void => undefined, /^there is no backup ".*" on the runner\.$/],
    [
      'a folder',
      (path: string): void => {
        mkdirSync(path);
      },
      /is a folder, not the file of a backup/,
    ],
    [
      'a pipe',
      (path: string): void => {
        execFileSync('mkfifo', [path]);
      },
      /is a device, a pipe or a socket/,
    ],
    ['a link to itself', (path: string): void => symlinkSync(path, path), /cannot be read: .*ELOOP/],
  ])('%s', async (_, make, fact) => {
    made += 1;
    const path = join(folder, `none-${made}`);
    make(path);
    const finding = await findingOf(open(path));
    expect(finding).toMatchObject({ code: 'restore-backup-missing', at: 'restore-from' });
    expect(finding.fact).toMatch(fact);
  });

  test('without its manifest', async () => {
    const { path } = await store('age');
    rmSync(manifestPath(path));
    expect((await findingOf(open(path))).code).toBe('restore-manifest-missing');
  });
});

test.each(['age', 'plain'] as const)(
  'a database of 300 MB is opened in less than 64 MiB of memory, and sent to three readers at once in 128 (%s)',
  async (kind) => {
    // 60 MB of values, and free pages, which are read for the hashes alone
    const value = 'v'.repeat(60_000);
    const entries = Array.from({ length: 1_000 }, (_, index) =>
      recordOf({ main: index + 2, sub: 0, isTombstone: false, key: `/k/${index}`, value }),
    );
    const database = buildDatabase({ buckets: { key: entries }, freePages: 60_000 });
    const { path } = await store(kind, { snapshot: snapshotFrom(database) });
    const argv = ['test/backup/opening-memory.ts', path, ...(kind === 'age' ? [SECRET] : [])];
    const { opening, sending, good } = JSON.parse(
      execFileSync(process.execPath, argv, { encoding: 'utf8' }),
    ) as {
      readonly opening: number;
      readonly sending: number;
      readonly good: boolean;
    };
    rmSync(path);
    expect(database.length).toBeGreaterThan(300_000_000);
    expect(good).toBe(true);
    expect(opening).toBeLessThan(64);
    // the pieces are the readers', so they are freed when Node collects garbage
    expect(sending).toBeLessThan(128);
  },
  60_000,
);
