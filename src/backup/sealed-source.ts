import { readSync } from 'node:fs';
import type { ByteSource } from '../etcd/database/byte-source.ts';
import { CHUNK_BYTES, type Sealing } from './age-file.ts';

/** A complete file that is read in pieces. */
export interface ChunkFile {
  /** Bytes. */
  readonly size: number;
  /** Fills the buffer with the bytes from a position. @throws what {@link damaged} returns. */
  read(buffer: Uint8Array, position: number): void;
  /** Throws if the file on the disk has another size. */
  assertSize(): void;
  /** Returns the error that says so. @param what a clause about the file. */
  damaged(what: string, cause?: unknown): Error;
}

/** Reads as many of the bytes from a position as there are. @returns their number. @throws what read(2) does. */
export function readUpTo(fd: number, buffer: Uint8Array, position: number): number {
  let done = 0;
  while (done < buffer.length) {
    const count = readSync(fd, buffer, done, buffer.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/**
 * Returns the length of the plaintext in a file of that length.
 * @returns undefined if no file that was written to its end has that length (C2SP, age.md: only an empty payload ends with an empty
 * chunk).
 */
export function plaintextBytes({ head, overhead }: Sealing, fileBytes: number): number | undefined {
  const sealed = fileBytes - head.length;
  const chunks = Math.max(1, Math.ceil(sealed / (CHUNK_BYTES + overhead)));
  const last = sealed - (chunks - 1) * (CHUNK_BYTES + overhead) - overhead;
  if (last < 0 || (last === 0 && chunks > 1)) return undefined;
  return sealed - chunks * overhead;
}

/** Reports whether the last chunk of a file is the last one that was written. @param size of the plaintext. */
export function endsWhole(file: ChunkFile, sealing: Sealing, size: number): boolean {
  const index = Math.max(0, Math.ceil(size / CHUNK_BYTES) - 1);
  const sealed = Buffer.alloc(size - index * CHUNK_BYTES + sealing.overhead);
  file.read(sealed, file.size - sealed.length);
  try {
    sealing.open(sealed, index, true, Buffer.alloc(CHUNK_BYTES));
    return true;
  } catch {
    return false;
  }
}

/** Chunks that a source keeps decrypted: 8 MiB, so that the pages on the way to a leaf stay. */
export const CACHED_CHUNKS = 128;

/** A page of a database and its longest value are far below; a longer piece is asked for by mistake. */
const MOST_READ_BYTES = 64 * 1024 * 1024;

/**
 * The plaintext of a file, from any place. It takes at most {@link CACHED_CHUNKS} chunks of memory and the longest piece that was
 * asked for. A piece may be a view of the cache: do not write to it, and copy what is needed after the next call.
 */
export class SealedSource implements ByteSource {
  readonly size: number;
  readonly #file: ChunkFile;
  readonly #sealing: Sealing;
  /** The last used chunk is the last one. */
  readonly #cache = new Map<number, Buffer>();
  /** Holds pieces of several chunks. */
  #joined = Buffer.alloc(0);
  /** Holds a chunk as it lies on the disk. */
  readonly #sealed: Buffer;

  /** @param size of the plaintext. @throws what {@link ChunkFile} does, if the file's size or head has changed. */
  constructor(file: ChunkFile, sealing: Sealing, size: number) {
    this.#file = file;
    this.#sealing = sealing;
    this.size = size;
    this.#sealed = Buffer.allocUnsafeSlow(CHUNK_BYTES + sealing.overhead);
    file.assertSize();
    const head = Buffer.alloc(sealing.head.length);
    file.read(head, 0);
    if (!head.equals(sealing.head)) throw file.damaged('its head differs');
  }

  read(offset: number, length: number): Buffer {
    const isInside =
      Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (!isInside || offset + length > this.size || length > MOST_READ_BYTES)
      throw new RangeError(`no ${length} bytes can be read from ${offset} of ${this.size}`);
    if (length === 0) return Buffer.alloc(0);
    const first = Math.floor(offset / CHUNK_BYTES);
    const last = Math.floor((offset + length - 1) / CHUNK_BYTES);
    const begin = offset - first * CHUNK_BYTES;
    if (first === last) return this.#chunk(first).subarray(begin, begin + length);
    if (this.#joined.length < length) this.#joined = Buffer.allocUnsafeSlow(length);
    let done = 0;
    for (let index = first; index <= last; index += 1) {
      const from = index === first ? begin : 0;
      done += this.#chunk(index).copy(this.#joined, done, from, from + length - done);
    }
    return this.#joined.subarray(0, length);
  }

  /** Returns a chunk; the last one has anything behind its end. */
  #chunk(index: number): Buffer {
    const known = this.#cache.get(index);
    if (known !== undefined) this.#cache.delete(index);
    const chunk = known ?? this.#load(index, this.#room());
    this.#cache.set(index, chunk);
    return chunk;
  }

  /** Returns memory for a chunk: that of the one that was not used for the longest time. */
  #room(): Buffer {
    const [oldest] = this.#cache.size < CACHED_CHUNKS ? [] : this.#cache;
    if (oldest === undefined) return Buffer.allocUnsafeSlow(CHUNK_BYTES);
    this.#cache.delete(oldest[0]);
    return oldest[1];
  }

  #load(index: number, into: Buffer): Buffer {
    const { head, overhead } = this.#sealing;
    const begin = index * CHUNK_BYTES;
    const isLast = begin + CHUNK_BYTES >= this.size;
    const sealed = this.#sealed.subarray(0, Math.min(CHUNK_BYTES, this.size - begin) + overhead);
    this.#file.read(sealed, head.length + index * (CHUNK_BYTES + overhead));
    openChunk(this.#file, this.#sealing, { sealed, index, isLast }, into);
    return into;
  }
}

/** A chunk as it lies in the file. */
interface SealedChunk {
  readonly sealed: Buffer;
  /** From 0. */
  readonly index: number;
  readonly isLast: boolean;
}

/** Writes the plaintext of a chunk to the beginning of a buffer. @throws what `damaged` of the file returns. */
function openChunk(
  file: Pick<ChunkFile, 'damaged'>,
  sealing: Sealing,
  { sealed, index, isLast }: SealedChunk,
  into: Buffer,
): void {
  try {
    sealing.open(sealed, index, isLast, into);
  } catch (error) {
    throw file.damaged(`its chunk ${index} cannot be decrypted`, error);
  }
}

/** A file that is also read without blocking the process. */
export interface StreamedFile extends Pick<ChunkFile, 'size' | 'damaged'> {
  /** Fills the buffer with the bytes from a position. @throws what `damaged` returns. */
  readAside(buffer: Uint8Array, position: number): Promise<void>;
}

/** Chunks that are read at once. */
const BATCH_CHUNKS = 16;
/** The most bytes of {@link Batch.plain}. */
export const BATCH_BYTES: number = BATCH_CHUNKS * CHUNK_BYTES;

/** Chunks that follow each other. */
export interface Batch {
  /** As they lie in the file; valid until the next batch is asked for. */
  readonly sealed: Buffer;
  readonly plain: Buffer;
}

/**
 * Reads a file from behind its head to its end.
 * @param room returns the memory for the plaintext of a batch, {@link BATCH_BYTES}. @throws what `damaged` of the file returns.
 */
export async function* batchesOf(
  file: StreamedFile,
  sealing: Sealing,
  room: () => Buffer,
): AsyncGenerator<Batch, void, undefined> {
  const { head, overhead } = sealing;
  const sealedBytes = CHUNK_BYTES + overhead;
  const memory = Buffer.allocUnsafeSlow(BATCH_CHUNKS * sealedBytes);
  let index = 0;
  for (let at = head.length; at < file.size;) {
    const sealed = memory.subarray(0, Math.min(memory.length, file.size - at));
    await file.readAside(sealed, at);
    at += sealed.length;
    const into = room();
    let plainBytes = 0;
    for (let begin = 0; begin < sealed.length; begin += sealedBytes, index += 1) {
      const chunk = sealed.subarray(begin, begin + sealedBytes);
      const isLast = at === file.size && begin + sealedBytes >= sealed.length;
      openChunk(file, sealing, { sealed: chunk, index, isLast }, into.subarray(plainBytes));
      plainBytes += chunk.length - overhead;
    }
    yield { sealed, plain: into.subarray(0, plainBytes) };
  }
}
