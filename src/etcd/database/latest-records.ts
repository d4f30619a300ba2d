import { randomBytes } from 'node:crypto';
import { Fingerprint } from './checksums.ts';
import { DatabaseError } from './pages.ts';
import { RecordKey, UserKey } from './records.ts';
import type { EntryVisitor } from './tree.ts';

/** What is asked about the records of the bucket `key`. */
export interface LatestRecordsOptions {
  /** The revision at which records are the latest of their keys. */
  readonly atRevision: number;
  /** Latest records of higher revisions are counted, and not remembered. */
  readonly rememberedTo: number;
}

/** A record takes at least this of the file: its entry in the table of its page, its revision, and a value with a key. */
const LEAST_RECORD_BYTES = 16 + 17 + 3;
/** Room for 780,000 keys, in 14 MB: 13 bytes for each slot. While the keys are split there are two tables for a moment. */
const MOST_SLOTS = 2 ** 20;
/** The part of the slots that may be taken. */
const FULL = 0.75;
/** With 2^20 parts of the keys, each of some hundred thousand, there are more records than a file can have. */
const MOST_SPLITS = 20;
/** Positions are kept in 32 bits. */
const MOST_RECORDS = 2 ** 32 - 2;

/** What is known of a key. */
const SEEN = 1;
/** Its newest record is not a tombstone. */
const LIVE = 2;

/** A part of all keys: those whose fingerprint begins with `prefix`, of `bits` bits. */
interface Part {
  readonly bits: number;
  readonly prefix: number;
}

/**
 * Finds the latest record of each key, and counts the keys that are alive. What a record is to etcd is in
 * server/storage/mvcc/key_index.go of v3.6.8, keep(): the newest record of the key up to the revision, and none if that is a
 * tombstone.
 *
 * Keys are known by a fingerprint of 64 bits with a secret of this process, so memory does not depend on them. If there are too
 * many for one table, it takes one part of them per pass through the bucket.
 *
 * Two different keys with the same fingerprint are taken for one. With n keys the chance is n² / 2^65: 3 in 10^8 for a million.
 * A record would then be missing in the hash and a key in the count, so that a good file is refused; a file with another content
 * does not pass by that.
 */
export class LatestRecords implements EntryVisitor {
  /** Records of the bucket, after a pass. */
  count = 0;
  /** The highest revision, after a pass; 0 if there is no record. */
  newest = 0;
  /** Keys whose newest record is not a tombstone, after all passes. */
  liveKeys = 0;
  /** Latest records, after all passes. */
  latest = 0;
  readonly #atRevision: number;
  readonly #rememberedTo: number;
  readonly #key = new RecordKey();
  readonly #user = new UserKey();
  readonly #fingerprint = new Fingerprint(randomBytes(8));
  readonly #parts: Part[] = [];
  #part: Part = { bits: 0, prefix: 0 };
  /** Records up to `rememberedTo`, which are the first ones, and the latest among them, one bit each. */
  #remembered = 0;
  #bits = new Uint8Array(0);
  #table: KeyTable;

  /** @param bytes of the database. @param mostSlots a power of two. */
  constructor(options: LatestRecordsOptions, bytes: number, mostSlots = MOST_SLOTS) {
    this.#atRevision = options.atRevision;
    this.#rememberedTo = options.rememberedTo;
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1, bytes / LEAST_RECORD_BYTES) / FULL));
    this.#table = new KeyTable(Math.min(slots, mostSlots));
  }

  begin(bytes: Buffer, start: number, end: number): void {
    this.#key.read(bytes, start, end);
    this.newest = this.#key.main;
    if (this.newest <= this.#rememberedTo) this.#remembered = this.count + 1;
    if (this.count === MOST_RECORDS) throw new DatabaseError(`there are more than ${MOST_RECORDS} records`);
    this.#user.begin();
    this.#fingerprint.begin();
  }

  piece(bytes: Buffer, start: number, end: number): void {
    this.#user.piece(bytes, start, end);
    this.#fingerprint.update(bytes, this.#user.start, this.#user.end);
  }

  end(): void {
    this.#user.finish();
    this.#fingerprint.finish();
    const { first, last } = this.#fingerprint;
    if (isIn(this.#part, first)) this.#note(this.#table.slotOf(first, last));
    this.count += 1;
  }

  /** Ends a pass through the bucket. @returns whether another one is needed. */
  endPass(): boolean {
    if (this.#bits.length === 0) this.#bits = new Uint8Array(Math.ceil(this.#remembered / 8));
    const { states, positions } = this.#table;
    states.forEach((state, slot) => {
      if ((state & LIVE) !== 0) this.liveKeys += 1;
      const position = (positions[slot] as number) - 1;
      if (position === -1) return;
      this.latest += 1;
      if (position < this.#remembered)
        this.#bits[position >>> 3] = (this.#bits[position >>> 3] ?? 0) | (1 << (position & 7));
    });
    const part = this.#parts.pop();
    if (part === undefined) {
      this.#table = new KeyTable(0);
      return false;
    }
    this.#part = part;
    this.#table.clear();
    this.count = 0;
    return true;
  }

  /** Whether the record is the latest of its key; only for one up to `rememberedTo`, after all passes. */
  isLatest(position: number): boolean {
    return ((this.#bits[position >>> 3] ?? 0) & (1 << (position & 7))) !== 0;
  }

  #note(slot: number): void {
    const { states, positions } = this.#table;
    const { main, isTombstone } = this.#key;
    const before = states[slot];
    states[slot] = isTombstone ? SEEN : SEEN | LIVE;
    if (main <= this.#atRevision) positions[slot] = isTombstone ? 0 : this.count + 1;
    if (before === 0) {
      this.#table.used += 1;
      if (this.#table.isFull) this.#halve();
    }
  }

  /** Takes only half of the keys for this pass, and the others for a later one. */
  #halve(): void {
    while (this.#table.isFull) {
      const { bits, prefix } = this.#part;
      if (bits === MOST_SPLITS) throw new DatabaseError('there are too many keys');
      this.#part = { bits: bits + 1, prefix: prefix * 2 };
      this.#parts.push({ bits: bits + 1, prefix: prefix * 2 + 1 });
      this.#table = this.#table.copy(this.#part);
    }
  }
}

function isIn({ bits, prefix }: Part, first: number): boolean {
  return bits === 0 || first >>> (32 - bits) === prefix;
}

/** A table of fingerprints with open addressing. */
class KeyTable {
  used = 0;
  /** Flags of each key; 0 for a slot that is free. */
  readonly states: Uint8Array;
  /** One more than the position of the key's latest record; 0: none. */
  readonly positions: Uint32Array;
  readonly #first: Int32Array;
  readonly #last: Int32Array;

  constructor(slots: number) {
    this.states = new Uint8Array(slots);
    this.positions = new Uint32Array(slots);
    this.#first = new Int32Array(slots);
    this.#last = new Int32Array(slots);
  }

  get isFull(): boolean {
    return this.used > this.states.length * FULL;
  }

  /** Returns the slot of a fingerprint, and takes a free one for a new fingerprint, whose state the caller sets. */
  slotOf(first: number, last: number): number {
    const mask = this.states.length - 1;
    let slot = last & mask;
    while (this.states[slot] !== 0) {
      if (this.#first[slot] === first && this.#last[slot] === last) return slot;
      slot = (slot + 1) & mask;
    }
    this.#first[slot] = first;
    this.#last[slot] = last;
    return slot;
  }

  /** Returns a table with the keys of a part. */
  copy(part: Part): KeyTable {
    const copy = new KeyTable(this.states.length);
    for (let slot = 0; slot < this.states.length; slot += 1) {
      const first = this.#first[slot] as number;
      if (this.states[slot] === 0 || !isIn(part, first)) continue;
      const to = copy.slotOf(first, this.#last[slot] as number);
      copy.states[to] = this.states[slot] as number;
      copy.positions[to] = this.positions[slot] as number;
      copy.used += 1;
    }
    return copy;
  }

  clear(): void {
    this.states.fill(0);
    this.positions.fill(0);
    this.used = 0;
  }
}
