import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ByteSource } from '../../../src/etcd/database/byte-source.ts';

/** A database as a member sent it, with what etcd says of it. */
export interface RecordedSnapshot {
  /** Answer of `etcdutl snapshot status -w json`; `totalKey` of 3.5 counts all entries of all buckets. */
  readonly status: {
    readonly hash: number;
    readonly revision: number;
    readonly totalKey: number;
    readonly totalSize: number;
    readonly version?: string;
  };
  /** Keys that the member counted. */
  readonly liveKeys: number;
  readonly raftTerm: string;
  readonly raftAppliedIndex: string;
  /** The file, gzipped, in base64. */
  readonly database: string;
}

/** A HashKV of the member: revision, compact_revision, hash. */
export type RecordedAnswer = readonly [revision: number, compactRevision: number, hash: number];

/** One history of a member. */
export interface RecordedDatabase {
  readonly version: string;
  readonly snapshots: Readonly<Record<string, RecordedSnapshot>>;
  readonly answers: readonly RecordedAnswer[];
}

/** 3.5.15 is the last release that removes a deletion with the compaction to its own revision. */
export const RECORDED_VERSIONS = ['3.5.15', '3.5.24', '3.6.8', '3.7.0'] as const;

export function recordedDatabase(version: string): RecordedDatabase {
  const url = new URL(`recorded/etcd-${version}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as RecordedDatabase;
}

/** The file of a snapshot, as etcd sent it. */
export function fileOf({ database }: RecordedSnapshot): Buffer {
  return gunzipSync(Buffer.from(database, 'base64'));
}

/** A source that gives the same memory for every read, filled anew, as one that reads from a disk may. */
export function sourceOf(file: Buffer): ByteSource {
  const shared = Buffer.alloc(1024 * 1024);
  return {
    size: file.length,
    read(offset, length) {
      if (offset < 0 || offset + length > file.length || length > shared.length)
        throw new Error(`read ${length} bytes from ${offset} of ${file.length}`);
      shared.fill(0xee);
      file.copy(shared, 0, offset, offset + length);
      return shared.subarray(0, length);
    },
  };
}

/** Options of a reading that is not ended. */
export const READING = { signal: new AbortController().signal };
