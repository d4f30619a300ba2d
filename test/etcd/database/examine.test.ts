import { describe, expect, test } from '@jest/globals';
import { examineDatabase } from '../../../src/etcd/database/examine.ts';
import { MOST_READ_BYTES } from '../../../src/etcd/database/byte-source.ts';
import { numbers } from '../../fuzz.ts';
import { buildDatabase, type Entry, uint64 } from './build-database.ts';
import { keyValue, liveKeys, memberHash, randomHistory, recordOf } from './key-space.ts';
import { fileOf, READING, RECORDED_VERSIONS, recordedDatabase, sourceOf } from './recorded.ts';

describe.each(RECORDED_VERSIONS)('a file of etcd %s', (version) => {
  const { snapshots } = recordedDatabase(version);

  test.each(Object.keys(snapshots))('%s: as etcdutl and the member say', async (name) => {
    const snapshot = snapshots[name];
    if (snapshot === undefined) throw new Error(name);
    const { status } = snapshot;
    const summary = await examineDatabase(sourceOf(fileOf(snapshot)), READING);
    expect(summary).toMatchObject({
      hash: status.hash,
      revision: Math.max(1, status.revision),
      keys: snapshot.liveKeys,
      sizeBytes: status.totalSize,
      pageSize: 4096,
      pages: status.totalSize / 4096,
      storageVersion: status.version ?? null,
      term: snapshot.raftTerm,
      consistentIndex: snapshot.raftAppliedIndex,
      hashKv: null,
    });
    if (!version.startsWith('3.5.')) expect(summary.keys).toBe(status.totalKey);
  });

  test('compactions, and the records that they leave', async () => {
    const found = Object.entries(snapshots).map(async ([name, snapshot]) => {
      const summary = await examineDatabase(sourceOf(fileOf(snapshot)), READING);
      return [
        name,
        summary.scheduledCompactRevision,
        summary.finishedCompactRevision,
        summary.records,
      ] as const;
    });
    const of = new Map((await Promise.all(found)).map(([name, ...rest]) => [name, rest]));
    expect(of.get('fresh')).toEqual([0, 0, 0]);
    expect(of.get('written')).toEqual([0, 0, 105]);
    expect(of.get('compacted')).toEqual([60, 60, 106]);
    // Up to 3.5.15 the deletion itself is removed too.
    expect(of.get('compacted-to-a-deletion')).toEqual([91, 91, version === '3.5.15' ? 55 : 56]);
    expect(of.get('while-compacting')?.slice(0, 2)).toEqual([124, 91]);
    expect(of.get('emptied-and-compacted')).toEqual([127, 127, version === '3.5.15' ? 0 : 54]);
  });
});

describe('a file of any shape', () => {
  const history = randomHistory(400, 60, numbers(1));
  const records = history.map(recordOf);
  const meta: Entry[] = [
    { key: Buffer.from('consistent_index'), value: uint64(0xffff_ffff_ffff_ffffn) },
    {
      key: Buffer.from('finishedCompactRev'),
      value: Buffer.concat([uint64(7), Buffer.from('_'), uint64(0)]),
    },
    { key: Buffer.from('storageVersion'), value: Buffer.from('3.6.0') },
    { key: Buffer.from('term'), value: uint64(9) },
  ];
  const expected = { keys: liveKeys(history), records: records.length, revision: 401 };

  test.each([
    ['of pages of 1 KiB', { pageSize: 1024, mostEntries: 10 }],
    ['of pages of 64 KiB', { pageSize: 65_536, mostEntries: 200 }],
    ['of a tree of nine levels', { mostEntries: 2 }],
    ['with a list of free pages', { freePages: 3 }],
    ['with a list of free pages that 16 bits do not count', { freePages: 70_000, pageSize: 1024 }],
    ['with a bucket in its entry', { inline: ['meta'] }],
  ])('%s', async (_, shape) => {
    const file = buildDatabase({ buckets: { key: records, meta }, ...shape });
    const summary = await examineDatabase(sourceOf(file), READING);
    expect(summary).toMatchObject({
      ...expected,
      consistentIndex: '18446744073709551615',
      term: '9',
      finishedCompactRevision: 7,
      storageVersion: '3.6.0',
      sizeBytes: file.length,
    });
  });

  test('the order of the pages changes nothing', async () => {
    const hashes = await Promise.all(
      [2, 3, 50].map((mostEntries) =>
        examineDatabase(sourceOf(buildDatabase({ buckets: { key: records }, mostEntries })), READING),
      ),
    );
    expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(1);
  });

  test('a value, and a key, that no read holds', async () => {
    const long = MOST_READ_BYTES + 12_345;
    const large = [
      { main: 2, sub: 0, isTombstone: false, key: 'k'.repeat(long), value: 'x' },
      { main: 3, sub: 0, isTombstone: false, key: 'small', value: 'y'.repeat(3 * long) },
      { main: 4, sub: 0, isTombstone: false, key: `${'k'.repeat(long - 1)}l`, value: '' },
      { main: 5, sub: 0, isTombstone: true, key: 'k'.repeat(long), value: '' },
    ];
    const file = buildDatabase({ buckets: { key: large.map(recordOf) } });
    const summary = await examineDatabase(sourceOf(file), {
      ...READING,
      hashKvAt: { revision: 4, compactRevision: -1 },
    });
    expect(summary).toMatchObject({ keys: 2, records: 4, hashKv: memberHash(large, 4, -1) });
  });

  test('a second meta page counts if it is newer, and the first if the second is damaged', async () => {
    const file = buildDatabase({ buckets: { key: records } });
    const before = await examineDatabase(sourceOf(file), READING);
    for (const damaged of [0, 4096]) {
      const changed = Buffer.from(file);
      changed[damaged + 40] = 0xff;
      expect(await examineDatabase(sourceOf(changed), READING)).toEqual(before);
    }
  });

  test('what follows the pages is no part of it', async () => {
    const file = buildDatabase({ buckets: { key: records } });
    const longer = Buffer.concat([file, Buffer.alloc(32, 1)]);
    expect(await examineDatabase(sourceOf(longer), READING)).toEqual(
      await examineDatabase(sourceOf(file), READING),
    );
  });

  test('a storage version that is none is none', async () => {
    const odd = [{ key: Buffer.from('storageVersion'), value: Buffer.from('3.6') }];
    const file = buildDatabase({ buckets: { meta: odd } });
    expect(await examineDatabase(sourceOf(file), READING)).toMatchObject({ storageVersion: null });
  });
});

describe('a long reading', () => {
  const large = Array.from({ length: 300 }, (_, index) => ({
    key: Buffer.concat([uint64(index + 2), Buffer.from('_'), uint64(0)]),
    value: keyValue(Buffer.from(`key ${index}`), Buffer.alloc(200_000, index)),
  }));
  const file = buildDatabase({ buckets: { key: large } });

  test('leaves the event loop free, and tells how far it is', async () => {
    const seen: number[] = [];
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await examineDatabase(sourceOf(file), {
      ...READING,
      onProgress: (bytes) => seen.push(bytes),
    });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(file.length - (seen.at(-1) ?? 0)).toBe(2 * 4096);
  });

  test('ends with the signal, before and while it reads', async () => {
    const reason = new Error('cancelled');
    const aborted = AbortSignal.abort(reason);
    await expect(examineDatabase(sourceOf(file), { signal: aborted })).rejects.toBe(reason);
    const abort = new AbortController();
    const reading = examineDatabase(sourceOf(file), {
      signal: abort.signal,
      onProgress: () => abort.abort(reason),
    });
    await expect(reading).rejects.toBe(reason);
  });

  test('passes on what the source throws', async () => {
    const source = sourceOf(file);
    const reading = examineDatabase(
      {
        size: source.size,
        read: (offset, length) => {
          if (offset > 1_000_000) throw new Error('the disk is gone');
          return source.read(offset, length);
        },
      },
      READING,
    );
    await expect(reading).rejects.toThrow('the disk is gone');
  });
});
