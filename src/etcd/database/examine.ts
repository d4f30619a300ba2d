import { type ByteSource, Pace, type ReadingOptions } from './byte-source.ts';
import { Crc32c } from './checksums.ts';
import {
  bucketNamed,
  checkComparable,
  bucketsOf,
  hashedRecords,
  type HashKvAt,
  hashRecords,
  latestRecords,
} from './hash-kv.ts';
import { LatestRecords } from './latest-records.ts';
import { DatabaseError, openDatabase, PageSet, walkFreelist } from './pages.ts';
import { type DatabaseNotes, KEY_BUCKET, META_BUCKET, NotesVisitor } from './records.ts';
import { type EntryVisitor, walkBucket } from './tree.ts';

/** What is in a database of etcd. */
export interface DatabaseSummary extends DatabaseNotes {
  /** The hash of all buckets that `etcdutl snapshot status` prints, an unsigned number of 32 bits. */
  readonly hash: number;
  /** The revision of the newest record; 1 if there is none, as for etcd (etcdutl prints 0 then). */
  readonly revision: number;
  /** The keys that are alive, as `totalKey` of etcdutl 3.6 and 3.7; that of 3.5 counts all entries of all buckets. */
  readonly keys: number;
  /** The entries of the bucket `key`: every revision of every key that is not compacted away, with deletions. */
  readonly records: number;
  /** Number of pages, used and free, and bytes of each. */
  readonly pages: number;
  readonly pageSize: number;
  /** Bytes of all pages, as `totalSize` of etcdutl. The file may be longer: it ends with a digest, for instance. */
  readonly sizeBytes: number;
  /** What a member answers to HashKV, see `hashKvOf`; null if that was not asked. */
  readonly hashKv: number | null;
}

/** How a database is examined. */
export interface ExamineOptions extends ReadingOptions {
  /** Computes a HashKV too: one more pass instead of two. */
  readonly hashKvAt?: HashKvAt;
}

/**
 * Reads a database from its first page to its last, checks it, and says what is in it. It finds what `etcdutl snapshot status`
 * finds (etcdutl/snapshot/v3_snapshot.go of etcd v3.6.8, Status; bbolt v1.4.3, tx_check.go): meta pages, references, order of
 * keys, free pages. What only a hash shows, such as a changed byte in a value, it does not notice.
 *
 * Memory does not depend on the size of the database, apart from one bit per page and, with `hashKvAt`, one bit per record. It
 * takes one pass, with `hashKvAt` two. Of more than 780,000 keys it takes a part per pass, halved until they fit: one pass more
 * for each further part.
 *
 * @throws DatabaseError if it is damaged, or no database of etcd; as `hashKvOf` with `hashKvAt`; the signal's reason; what the
 *   source throws.
 */
export async function examineDatabase(source: ByteSource, options: ExamineOptions): Promise<DatabaseSummary> {
  const pace = new Pace(options);
  const database = openDatabase(source);
  const used = new PageSet(database);
  await pace.through(walkFreelist(database, used));
  const buckets = await bucketsOf(database, used, pace);
  const { hashKvAt } = options;
  const asked = hashKvAt === undefined ? { atRevision: 0, rememberedTo: 0 } : hashedRecords(hashKvAt);
  const begun = new LatestRecords(asked, database.pages * database.pageSize);
  const meta = new NotesVisitor();
  const crc = new Crc32c();
  bucketNamed(buckets, META_BUCKET);
  for (const bucket of buckets) {
    crc.update(bucket.name);
    const reader = bucket.name.equals(KEY_BUCKET)
      ? begun
      : bucket.name.equals(META_BUCKET)
        ? meta
        : undefined;
    await pace.through(walkBucket(database, bucket, used, new StatusVisitor(crc, reader)));
  }
  const lost = database.freelist === null ? undefined : used.firstMissing();
  if (lost !== undefined) throw new DatabaseError(`page ${lost} is neither used nor free`);
  const notes = meta.notes();
  if (hashKvAt !== undefined) checkComparable(hashKvAt, notes, begun.newest);
  const records = await latestRecords(database, buckets, asked, pace, begun);
  return {
    hash: crc.value,
    revision: Math.max(1, records.newest),
    keys: records.liveKeys,
    records: records.count,
    ...notes,
    pages: database.pages,
    pageSize: database.pageSize,
    sizeBytes: database.pages * database.pageSize,
    hashKv: hashKvAt === undefined ? null : await hashRecords(database, buckets, hashKvAt, records, pace),
  };
}

/** Hashes every key and value, and passes them on. */
class StatusVisitor implements EntryVisitor {
  readonly #crc: Crc32c;
  readonly #reader: EntryVisitor | undefined;

  constructor(crc: Crc32c, reader: EntryVisitor | undefined) {
    this.#crc = crc;
    this.#reader = reader;
  }

  begin(bytes: Buffer, start: number, end: number, valueSize: number): void {
    this.#crc.update(bytes, start, end);
    this.#reader?.begin(bytes, start, end, valueSize);
  }

  piece(bytes: Buffer, start: number, end: number): void {
    this.#crc.update(bytes, start, end);
    this.#reader?.piece(bytes, start, end);
  }

  end(): void {
    this.#reader?.end();
  }
}
