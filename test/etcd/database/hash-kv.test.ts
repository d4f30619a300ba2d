import { describe, expect, test } from '@jest/globals';
import { examineDatabase } from '../../../src/etcd/database/examine.ts';
import { hashKvOf, storeRevisionOf } from '../../../src/etcd/database/hash-kv.ts';
import { DatabaseError } from '../../../src/etcd/database/pages.ts';
import { numbers } from '../../fuzz.ts';
import { buildDatabase, type Entry, uint64 } from './build-database.ts';
import {
  compacted,
  type KeyRevision,
  memberHash,
  oneRevision,
  randomHistory,
  recordOf,
} from './key-space.ts';
import { fileOf, READING, RECORDED_VERSIONS, recordedDatabase, sourceOf } from './recorded.ts';

/** The file of a member with a history, compacted to a revision. */
function fileWith(history: readonly KeyRevision[], finished = 0, scheduled = finished): Buffer {
  const note = (name: string, revision: number): Entry[] =>
    revision === 0
      ? []
      : [{ key: Buffer.from(name), value: Buffer.concat([uint64(revision), Buffer.from('_'), uint64(0)]) }];
  const meta = [...note('finishedCompactRev', finished), ...note('scheduledCompactRev', scheduled)];
  return buildDatabase({ buckets: { key: history.map(recordOf), meta }, mostEntries: 7 });
}

describe.each(RECORDED_VERSIONS)('a file of etcd %s', (version) => {
  const { snapshots, answers } = recordedDatabase(version);
  /** How many answers of the member, before and after the snapshot, the file can tell. */
  const comparable = {
    fresh: 1,
    written: 129,
    compacted: 37,
    'compacted-to-a-deletion': 4,
    'while-compacting': 3,
    emptied: version === '3.5.15' ? 5 : 6,
    'emptied-and-compacted': 1,
  };

  test.each(Object.entries(comparable))('%s: %i answers of the member', async (name, count) => {
    const snapshot = snapshots[name];
    if (snapshot === undefined) throw new Error(name);
    const source = sourceOf(fileOf(snapshot));
    const summary = await examineDatabase(source, READING);
    const { scheduledCompactRevision: scheduled, finishedCompactRevision: finished } = summary;
    const last = Math.max(summary.revision, scheduled, finished);
    expect(await storeRevisionOf(source, READING)).toBe(last);
    let equal = 0;
    for (const [revision, compactRevision] of answers) {
      const at = { revision, compactRevision };
      const hash = hashKvOf(source, at, READING);
      if (revision > last || Math.max(scheduled, finished) > Math.max(0, compactRevision)) {
        await expect(hash).rejects.toThrow(DatabaseError);
        continue;
      }
      // The member gave two for the revision at which all was deleted: before a compaction to it, and by it.
      const said = answers.filter(([r, c]) => r === revision && c === compactRevision).map(([, , h]) => h);
      expect(said.length).toBe(revision === 127 && compactRevision === 124 && version !== '3.5.15' ? 2 : 1);
      expect(said).toContain(await hash);
      expect(await examineDatabase(source, { ...READING, hashKvAt: at })).toEqual({
        ...summary,
        hashKv: await hash,
      });
      equal += 1;
    }
    expect(equal).toBe(count);
  });
});

describe('a history of etcd by its own rules', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))('number %i', async (seed) => {
    const random = numbers(seed);
    const history = randomHistory(60, seed % 3 === 0 ? 3 : 20, random);
    const [first = 0, second = 0, revision = 0] = [0, 1, 2]
      .map(() => oneRevision(history, random))
      .toSorted((a, b) => a - b);
    const file = sourceOf(fileWith(compacted(history, first), first));
    const at = { revision, compactRevision: second };
    const member = memberHash(compacted(compacted(history, first), second), revision, second);
    expect(await hashKvOf(file, at, READING)).toBe(member);
    // And without a compaction before it, from a file in the middle of one, and from one that has gone as far.
    expect(await hashKvOf(sourceOf(fileWith(history)), at, READING)).toBe(member);
    const half = [
      ...compacted(history, second).filter(({ main }) => main <= first),
      ...history.filter(({ main }) => main > first),
    ];
    expect(await hashKvOf(sourceOf(fileWith(half, 0, second)), at, READING)).toBe(member);
    const done = sourceOf(fileWith(compacted(history, second), second));
    expect(await hashKvOf(done, at, READING)).toBe(member);
    expect(await hashKvOf(sourceOf(fileWith(history)), { revision, compactRevision: -1 }, READING)).toBe(
      memberHash(history, revision, -1),
    );
  });
});

describe('what a file cannot tell', () => {
  const history = randomHistory(50, 10, numbers(5));
  const refusal = (file: Buffer, revision: number, compactRevision: number): Promise<unknown> =>
    hashKvOf(sourceOf(file), { revision, compactRevision }, READING).catch((error: unknown) => error);

  test('a revision after its end', async () => {
    expect(await refusal(fileWith(history), 52, 10)).toEqual(
      new DatabaseError('the file ends at revision 51, before 52'),
    );
  });

  test('a hash with records that its own compaction removed, or may have', async () => {
    const error = new DatabaseError(
      'the file is compacted to revision 20, further than the hash to compare, 10',
    );
    expect(await refusal(fileWith(compacted(history, 20), 20), 40, 10)).toEqual(error);
    expect(await refusal(fileWith(compacted(history, 20), 10, 20), 40, 10)).toEqual(error);
  });

  test('a hash at a revision that is compacted', async () => {
    expect(await refusal(fileWith(history), 10, 11)).toEqual(
      new DatabaseError('a hash at revision 10 has no compaction to 11'),
    );
  });
});

test('a store is as far as its last compaction, also without records', async () => {
  expect(await storeRevisionOf(sourceOf(fileWith([])), READING)).toBe(1);
  expect(await storeRevisionOf(sourceOf(fileWith([], 7)), READING)).toBe(7);
  expect(await storeRevisionOf(sourceOf(fileWith([], 7, 9)), READING)).toBe(9);
  expect(await storeRevisionOf(sourceOf(fileWith(randomHistory(500, 5, numbers(1)))), READING)).toBe(501);
});
