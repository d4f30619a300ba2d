import { DatabaseError } from './pages.ts';
import type { EntryVisitor } from './tree.ts';

/** What etcd writes into its buckets: the records of the bucket `key`, and the values of the bucket `meta`. */

/** The bucket of all keys and values, each with its revision. */
export const KEY_BUCKET: Buffer = Buffer.from('key');
/** The bucket of what etcd notes about the database itself. */
export const META_BUCKET: Buffer = Buffer.from('meta');

const SEPARATOR = 0x5f;
const TOMBSTONE = 0x74;
const REVISION_BYTES = 17;
/** The same with a mark. */
const MARKED_BYTES = 18;

/**
 * The key of a record: the revision that wrote it (server/storage/mvcc/revision.go of etcd v3.6.8, BytesToBucketKey): main u64,
 * `_`, sub u64, big endian, and `t` if it deletes.
 */
export class RecordKey {
  /** The revision of the transaction. */
  main = 0;
  isTombstone = false;

  /** Reads `bytes[start, end)`. @throws DatabaseError if it is no revision. */
  read(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    const isMarked = length === MARKED_BYTES && bytes[start + REVISION_BYTES] === TOMBSTONE;
    if ((length !== REVISION_BYTES && !isMarked) || bytes[start + 8] !== SEPARATOR)
      throw new DatabaseError('there is a record whose key is no revision');
    const main = bytes.readUInt32BE(start) * 0x1_0000_0000 + bytes.readUInt32BE(start + 4);
    if (main > Number.MAX_SAFE_INTEGER || (bytes[start + 9] as number) > 0x7f)
      throw new DatabaseError(`there is a record of revision ${main}, beyond all reason`);
    this.main = main;
    this.isTombstone = isMarked;
  }
}

/** What etcd notes about a database. */
export interface DatabaseNotes {
  /** Raft term and index of the last entry that was applied; decimal, `0` if there is none. */
  readonly term: string;
  readonly consistentIndex: string;
  /** The revision to which the last compaction was to go, and that to which one went; 0: none. */
  readonly scheduledCompactRevision: number;
  readonly finishedCompactRevision: number;
  /** Since etcd 3.6; null if there is none. */
  readonly storageVersion: string | null;
}

/** The keys of the bucket `meta` that are used (server/storage/schema/bucket.go of etcd v3.6.8). */
const NOTES = {
  term: 'term',
  index: 'consistent_index',
  scheduled: 'scheduledCompactRev',
  finished: 'finishedCompactRev',
  version: 'storageVersion',
} as const;
const NOTE_KEYS: ReadonlySet<string> = new Set(Object.values(NOTES));
const MOST_NOTE_BYTES = 64;

/** Collects the entries of the bucket `meta`. */
export class NotesVisitor implements EntryVisitor {
  readonly #values = new Map<string, Buffer>();
  #key = '';

  begin(bytes: Buffer, start: number, end: number, valueSize: number): void {
    this.#key = end - start <= MOST_NOTE_BYTES ? bytes.toString('latin1', start, end) : '';
    if (NOTE_KEYS.has(this.#key) && valueSize > MOST_NOTE_BYTES)
      throw new DatabaseError(`"${this.#key}" of the bucket "meta" has ${valueSize} bytes`);
  }

  piece(bytes: Buffer, start: number, end: number): void {
    if (NOTE_KEYS.has(this.#key)) this.#values.set(this.#key, Buffer.from(bytes.subarray(start, end)));
  }

  end(): void {}

  /** What was collected. @throws DatabaseError if a value is not what etcd writes. */
  notes(): DatabaseNotes {
    return {
      term: this.#number(NOTES.term),
      consistentIndex: this.#number(NOTES.index),
      scheduledCompactRevision: this.#revision(NOTES.scheduled),
      finishedCompactRevision: this.#revision(NOTES.finished),
      storageVersion: this.#version(),
    };
  }

  #number(key: string): string {
    const value = this.#values.get(key);
    if (value === undefined) return '0';
    if (value.length !== 8) throw new DatabaseError(`"${key}" of the bucket "meta" is no number of 8 bytes`);
    return value.readBigUInt64BE().toString();
  }

  #revision(key: string): number {
    const value = this.#values.get(key);
    if (value === undefined) return 0;
    const revision = new RecordKey();
    revision.read(value, 0, value.length);
    return revision.main;
  }

  /** What is no version is none for etcd either (server/storage/schema/version.go, UnsafeReadStorageVersion). */
  #version(): string | null {
    const version = this.#values.get(NOTES.version)?.toString('latin1') ?? '';
    return /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]{1,32})?$/.test(version) ? version : null;
  }
}

/** The tag of the key in a value (api/mvccpb/kv.proto of etcd v3.6.8, KeyValue): field 1, bytes. */
const KEY_TAG = 0x0a;

/**
 * Finds the user's key in the value of a record, which comes in pieces. etcd writes the fields in their order, so the key is the
 * first one; what follows is not looked at.
 */
export class UserKey {
  /** Bytes of the key that have not come yet; undefined before the first piece. */
  #left: number | undefined;
  /** Where the key, or what has come of it, lies in the last piece. */
  start = 0;
  end = 0;

  /** A value begins. */
  begin(): void {
    this.#left = undefined;
  }

  /** Reads `bytes[start, end)`, the next piece. @throws DatabaseError if the value does not begin with a key. */
  piece(bytes: Buffer, start: number, end: number): void {
    this.start = start;
    this.#left ??= this.#lengthIn(bytes, start, end);
    this.end = Math.min(this.start + this.#left, end);
    this.#left -= this.end - this.start;
  }

  /** The value has ended. @throws DatabaseError if it is shorter than its key. */
  finish(): void {
    if (this.#left !== 0) throw new DatabaseError('there is a record that is shorter than its key');
  }

  /** Reads the tag and the length, a varint of at most five bytes, which an earlier piece never ends within. */
  #lengthIn(bytes: Buffer, start: number, end: number): number {
    let length = 0;
    let at = start + 1;
    for (let scale = 1; at < end && at < start + 6 && bytes[start] === KEY_TAG; scale *= 128, at += 1) {
      const byte = bytes[at] as number;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80 && length > 0) {
        this.start = at + 1;
        return length;
      }
    }
    throw new DatabaseError('there is a record without a key');
  }
}
