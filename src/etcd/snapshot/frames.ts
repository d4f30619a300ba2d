import { MessageError } from '../messages.ts';

/** One message of a snapshot: SnapshotResponse of api/etcdserverpb/rpc.proto. */
export interface SnapshotPart {
  /** Bytes of the database that are still to come after this part; 0 in its last part and in the digest's. */
  readonly remainingBytes: number;
  /**
   * The next bytes of the database or, after its end, their SHA-256 digest. They may share memory with other parts, but
   * nothing writes to it again.
   */
  readonly blob: Buffer;
  /** The storage version, e.g. `3.6.0`; null before etcd 3.6. */
  readonly version: string | null;
}

/** An empty message as a gRPC frame: SnapshotRequest has no fields. */
export const EMPTY_REQUEST: Buffer = Buffer.alloc(5);

/** Bytes before each message: whether it is compressed, and its length (gRPC over HTTP/2, Length-Prefixed-Message). */
const PREFIX = 5;

/**
 * Longest message in bytes. etcd sends blobs of 32 KiB in 3.4 to 3.7 (snapshotSendBufferSize of
 * server/etcdserver/api/v3rpc/maintenance.go), with some 50 bytes around each. A later release may send larger ones, up
 * to 4 MiB for a client with the defaults of grpc-go; 1 MiB is 32 times of today, and still little memory.
 */
const MOST_MESSAGE = 1024 * 1024;

/** Longest varint in bytes (protobuf.dev, Encoding). */
const MOST_VARINT = 10;

const VERSION = /^[0-9A-Za-z.+-]{1,64}$/;

/**
 * Cuts a stream of gRPC frames into messages. A message that is in one chunk is a part of that chunk; any other is
 * copied once. Holds at most one message.
 */
export class FrameSplitter {
  readonly #prefix = Buffer.alloc(PREFIX);
  #inPrefix = 0;
  /** The message that has begun, and how much of it has arrived. */
  #message: Buffer | undefined;
  #inMessage = 0;

  /** Reports whether a frame has begun and is not complete. */
  get isInFrame(): boolean {
    return this.#inPrefix > 0 || this.#message !== undefined;
  }

  /**
   * Takes the next chunk and returns the messages that it completes.
   * @throws MessageError for a compressed message, and for one of more than 1 MiB.
   */
  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#message === undefined) {
        const wanted = Math.min(PREFIX - this.#inPrefix, chunk.length - at);
        chunk.copy(this.#prefix, this.#inPrefix, at, at + wanted);
        this.#inPrefix += wanted;
        at += wanted;
        if (this.#inPrefix < PREFIX) return;
        this.#inPrefix = 0;
        const length = lengthOf(this.#prefix);
        if (length <= chunk.length - at) {
          yield chunk.subarray(at, at + length);
          at += length;
          continue;
        }
        this.#message = Buffer.allocUnsafeSlow(length);
        this.#inMessage = 0;
      }
      const copied = chunk.copy(this.#message, this.#inMessage, at);
      this.#inMessage += copied;
      at += copied;
      if (this.#inMessage < this.#message.length) return;
      const message = this.#message;
      this.#message = undefined;
      yield message;
    }
  }
}

function lengthOf(prefix: Buffer): number {
  if (prefix[0] !== 0) throw new MessageError(`a message has the flag ${prefix[0] ?? 0} of a compressed one`);
  const length = prefix.readUInt32BE(1);
  if (length > MOST_MESSAGE)
    throw new MessageError(`a message has ${length} bytes, more than ${MOST_MESSAGE}`);
  return length;
}

/** Numbers of the fields of SnapshotResponse; field 1 is the header, which says nothing about the snapshot. */
const FIELD = { remainingBytes: 2, blob: 3, version: 4 } as const;

/** Wire types (protobuf.dev, Encoding). */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Decodes a SnapshotResponse; its blob is a part of the message. Fields that are left out are 0 or empty, of a repeated
 * field the last one counts, and unknown fields are skipped, as protobuf has it.
 * @throws MessageError
 */
export function decodeSnapshotPart(message: Buffer): SnapshotPart {
  let remainingBytes = 0;
  let blob = message.subarray(0, 0);
  let version: string | null = null;
  const reader = new FieldReader(message);
  while (reader.isInside) {
    const { field, wire } = reader.tag();
    if (field === FIELD.remainingBytes && wire === WIRE.varint) remainingBytes = reader.safeVarint();
    else if (field === FIELD.blob && wire === WIRE.bytes) blob = reader.bytes();
    else if (field === FIELD.version && wire === WIRE.bytes) version = versionOf(reader.bytes());
    else reader.skip(wire);
  }
  return { remainingBytes, blob, version };
}

function versionOf(bytes: Buffer): string | null {
  if (bytes.length === 0) return null;
  const version = bytes.subarray(0, 65).toString('latin1');
  if (!VERSION.test(version)) throw new MessageError('the storage version is not one of etcd');
  return version;
}

/** Reads a protobuf message field by field. */
class FieldReader {
  readonly #message: Buffer;
  #at = 0;

  constructor(message: Buffer) {
    this.#message = message;
  }

  get isInside(): boolean {
    return this.#at < this.#message.length;
  }

  tag(): { readonly field: number; readonly wire: number } {
    const tag = this.safeVarint();
    const field = Math.floor(tag / 8);
    if (field === 0) throw new MessageError('a field has the number 0');
    return { field, wire: tag % 8 };
  }

  /** Returns a varint as a number; above 2^53 it would not be exact. */
  safeVarint(): number {
    let value = 0;
    let weight = 1;
    for (let length = 0; length < MOST_VARINT; length += 1) {
      const byte = this.#message[this.#at];
      if (byte === undefined) throw new MessageError('a message ends within a field');
      this.#at += 1;
      value += (byte & 0x7f) * weight;
      weight *= 128;
      if (byte >= 0x80) continue;
      if (value > Number.MAX_SAFE_INTEGER) throw new MessageError('a number is above 2^53');
      return value;
    }
    throw new MessageError(`a number has more than ${MOST_VARINT} bytes`);
  }

  bytes(): Buffer {
    return this.#take(this.safeVarint());
  }

  skip(wire: number): void {
    if (wire === WIRE.varint) this.#skipVarint();
    else if (wire === WIRE.bytes) this.bytes();
    else if (wire === WIRE.fixed64) this.#take(8);
    else if (wire === WIRE.fixed32) this.#take(4);
    else throw new MessageError(`a field has the wire type ${wire}`);
  }

  /** Unlike a number that is used, one that is skipped may have all of its 64 bits. */
  #skipVarint(): void {
    const end = this.#message.subarray(this.#at, this.#at + MOST_VARINT).findIndex((byte) => byte < 0x80);
    if (end < 0) throw new MessageError(`a number does not end within ${MOST_VARINT} bytes`);
    this.#at += end + 1;
  }

  #take(length: number): Buffer {
    if (length > this.#message.length - this.#at) throw new MessageError('a message ends within a field');
    const bytes = this.#message.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }
}
