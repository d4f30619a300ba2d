import { expect, test } from '@jest/globals';
import { isVerified } from '../../src/backup/compare-hashes.ts';
import { DatabaseError } from '../../src/etcd/database/pages.ts';
import type { Observed } from '../../src/etcd/health/observation.ts';
import type { HashKv } from '../../src/etcd/messages.ts';
import { type BackupSource, proveBackup } from '../../src/run/backup-proof.ts';
import type { ClusterClients } from '../../src/run/cluster-clients.ts';
import { buildDatabase } from '../etcd/database/build-database.ts';
import { type KeyRevision, memberHash, recordOf } from '../etcd/database/key-space.ts';

/** The writes of the cluster: revisions 2 to 10. */
const HISTORY = Array.from({ length: 9 }, (_, at) => write(at + 2, `key${at}`));

function write(main: number, key: string): KeyRevision {
  return { main, sub: 0, isTombstone: false, key, value: `value of ${key}` };
}

function fileOf(history: readonly KeyRevision[]): Buffer {
  return buildDatabase({ buckets: { key: history.map(recordOf), meta: [] }, mostEntries: 7 });
}

/** What members answer that have these writes; each is compacted to its own revision. */
function answers(revision: number, members: Readonly<Record<string, number>>): Map<string, Observed<HashKv>> {
  const newest = HISTORY.at(-1)?.main ?? 1;
  return new Map(
    Object.entries(members).map(([name, compacted]): [string, Observed<HashKv>] => {
      if (revision > newest) return [name, refused('future revision')];
      if (revision < compacted) return [name, refused('revision has been compacted')];
      const hash = memberHash(HISTORY, revision, compacted);
      const of = { memberId: name, compactRevision: compacted, hashRevision: revision, revision: newest };
      return [name, { seen: { ...of, hash } }];
    }),
  );
}

function refused(words: string): Observed<HashKv> {
  const reason = `etcdserver: mvcc: required ${words}`;
  const finding = { code: 'unexpected-error', at: 'etcd', fact: reason, fix: 'none' } as const;
  return { failure: { kind: 'rejected', reason, finding } };
}

const ALL = { a: -1, b: -1, c: -1 };

/** Proves a file against members that had revision 10 before the copy. */
async function prove(
  file: Buffer,
  {
    now = ALL,
    before = ALL,
  }: { readonly now?: Readonly<Record<string, number>>; readonly before?: typeof ALL } = {},
) {
  const clients = { hashKv: (revision: number) => Promise.resolve(answers(revision, now)) };
  const source = {
    clients: clients as unknown as ClusterClients,
    status: { dbSize: file.length },
    voters: 3,
    before: { revision: 10, answers: answers(10, before) },
    leastRevision: 10,
  } as unknown as BackupSource;
  const database = {
    size: file.length,
    read: (at: number, length: number) => file.subarray(at, at + length),
  };
  return proveBackup(database, source, new AbortController().signal);
}

test('the same writes are verified by all members', async () => {
  const { comparison, summary } = await prove(fileOf(HISTORY));
  expect(isVerified(comparison)).toBe(true);
  expect(comparison).toMatchObject({ revision: 10, voters: 3 });
  expect(summary).toMatchObject({ revision: 10, keys: 9 });
});

test('a record that no member has is not verified by an earlier revision', async () => {
  const { comparison } = await prove(fileOf([...HISTORY, write(5_000, 'forged')]));
  expect(isVerified(comparison)).toBe(false);
  expect(comparison.revision).toBe(5_000);
});

test.each([
  ['an old file', HISTORY.slice(0, 3)],
  ['an empty file', []],
])('%s is refused, although its few records are those of the members', async (_, history) => {
  await expect(prove(fileOf(history))).rejects.toThrow(DatabaseError);
});

test('a changed value differs', async () => {
  const changed = HISTORY.map((one) => (one.main === 5 ? { ...one, value: 'rot' } : one));
  const { comparison } = await prove(fileOf(changed));
  expect(comparison.members.map(({ result }) => result)).toEqual(['different', 'different', 'different']);
});

test('if a majority has compacted the revision meanwhile, the one from before the copy counts', async () => {
  const { comparison } = await prove(fileOf(HISTORY), { now: { a: 11, b: 11, c: -1 } });
  expect(comparison).toMatchObject({ revision: 10 });
  expect(isVerified(comparison)).toBe(true);
  const one = await prove(fileOf(HISTORY), { now: { a: 11, b: -1, c: -1 } });
  expect(isVerified(one.comparison)).toBe(true);
});
