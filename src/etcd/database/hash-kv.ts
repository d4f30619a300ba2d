import { type ByteSource, Pace, type ReadingOptions } from './byte-source.ts';
import { Crc32c } from './checksums.ts';
import { LatestRecords, type LatestRecordsOptions } from './latest-records.ts';
import { type Database, DatabaseError, openDatabase, PageSet } from './pages.ts';
import { type DatabaseNotes, KEY_BUCKET, META_BUCKET, NotesVisitor, RecordKey } from './records.ts';
import { type Bucket, type EntryVisitor, nameOf, walkBucket, walkBuckets } from './tree.ts';

/** What a HashKV covers, as a member's answer says. */
export interface HashKvAt {
  /** The revision up to which records are hashed. */
  readonly revision: number;
  /** The revision to which the member had compacted; -1 if it had not yet. */
  readonly compactRevision: number;
}

/**
 * Computes what a member answers to HashKV: CRC-32C over `key`, and the keys and values of the bucket `key` up to the revision,
 * without what is superseded and not above the compaction (server/storage/mvcc/hash.go of etcd v3.6.8).
 *
 * The member may have compacted since the file was taken: what it has removed by then is left out. It must not have compacted
 * less than the file. That also refuses the one answer that etcd gives from its memory: at the revision of a compaction it
 * tells the hash from before it, with the compaction before that one (hash.go, HashByRev), for which the file no longer has the
 * records. A file that was taken right after a compaction to the newest revision can thus not be compared with members that
 * have not been restarted since.
 *
 * If all keys are deleted at the revision, etcd's hash of the same records depends on when it is made; then a good file may be
 * refused.
 *
 * @returns an unsigned number of 32 bits.
 * @throws DatabaseError if the file is damaged, or cannot tell: it ends before the revision, or is compacted further than the
 *   member, also by a compaction that was only scheduled; the signal's reason; what the source throws.
 */
export async function hashKvOf(source: ByteSource, at: HashKvAt, options: ReadingOptions): Promise<number> {
  const pace = new Pace(options);
  const database = openDatabase(source);
  const { buckets, notes, newest } = await outlineOf(database, pace);
  checkComparable(at, notes, newest);
  const records =
    at.compactRevision > 0 ? await latestRecords(database, buckets, hashedRecords(at), pace) : undefined;
  return hashRecords(database, buckets, at, records, pace);
}

/**
 * Returns the revision of the store, as a member has it that starts from the file (kvstore.go, restore): the newest record's, or
 * that of a later compaction; 1 if there is neither. Reads a few pages only, to ask the members for their hash at once.
 * @throws DatabaseError if what is read is damaged; the signal's reason; what the source throws.
 */
export async function storeRevisionOf(source: ByteSource, options: ReadingOptions): Promise<number> {
  const { notes, newest } = await outlineOf(openDatabase(source), new Pace(options));
  return storeRevision(notes, newest);
}

/** Reads what stands in a few pages. `newest`: the revision of the newest record, 0 if there is none. */
async function outlineOf(
  database: Database,
  pace: Pace,
): Promise<{ buckets: readonly Bucket[]; notes: DatabaseNotes; newest: number }> {
  const buckets = await bucketsOf(database, new PageSet(database), pace);
  const meta = new NotesVisitor();
  await pace.through(walkBucket(database, bucketNamed(buckets, META_BUCKET), new PageSet(database), meta));
  const key = new RecordKey();
  const last: EntryVisitor = {
    begin: (bytes, start, end) => key.read(bytes, start, end),
    piece: () => undefined,
    end: () => undefined,
  };
  const bucket = bucketNamed(buckets, KEY_BUCKET);
  await pace.through(walkBucket(database, bucket, new PageSet(database), last, true));
  return { buckets, notes: meta.notes(), newest: key.main };
}

/** @param newest the revision of the newest record; 0 if there is none. */
function storeRevision(notes: DatabaseNotes, newest: number): number {
  return Math.max(1, newest, compactedTo(notes));
}

/** The revision from which on the file has all records. A compaction that is only scheduled may have begun. */
function compactedTo({ scheduledCompactRevision, finishedCompactRevision }: DatabaseNotes): number {
  return Math.max(scheduledCompactRevision, finishedCompactRevision);
}

/** Reads the list of the buckets. @throws DatabaseError */
export async function bucketsOf(database: Database, used: PageSet, pace: Pace): Promise<readonly Bucket[]> {
  const buckets: Bucket[] = [];
  await pace.through(walkBuckets(database, used, buckets));
  return buckets;
}

/** @throws DatabaseError if there is no such bucket. */
export function bucketNamed(buckets: readonly Bucket[], name: Buffer): Bucket {
  const bucket = buckets.find((candidate) => candidate.name.equals(name));
  if (bucket === undefined) throw new DatabaseError(`there is no bucket ${nameOf(name)}`);
  return bucket;
}

/** What a hash needs to know of the records. */
export function hashedRecords({ revision, compactRevision }: HashKvAt): LatestRecordsOptions {
  return { atRevision: revision, rememberedTo: Math.min(revision, compactRevision) };
}

/** Takes the passes that the records need. @param begun has taken the first pass already. */
export async function latestRecords(
  database: Database,
  buckets: readonly Bucket[],
  options: LatestRecordsOptions,
  pace: Pace,
  begun?: LatestRecords,
): Promise<LatestRecords> {
  const records = begun ?? new LatestRecords(options, database.pages * database.pageSize);
  const bucket = bucketNamed(buckets, KEY_BUCKET);
  let isDone = begun !== undefined && !begun.endPass();
  while (!isDone) {
    await pace.through(walkBucket(database, bucket, new PageSet(database), records));
    isDone = !records.endPass();
  }
  return records;
}

/**
 * Computes the hash, in one more pass.
 * @param records by {@link hashedRecords}, after all passes; not needed without a compaction. @throws DatabaseError
 */
export async function hashRecords(
  database: Database,
  buckets: readonly Bucket[],
  at: HashKvAt,
  records: LatestRecords | undefined,
  pace: Pace,
): Promise<number> {
  // If no key is alive at the revision, etcd leaves out nothing that is still there (hash.go, len(h.keep) > 0). That is what its
  // compaction has left (kvstore_compaction.go): the latest records at the compaction's revision.
  const remaining =
    at.compactRevision > 0 && records?.latest === 0
      ? await latestRecords(database, buckets, hashedRecords({ ...at, revision: at.compactRevision }), pace)
      : records;
  const visitor = new HashVisitor(at, remaining);
  const bucket = bucketNamed(buckets, KEY_BUCKET);
  await pace.through(walkBucket(database, bucket, new PageSet(database), visitor));
  return visitor.crc.value;
}

/**
 * Checks that the file can tell a hash.
 * @param newest the revision of the newest record; 0 if there is none. @throws DatabaseError if it cannot.
 */
export function checkComparable(
  { revision, compactRevision }: HashKvAt,
  notes: DatabaseNotes,
  newest: number,
): void {
  const last = storeRevision(notes, newest);
  if (revision > last) throw new DatabaseError(`the file ends at revision ${last}, before ${revision}`);
  if (compactRevision > revision)
    throw new DatabaseError(`a hash at revision ${revision} has no compaction to ${compactRevision}`);
  const compacted = compactedTo(notes);
  if (compacted > Math.max(0, compactRevision))
    throw new DatabaseError(
      `the file is compacted to revision ${compacted}, further than the hash to compare, ${compactRevision}`,
    );
}

/** Hashes the records of the bucket `key` (hash.go, WriteKeyValue). */
class HashVisitor implements EntryVisitor {
  readonly crc = new Crc32c();
  readonly #at: HashKvAt;
  readonly #remaining: LatestRecords | undefined;
  readonly #key = new RecordKey();
  #position = -1;
  #isHashed = false;

  constructor(at: HashKvAt, remaining: LatestRecords | undefined) {
    this.#at = at;
    this.#remaining = remaining;
    this.crc.update(KEY_BUCKET);
  }

  begin(bytes: Buffer, start: number, end: number): void {
    this.#key.read(bytes, start, end);
    this.#position += 1;
    const { main } = this.#key;
    // A tombstone is never the latest record. So that of the compaction's own revision is left out as in hash.go: releases up to
    // 3.5.15 remove it, later ones do not.
    this.#isHashed =
      main <= this.#at.revision &&
      (main > this.#at.compactRevision || this.#remaining?.isLatest(this.#position) === true);
    if (this.#isHashed) this.crc.update(bytes, start, end);
  }

  piece(bytes: Buffer, start: number, end: number): void {
    if (this.#isHashed) this.crc.update(bytes, start, end);
  }

  end(): void {}
}
