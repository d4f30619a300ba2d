import { createHash } from 'node:crypto';
import type { FindingCode } from '../../finding-codes.ts';
import { progressPauseMs, size } from '../../text/units.ts';
import type { EtcdFailureWords } from '../errors.ts';
import type { MemberStatus } from '../messages.ts';
import { cutOff, digestWrong, malformed, type SnapshotProgress, tooSlow, withoutData } from './faults.ts';
import type { SnapshotPart } from './frames.ts';

/** A snapshot that is complete and right. */
export interface ReceivedSnapshot {
  /** Size of the database, without the digest behind it. */
  readonly databaseBytes: number;
  /** SHA-256 of the database in hexadecimal, equal to the digest that the member sent. */
  readonly sha256: string;
  /** etcd's storage version, e.g. `3.6.0`; null before etcd 3.6. */
  readonly storageVersion: string | null;
  readonly durationMs: number;
}

/** Progress of a snapshot, for people. */
export interface SnapshotTransfer {
  /** Bytes of the database, without the digest. */
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** Over the last `windowMs`, or since the start. */
  readonly bytesPerSecond: number;
  /** How long the rest takes at this rate. */
  readonly secondsLeft: number;
}

/** Limits of a snapshot, and who hears of its progress. */
export interface ReceiveOptions {
  /**
   * While a snapshot is sent, its member cannot reuse the pages that are freed meanwhile, and its database grows; so one
   * that comes too slowly is given up.
   */
  readonly minimumBytesPerSecond: number;
  /** The rate is measured over this time, and not judged before; longer than an outage of the link that is tolerated. */
  readonly windowMs: number;
  /** Largest database that is received; never more than 64 GiB, eight times etcd's largest suggested quota. */
  readonly mostBytes?: number;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  /** Called every second at first, and later on whenever a tenth of the time that has passed is over. */
  readonly onProgress: (transfer: SnapshotTransfer) => void;
}

/** What arrived is no complete and right snapshot, or it came too slowly. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  /** Says stably what is wrong, e.g. `snapshot-digest-wrong`. */
  readonly code: FindingCode;
  /** With the place of the member, `etcdError` makes the finding of them. */
  readonly words: EtcdFailureWords;

  constructor(words: EtcdFailureWords) {
    super(words.fact);
    this.code = words.code;
    this.words = words;
  }
}

const LARGEST_BYTES = 64 * 1024 ** 3;

/** How far a database may grow between the status of its member and its snapshot, which may be minutes later. */
const GROWTH_BYTES = 1024 ** 3;
/** The quota is compared with an estimate of what a write takes (server/storage/quota.go), so that a database passes it. */
const OVER_QUOTA_BYTES = 128 * 1024 ** 2;

/**
 * Returns the largest database in bytes that a member can send by its status before the snapshot: its quota, or its
 * present size if that is more, with 128 MiB for what passes a quota; without a quota its size with 1 GiB of growth.
 */
export function mostSnapshotBytes({
  dbSize,
  dbSizeQuota,
}: Pick<MemberStatus, 'dbSize' | 'dbSizeQuota'>): number {
  return dbSizeQuota === undefined ? dbSize + GROWTH_BYTES : Math.max(dbSizeQuota, dbSize) + OVER_QUOTA_BYTES;
}

/**
 * Passes a snapshot on while it checks it. The sink gets the bytes of the database as they come, and the 32 bytes of the
 * digest only after everything else was found right: what it then holds is what `etcdctl snapshot save` writes and
 * `etcdutl snapshot restore` takes, and without the digest neither takes it. No more parts are asked for while the sink
 * is busy.
 * @throws SnapshotError if the snapshot is not right, and the errors of `parts` and `sink` as they are.
 */
export async function receiveSnapshot(
  parts: AsyncIterable<SnapshotPart>,
  sink: (bytes: Buffer) => void | Promise<void>,
  options: ReceiveOptions,
): Promise<ReceivedSnapshot> {
  const { now, minimumBytesPerSecond, windowMs } = options;
  const startedAt = now();
  const account = new SnapshotAccount(Math.min(options.mostBytes ?? LARGEST_BYTES, LARGEST_BYTES));
  const rate = new TransferRate(startedAt, windowMs);
  let reportAt = startedAt + progressPauseMs(0);
  for await (const part of parts) {
    const data = account.take(part);
    if (data === undefined) continue;
    await sink(data);
    const { receivedBytes, totalBytes } = account.progress;
    const at = now();
    rate.add(at, receivedBytes);
    if (receivedBytes === totalBytes) continue;
    const bytesPerSecond = rate.bytesPerSecond(at);
    if (rate.measuredMs(at) >= windowMs && bytesPerSecond < minimumBytesPerSecond) {
      const rates = { seen: bytesPerSecond, required: minimumBytesPerSecond, overMs: rate.measuredMs(at) };
      throw new SnapshotError(tooSlow(account.progress, rates));
    }
    if (at < reportAt) continue;
    reportAt = at + progressPauseMs(at - startedAt);
    const secondsLeft = (totalBytes - receivedBytes) / bytesPerSecond;
    options.onProgress({ receivedBytes, totalBytes, bytesPerSecond, secondsLeft });
  }
  const { databaseBytes, digest, storageVersion } = account.close();
  await sink(digest);
  return { databaseBytes, sha256: digest.toString('hex'), storageVersion, durationMs: now() - startedAt };
}

/** Bytes of the digest behind the database. */
export const DIGEST_BYTES = 32;

/** The size of a database is a multiple of it; by it etcd tells whether a file has a digest (etcdutl, hasChecksum). */
const BLOCK_BYTES = 512;

/** Messages without data that are tolerated in a row; etcd sends none as long as it can read its database. */
const MOST_EMPTY = 8;

/** Checks that parts, one after the other, make a complete and right snapshot. Throws SnapshotError. */
class SnapshotAccount {
  readonly #mostBytes: number;
  readonly #hash = createHash('sha256');
  #received = 0;
  #total: number | undefined;
  #empty = 0;
  #version: string | null = null;
  #digest: Buffer | undefined;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get progress(): Required<SnapshotProgress> {
    return { receivedBytes: this.#received, totalBytes: this.#total ?? 0 };
  }

  /** Returns the part's bytes of the database; undefined if it has none. */
  take(part: SnapshotPart): Buffer | undefined {
    if (this.#digest !== undefined) throw new SnapshotError(malformed('a message follows the digest'));
    this.#total ??= this.#begin(part);
    if (part.version !== this.#version)
      throw new SnapshotError(malformed('its messages have different storage versions'));
    if (this.#received < this.#total) return this.#data(part, this.#total);
    this.#end(part);
    return undefined;
  }

  /** Returns what is known of the whole. The parts have ended. */
  close(): {
    readonly databaseBytes: number;
    readonly digest: Buffer;
    readonly storageVersion: string | null;
  } {
    const total = this.#total;
    if (total === undefined) throw new SnapshotError(cutOff({ receivedBytes: 0 }, 'it has no data'));
    if (this.#digest === undefined)
      throw new SnapshotError(cutOff(this.progress, 'the digest at its end is missing'));
    return { databaseBytes: total, digest: this.#digest, storageVersion: this.#version };
  }

  #begin(part: SnapshotPart): number {
    const total = part.blob.length + part.remainingBytes;
    if (total > this.#mostBytes)
      throw new SnapshotError(malformed(`with ${size(total)} it is larger than ${size(this.#mostBytes)}`));
    if (total === 0 || total % BLOCK_BYTES !== 0)
      throw new SnapshotError(malformed(`no database has ${total} bytes`));
    this.#version = part.version;
    return total;
  }

  #data({ blob, remainingBytes }: SnapshotPart, total: number): Buffer | undefined {
    this.#received += blob.length;
    if (this.#received + remainingBytes !== total) {
      const what = `of ${total} bytes, ${remainingBytes} are said to remain after ${this.#received}`;
      throw new SnapshotError(malformed(what));
    }
    this.#empty = blob.length === 0 ? this.#empty + 1 : 0;
    if (this.#empty >= MOST_EMPTY) throw new SnapshotError(withoutData(this.progress, this.#empty));
    this.#hash.update(blob);
    return blob.length === 0 ? undefined : blob;
  }

  #end({ blob, remainingBytes }: SnapshotPart): void {
    if (blob.length !== DIGEST_BYTES || remainingBytes !== 0)
      throw new SnapshotError(malformed(`${blob.length} bytes stand in the place of the digest`));
    if (!this.#hash.digest().equals(blob)) throw new SnapshotError(digestWrong(this.#received));
    this.#digest = blob;
  }
}

/** Samples of which the rate is computed; there are a few more than this many. */
const SAMPLES = 20;

/** The rate over the last part of a transfer. */
class TransferRate {
  readonly #windowMs: number;
  /** The oldest first; all but the first are within the window. */
  readonly #samples: { readonly at: number; readonly bytes: number }[];
  #bytes = 0;

  constructor(startedAt: number, windowMs: number) {
    this.#windowMs = windowMs;
    this.#samples = [{ at: startedAt, bytes: 0 }];
  }

  /** @param bytes in all. */
  add(at: number, bytes: number): void {
    this.#bytes = bytes;
    const samples = this.#samples;
    if (at - (samples.at(-1)?.at ?? at) >= this.#windowMs / SAMPLES) samples.push({ at, bytes });
    while (samples[1] !== undefined && samples[1].at <= at - this.#windowMs) samples.shift();
  }

  /** The time over which the rate is measured: the window or a little more, less at the start. */
  measuredMs(at: number): number {
    return at - this.#first.at;
  }

  bytesPerSecond(at: number): number {
    return ((this.#bytes - this.#first.bytes) / Math.max(1, this.measuredMs(at))) * 1000;
  }

  get #first(): { readonly at: number; readonly bytes: number } {
    return this.#samples[0] ?? { at: 0, bytes: 0 };
  }
}
