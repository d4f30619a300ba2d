import { type ByteSource, MOST_READ_BYTES } from './byte-source.ts';

/**
 * The pages of a bbolt database, and what its meta pages say (bbolt v1.4.3, internal/common/page.go and meta.go). All numbers
 * are little endian. Nothing in the file is trusted: every size is held against the size of the file before it is used.
 */

/** The file is no database of etcd, or a damaged one. The message is one sentence of fact without a full stop. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
}

/** A database whose meta pages have been read. */
export interface Database {
  readonly source: ByteSource;
  /** Bytes. */
  readonly pageSize: number;
  /** Number of pages, used and free, with the two meta pages; the file is not shorter. */
  readonly pages: number;
  /** The page of the tree that names the buckets. */
  readonly root: number;
  /** The page of the list of free pages; null if the list is not kept in the file, which is how etcd on Linux has it. */
  readonly freelist: number | null;
}

/** What a page is, in its header. */
export const PAGE_KIND = { branch: 0x01, leaf: 0x02, meta: 0x04, freelist: 0x10 } as const;

/** Bytes before the content of a page: id u64, flags u16, count u16, overflow u32. */
export const PAGE_HEADER_BYTES = 16;

const META_BYTES = 64;
/** The bytes of a meta page that its checksum covers. */
const META_CHECKED_BYTES = 56;
const MAGIC = 0xed0cdaed;
const VERSION = 2;
/** The freelist of a meta page that has none (internal/common/types.go, PgidNoFreelist). */
const NO_FREELIST = 0xffffffffffffffffn;

/** Memory pages of the systems on which etcd runs, and what bbolt's own tests use. */
const PAGE_SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

interface Meta {
  readonly pageSize: number;
  readonly root: number;
  readonly freelist: bigint;
  readonly pages: number;
  readonly transaction: bigint;
}

/**
 * Reads the meta pages, and takes the valid one of the later transaction.
 * @throws DatabaseError if neither is valid, or if the file is shorter than it should be.
 */
export function openDatabase(source: ByteSource): Database {
  const first = metaAt(source, 0, 0);
  const sizes = first === undefined ? PAGE_SIZES : [first.pageSize];
  const second = sizes
    .map((size) => metaAt(source, 1, size))
    .find((meta, index) => meta?.pageSize === sizes[index]);
  const meta = (second?.transaction ?? -1n) > (first?.transaction ?? -1n) ? second : first;
  if (meta === undefined) throw new DatabaseError('neither of the two meta pages is valid');
  const { pageSize, pages, root, freelist } = meta;
  if (pages * pageSize > source.size)
    throw new DatabaseError(
      `the file has ${source.size} bytes, and its pages take ${pages} times ${pageSize} bytes`,
    );
  return { source, pageSize, pages, root, freelist: freelist === NO_FREELIST ? null : Number(freelist) };
}

/** Reads a meta page; undefined if it is not valid. */
function metaAt(source: ByteSource, id: number, offset: number): Meta | undefined {
  if (offset + PAGE_HEADER_BYTES + META_BYTES > source.size) return undefined;
  const page = source.read(offset, PAGE_HEADER_BYTES + META_BYTES);
  if (uint64(page, 0) !== id || page.readUInt16LE(8) !== PAGE_KIND.meta) return undefined;
  const meta = page.subarray(PAGE_HEADER_BYTES);
  const pageSize = meta.readUInt32LE(8);
  const valid =
    meta.readUInt32LE(0) === MAGIC &&
    meta.readUInt32LE(4) === VERSION &&
    meta.readBigUInt64LE(META_CHECKED_BYTES) === fnv1a(meta.subarray(0, META_CHECKED_BYTES)) &&
    PAGE_SIZES.includes(pageSize);
  if (!valid) return undefined;
  return {
    pageSize,
    root: uint64(meta, 16),
    freelist: meta.readBigUInt64LE(32),
    pages: uint64(meta, 40),
    transaction: meta.readBigUInt64LE(48),
  };
}

/** FNV-1a of 64 bits (Go, hash/fnv). */
function fnv1a(bytes: Buffer): bigint {
  return bytes.reduce(
    (hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  );
}

/** Returns an unsigned number of 64 bits; beyond 2^53 it is not exact, and larger than anything that it is held against. */
export function uint64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 0x1_0000_0000;
}

/** The pages that have been met, one bit each. A page belongs to one place, so no walk through pages is endless. */
export class PageSet {
  readonly #bits: Uint8Array;
  readonly #pages: number;

  /** Begins with the meta pages. */
  constructor({ pages }: Database) {
    this.#bits = new Uint8Array(Math.ceil(pages / 8));
    this.#pages = pages;
    this.#bits[0] = 0b11;
  }

  /** @throws DatabaseError if one of the pages lies outside of the database, or has been met already. */
  add(first: number, count: number): void {
    if (first + count > this.#pages)
      throw new DatabaseError(
        `page ${first} and the ${count - 1} after it reach beyond the last page, ${this.#pages - 1}`,
      );
    for (let id = first; id < first + count; id += 1) {
      const mask = 1 << (id & 7);
      const bits = this.#bits[id >>> 3] ?? 0;
      if ((bits & mask) !== 0) throw new DatabaseError(`page ${id} is used twice`);
      this.#bits[id >>> 3] = bits | mask;
    }
  }

  /** Returns a page that has not been met; undefined if there is none. */
  firstMissing(): number | undefined {
    for (let id = 0; id < this.#pages; id += 1) {
      if (id % 8 === 0 && this.#bits[id >>> 3] === 0xff) id += 7;
      else if (((this.#bits[id >>> 3] ?? 0) & (1 << (id & 7))) === 0) return id;
    }
    return undefined;
  }
}

/**
 * A page with those that continue it (its overflow), or a page within a bucket's value. A run of ordinary size is held as a
 * whole, and read from the source in pieces if it is larger.
 */
export class Run {
  /** For messages, e.g. `page 17`. */
  readonly name: string;
  readonly kind: number;
  readonly count: number;
  /** Bytes, with the header. */
  readonly size: number;
  /** Whether all of it is in {@link bytes}, so that they stay valid while other parts are located. */
  readonly isWhole: boolean;
  /** The bytes in which {@link locate} found the last part. */
  bytes: Buffer;
  readonly #source: ByteSource | undefined;
  readonly #offset: number;

  constructor(name: string, bytes: Buffer, source?: ByteSource, offset = 0, size = bytes.length) {
    this.name = name;
    this.kind = bytes.readUInt16LE(8);
    this.count = bytes.readUInt16LE(10);
    this.size = size;
    this.isWhole = size === bytes.length;
    this.bytes = bytes;
    this.#source = source;
    this.#offset = offset;
  }

  /**
   * Makes a part of the run available, and returns where it begins in {@link bytes}.
   * @param offset in the run; the part lies within it, and has at most {@link MOST_READ_BYTES}.
   */
  locate(offset: number, length: number): number {
    if (this.isWhole || this.#source === undefined) return offset;
    this.bytes = this.#source.read(this.#offset + offset, length);
    return 0;
  }
}

/**
 * Reads a page, with those that continue it.
 * @throws DatabaseError if it lies outside of the database, is another page by its own header, or has been met already.
 */
export function openRun(database: Database, id: number, used: PageSet): Run {
  const { source, pageSize, pages } = database;
  if (id >= pages)
    throw new DatabaseError(`there is a reference to page ${id}, and the last one is ${pages - 1}`);
  const offset = id * pageSize;
  const page = source.read(offset, pageSize);
  const own = uint64(page, 0);
  if (own !== id) throw new DatabaseError(`page ${id} is page ${own} by its own header`);
  const count = page.readUInt32LE(12) + 1;
  used.add(id, count);
  const size = count * pageSize;
  const bytes = count > 1 && size <= MOST_READ_BYTES ? source.read(offset, size) : page;
  return new Run(`page ${id}`, bytes, source, offset, size);
}

/**
 * Checks the order of the keys of a page: each is higher than the one before it, the first is not below `lower`, and the last is
 * below `upper`.
 */
export class KeyOrder {
  readonly #run: Run;
  readonly #upper: Buffer | undefined;
  /** The last key; at first the lowest that is allowed. */
  #bytes: Buffer | undefined;
  #start = 0;
  #end = 0;
  #count = 0;

  constructor(run: Run, lower: Buffer | undefined, upper: Buffer | undefined) {
    this.#run = run;
    this.#upper = upper;
    this.#bytes = lower;
    this.#end = lower?.length ?? 0;
  }

  /** Takes the next key, `bytes[start, end)`. @throws DatabaseError if it is out of order. */
  next(bytes: Buffer, start: number, end: number): void {
    if (this.#bytes !== undefined) {
      const order = compare(this.#bytes, this.#start, this.#end, bytes, start, end);
      if (order > 0 || (order === 0 && this.#count > 0))
        throw new DatabaseError(`the key of entry ${this.#count} of ${this.#run.name} is out of order`);
    }
    this.#count += 1;
    // What is not held as a whole is gone with the next read.
    this.#bytes = this.#run.isWhole ? bytes : Buffer.from(bytes.subarray(start, end));
    this.#start = this.#run.isWhole ? start : 0;
    this.#end = this.#start + (end - start);
  }

  /** @throws DatabaseError if the last key is not below `upper`. */
  end(): void {
    if (this.#count === 0 || this.#bytes === undefined || this.#upper === undefined) return;
    if (compare(this.#bytes, this.#start, this.#end, this.#upper, 0, this.#upper.length) >= 0)
      throw new DatabaseError(`the last key of ${this.#run.name} belongs behind that page`);
  }
}

/** Compares two ranges as Go's bytes.Compare; in JavaScript, because most keys are too short for a call of native code. */
function compare(a: Buffer, aStart: number, aEnd: number, b: Buffer, bStart: number, bEnd: number): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < length; i += 1) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

/**
 * Reads the list of free pages, and counts them as met, so that a page that is both free and used is noticed.
 * @returns steps, with the bytes that were read; nothing if the file has no such list.
 * @throws DatabaseError if it is no such list, or longer than its pages.
 */
export function* walkFreelist(database: Database, used: PageSet): Generator<number, void, undefined> {
  if (database.freelist === null) return;
  const run = openRun(database, database.freelist, used);
  if (run.kind !== PAGE_KIND.freelist) throw new DatabaseError(`${run.name} is not the list of free pages`);
  // A count that 16 bits do not hold stands in front of the list (internal/common/page.go, FreelistPageCount).
  const isLong = run.count === 0xffff;
  const begin = PAGE_HEADER_BYTES + (isLong ? 8 : 0);
  const at = isLong ? run.locate(PAGE_HEADER_BYTES, 8) : 0;
  const count = isLong ? uint64(run.bytes, at) : run.count;
  if (begin + 8 * count > run.size)
    throw new DatabaseError(`${run.name} has no room for its list of ${count} free pages`);
  const atOnce = 8192;
  for (let index = 0; index < count; index += atOnce) {
    const ids = Math.min(atOnce, count - index);
    const from = run.locate(begin + 8 * index, 8 * ids);
    for (let i = 0; i < ids; i += 1) used.add(uint64(run.bytes, from + 8 * i), 1);
    yield 0;
  }
  yield run.size;
}
