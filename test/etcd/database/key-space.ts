import { Crc32c } from '../../../src/etcd/database/checksums.ts';
import { oneOf } from '../../fuzz.ts';
import { type Entry, uint64 } from './build-database.ts';

/**
 * etcd's key space in plain words, line by line as server/storage/mvcc of v3.6.8 has it: key_index.go, hash.go,
 * kvstore_compaction.go. It keeps everything in memory, and is held against real etcd by the recorded files.
 */

/** A revision of a key. */
export interface KeyRevision {
  readonly main: number;
  readonly sub: number;
  readonly isTombstone: boolean;
  readonly key: string;
  readonly value: string;
}

/** Returns the history of some keys, a few per transaction. */
export function randomHistory(revisions: number, keys: number, random: () => number): KeyRevision[] {
  const alive = new Set<string>();
  const history: KeyRevision[] = [];
  for (let main = 2; main < 2 + revisions; main += 1) {
    const count = random() < 0.8 ? 1 : 1 + Math.floor(random() * 4);
    const changed = new Set(Array.from({ length: count }, () => `/k/${Math.floor(random() * keys)}`));
    let sub = 0;
    for (const key of changed) {
      const isTombstone = alive.has(key) && random() < 0.4;
      if (isTombstone) alive.delete(key);
      else alive.add(key);
      const value = isTombstone ? '' : 'v'.repeat(Math.floor(random() * 40));
      history.push({ main, sub, isTombstone, key, value });
      sub += 1;
    }
  }
  return history;
}

/** Returns a revision of a history. */
export function oneRevision(history: readonly KeyRevision[], random: () => number): number {
  return oneOf(history, random).main;
}

/** The record of a revision in the bucket `key`. */
export function recordOf({ main, sub, isTombstone, key, value }: KeyRevision): Entry {
  const bytes = [uint64(main), Buffer.from('_'), uint64(sub), Buffer.from(isTombstone ? 't' : '')];
  return { key: Buffer.concat(bytes), value: keyValue(Buffer.from(key), Buffer.from(value)) };
}

/** A value of the bucket `key` (api/mvccpb/kv.proto, KeyValue). */
export function keyValue(key: Buffer, value: Buffer): Buffer {
  const field = (tag: number, bytes: Buffer): Buffer[] =>
    bytes.length === 0 ? [] : [Buffer.from([tag]), varint(bytes.length), bytes];
  return Buffer.concat([
    ...field(0x0a, key),
    Buffer.from([0x10, 1, 0x18, 1, 0x20, 1]),
    ...field(0x2a, value),
  ]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** The generations of each key; a tombstone ends one, and begins an empty one. */
function generationsOf(history: readonly KeyRevision[]): KeyRevision[][][] {
  const index = new Map<string, KeyRevision[][]>();
  for (const revision of history) {
    const generations = index.get(revision.key) ?? [[]];
    index.set(revision.key, generations);
    generations.at(-1)?.push(revision);
    if (revision.isTombstone) generations.push([]);
  }
  return [...index.values()];
}

/** doCompact: the generation that the revision is in, and its newest revision that is not above. */
function compactKey(
  generations: KeyRevision[][],
  at: number,
): { index: number; kept: KeyRevision | undefined } {
  let index = 0;
  while (index < generations.length - 1 && (generations[index]?.at(-1)?.main ?? 0) < at) index += 1;
  return { index, kept: generations[index]?.findLast(({ main }) => main <= at) };
}

/** Returns what a compaction leaves of a history (scheduleCompaction). */
export function compacted(history: readonly KeyRevision[], at: number): KeyRevision[] {
  const kept = new Set(generationsOf(history).map((generations) => compactKey(generations, at).kept));
  return history.filter((revision) => revision.main > at || kept.has(revision));
}

/** Keep of an index. */
function keptAt(history: readonly KeyRevision[], at: number): Set<KeyRevision> {
  const kept = new Set<KeyRevision>();
  for (const generations of generationsOf(history)) {
    const { index, kept: revision } = compactKey(generations, at);
    if (revision === undefined) continue;
    const isTombstone = generations[index]?.at(-1) === revision && index !== generations.length - 1;
    if (!isTombstone) kept.add(revision);
  }
  return kept;
}

/** HashKV of a member that has the history, compacted to a revision (unsafeHashByRev). */
export function memberHash(
  history: readonly KeyRevision[],
  revision: number,
  compactRevision: number,
): number {
  const crc = new Crc32c();
  crc.update(Buffer.from('key'));
  const kept = keptAt(history, revision);
  for (const one of history) {
    if (one.main > revision) continue;
    if (one.main <= compactRevision && kept.size > 0 && !kept.has(one)) continue;
    if (one.main === compactRevision && one.isTombstone) continue;
    const { key, value } = recordOf(one);
    crc.update(key);
    crc.update(value);
  }
  return crc.value;
}

/** The number of keys that are alive at the end of a history. */
export function liveKeys(history: readonly KeyRevision[]): number {
  const newest = new Map(history.map((revision) => [revision.key, revision.isTombstone]));
  return [...newest.values()].filter((isTombstone) => !isTombstone).length;
}
