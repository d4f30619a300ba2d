import { printable } from '../../text/printable.ts';
import { MOST_READ_BYTES } from './byte-source.ts';
import {
  type Database,
  DatabaseError,
  KeyOrder,
  openRun,
  PAGE_HEADER_BYTES,
  PAGE_KIND,
  type PageSet,
  Run,
  uint64,
} from './pages.ts';

/**
 * The trees of a bbolt database: one that names the buckets, and one for each bucket. A walk finds what bbolt's Check finds
 * (bbolt v1.4.3, tx_check.go): pages outside of the database or used twice, and keys out of order.
 */

/** Takes the entries of a tree in the order of their keys. Ranges are valid until the next call. */
export interface EntryVisitor {
  /** An entry begins; its key is `bytes[start, end)`. */
  begin(bytes: Buffer, start: number, end: number, valueSize: number): void;
  /** The next piece of its value; one piece unless the value is very long, and at least one. */
  piece(bytes: Buffer, start: number, end: number): void;
  /** The entry has ended. */
  end(): void;
}

/** A bucket of etcd. */
export interface Bucket {
  readonly name: Buffer;
  /** The page of its tree, or the page itself if it is so small that its entry holds it. */
  readonly root: number | Run;
}

/** Bytes of an entry of a page's table: four numbers of 32 bits, or two and a page. */
const ENTRY_BYTES = 16;
/** bbolt's own limits (v1.4.3, bucket.go: MaxKeySize, MaxValueSize). */
const MOST_KEY_BYTES = 32_768;
const MOST_VALUE_BYTES = 0x7fff_fffe;
/**
 * bbolt splits a branch of more than four keys that is larger than a page (node.go, splitTwo): less than a page of 64 KiB and
 * five of the longest keys.
 */
const MOST_BRANCH_BYTES = 256 * 1024;
/** A branch has two pages or more, so a tree of 8 GiB in pages of 4 KiB has at most 21 levels. */
const MOST_LEVELS = 32;
/** etcd v3.6 has 10 (server/storage/schema/bucket.go, AllBuckets). */
const MOST_BUCKETS = 100;
/** What the flags of an entry say. */
const ENTRY = { value: 0, bucket: 1 } as const;

/** A branch page whose pages are being walked. */
interface Branch {
  /** A copy of the page. */
  readonly bytes: Buffer;
  readonly count: number;
  /** The page to walk next. */
  next: number;
  /** Where the keys of the branch end, if a branch above says so. */
  readonly upper: Buffer | undefined;
}

/** The range of a page's keys by the branch above it: from `lower` to before `upper`. */
interface KeyRange {
  readonly lower?: Buffer | undefined;
  readonly upper?: Buffer | undefined;
}

interface PlannedPage extends KeyRange {
  readonly id: number;
}

/**
 * Reads the names of the buckets and where they begin.
 * @throws DatabaseError if the tree is damaged, or holds something else than buckets.
 */
export function* walkBuckets(
  database: Database,
  used: PageSet,
  buckets: Bucket[],
): Generator<number, void, undefined> {
  yield* walkTree(database, database.root, used, ENTRY.bucket, new BucketVisitor(database, buckets));
}

/**
 * Walks through the entries of a bucket.
 * @param lastPageOnly takes only the last page, with the highest keys.
 * @returns steps, with the bytes that were read.
 * @throws DatabaseError if its tree is damaged, or if there is a bucket in it, which etcd never writes.
 */
export function* walkBucket(
  database: Database,
  { root }: Bucket,
  used: PageSet,
  visitor: EntryVisitor,
  lastPageOnly = false,
): Generator<number, void, undefined> {
  if (typeof root === 'number') yield* walkTree(database, root, used, ENTRY.value, visitor, lastPageOnly);
  else yield* visitLeaf(root, {}, ENTRY.value, visitor);
}

function* walkTree(
  database: Database,
  root: number,
  used: PageSet,
  entries: number,
  visitor: EntryVisitor,
  lastPageOnly = false,
): Generator<number, void, undefined> {
  const branches: Branch[] = [];
  let page: PlannedPage | undefined = { id: root };
  while (page !== undefined) {
    const run = openRun(database, page.id, used);
    if (run.kind === PAGE_KIND.branch) {
      if (branches.length === MOST_LEVELS)
        throw new DatabaseError(`${run.name} is on level ${MOST_LEVELS} of a tree`);
      const branch = branchIn(run, page);
      if (lastPageOnly) branch.next = branch.count - 1;
      branches.push(branch);
    } else if (run.kind === PAGE_KIND.leaf) {
      yield* visitLeaf(run, page, entries, visitor);
    } else {
      throw new DatabaseError(`${run.name} is in a tree, and is neither a branch nor a leaf`);
    }
    yield run.size;
    page = nextPage(branches);
  }
}

function nextPage(branches: Branch[]): PlannedPage | undefined {
  for (let branch = branches.at(-1); branch !== undefined; branch = branches.at(-1)) {
    const { next, count, upper } = branch;
    if (next < count) {
      branch.next += 1;
      return {
        id: uint64(branch.bytes, PAGE_HEADER_BYTES + next * ENTRY_BYTES + 8),
        lower: branchKey(branch, next),
        upper: next + 1 < count ? branchKey(branch, next + 1) : upper,
      };
    }
    branches.pop();
  }
  return undefined;
}

function branchKey({ bytes }: Branch, index: number): Buffer {
  const entry = PAGE_HEADER_BYTES + index * ENTRY_BYTES;
  const start = entry + bytes.readUInt32LE(entry);
  return bytes.subarray(start, start + bytes.readUInt32LE(entry + 4));
}

/** Reads a branch page, and checks its keys. */
function branchIn(run: Run, { lower, upper }: KeyRange): Branch {
  if (run.count === 0) throw new DatabaseError(`${run.name} is a branch without pages`);
  if (run.size > MOST_BRANCH_BYTES) throw new DatabaseError(`${run.name} is a branch of ${run.size} bytes`);
  const bytes = Buffer.from(run.bytes);
  const keys = new KeyOrder(run, lower, upper);
  let free = endOfTable(run);
  for (let index = 0; index < run.count; index += 1) {
    const entry = PAGE_HEADER_BYTES + index * ENTRY_BYTES;
    const start = entry + bytes.readUInt32LE(entry);
    free = endOfPart(run, index, free, start, bytes.readUInt32LE(entry + 4), 0);
    keys.next(bytes, start, free);
  }
  keys.end();
  return { bytes, count: run.count, next: 0, upper };
}

function* visitLeaf(
  run: Run,
  { lower, upper }: KeyRange,
  entries: number,
  visitor: EntryVisitor,
): Generator<number, void, undefined> {
  let free = endOfTable(run);
  const tableAt = run.locate(PAGE_HEADER_BYTES, free - PAGE_HEADER_BYTES);
  const table = run.isWhole ? run.bytes : Buffer.from(run.bytes);
  const keys = new KeyOrder(run, lower, upper);
  for (let index = 0; index < run.count; index += 1) {
    const entry = tableAt + index * ENTRY_BYTES;
    const flags = table.readUInt32LE(entry);
    const keySize = table.readUInt32LE(entry + 8);
    const valueSize = table.readUInt32LE(entry + 12);
    const start = PAGE_HEADER_BYTES + index * ENTRY_BYTES + table.readUInt32LE(entry + 4);
    free = endOfPart(run, index, free, start, keySize, valueSize);
    if (flags !== entries)
      throw new DatabaseError(`entry ${index} of ${run.name} has the flags ${flags}, not ${entries}`);
    const keyAt = run.locate(start, keySize);
    keys.next(run.bytes, keyAt, keyAt + keySize);
    visitor.begin(run.bytes, keyAt, keyAt + keySize, valueSize);
    if (run.isWhole) visitor.piece(run.bytes, start + keySize, free);
    else yield* visitPieces(run, start + keySize, free, visitor);
    visitor.end();
  }
  keys.end();
}

function* visitPieces(
  run: Run,
  start: number,
  end: number,
  visitor: EntryVisitor,
): Generator<number, void, undefined> {
  let at = start;
  do {
    const length = Math.min(end - at, MOST_READ_BYTES);
    const from = run.locate(at, length);
    visitor.piece(run.bytes, from, from + length);
    at += length;
    yield 0;
  } while (at < end);
}

function endOfTable({ name, count, size }: Run): number {
  const end = PAGE_HEADER_BYTES + count * ENTRY_BYTES;
  if (end > size) throw new DatabaseError(`${name} has no room for its ${count} entries`);
  return end;
}

/**
 * Checks where the key and the value of an entry lie, and returns where they end. bbolt writes them in their order, one behind
 * the other (internal/common/inode.go, WriteInodeToPage); entries that overlap could make a small file endless work.
 */
function endOfPart(
  { name, size }: Run,
  index: number,
  free: number,
  start: number,
  keySize: number,
  valueSize: number,
): number {
  const end = start + keySize + valueSize;
  if (keySize === 0 || keySize > MOST_KEY_BYTES || valueSize > MOST_VALUE_BYTES)
    throw new DatabaseError(
      `entry ${index} of ${name} has a key of ${keySize} bytes and a value of ${valueSize} bytes`,
    );
  if (start < free) throw new DatabaseError(`entry ${index} of ${name} overlaps what is before it`);
  if (end > size) throw new DatabaseError(`entry ${index} of ${name} reaches beyond its end`);
  return end;
}

/** Collects the buckets. Their entries are {root u64, sequence u64}, and the page itself if root is 0. */
class BucketVisitor implements EntryVisitor {
  readonly #database: Database;
  readonly #buckets: Bucket[];
  #name: Buffer = Buffer.alloc(0);

  constructor(database: Database, buckets: Bucket[]) {
    this.#database = database;
    this.#buckets = buckets;
  }

  begin(bytes: Buffer, start: number, end: number, valueSize: number): void {
    if (this.#buckets.length === MOST_BUCKETS)
      throw new DatabaseError(`there are more than ${MOST_BUCKETS} buckets`);
    this.#name = Buffer.from(bytes.subarray(start, end));
    // bbolt keeps a bucket in its entry up to a quarter of a page (bucket.go, maxInlineBucketSize).
    if (valueSize < 16 || valueSize > 16 + this.#database.pageSize)
      throw new DatabaseError(`the entry of the bucket ${nameOf(this.#name)} has ${valueSize} bytes`);
  }

  piece(bytes: Buffer, start: number, end: number): void {
    const root = uint64(bytes, start);
    this.#buckets.push({ name: this.#name, root: root === 0 ? this.#page(bytes, start + 16, end) : root });
  }

  end(): void {}

  #page(bytes: Buffer, start: number, end: number): Run {
    const name = `the page in the entry of the bucket ${nameOf(this.#name)}`;
    if (end - start < PAGE_HEADER_BYTES) throw new DatabaseError(`${name} has ${end - start} bytes`);
    const run = new Run(name, Buffer.from(bytes.subarray(start, end)));
    if (run.kind !== PAGE_KIND.leaf) throw new DatabaseError(`${name} is not a leaf`);
    return run;
  }
}

/** The name of a bucket for messages. */
export function nameOf(name: Buffer): string {
  return `"${printable(name.subarray(0, 64).toString('latin1'), 40)}"`;
}
