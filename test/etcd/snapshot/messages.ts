import { createHash } from 'node:crypto';

/** etcd's blob size (server/etcdserver/api/v3rpc/maintenance.go). */
export const BLOB_BYTES = 32 * 1024;

/** Fields of a SnapshotResponse, as a test wants them. */
export interface Message {
  readonly remainingBytes?: number;
  readonly blob?: Buffer;
  readonly version?: string;
}

/** Encodes a varint, of any length that a number has. */
export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const more = rest > 0x7fn ? 0x80 : 0;
    bytes.push(Number(rest & 0x7fn) | more);
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** Encodes a field with a length. */
export function lengthField(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** Encodes a SnapshotResponse as etcd does: with a header, and without what is zero or empty. */
export function encodeMessage({ remainingBytes = 0, blob, version = '' }: Message): Buffer {
  return Buffer.concat([
    lengthField(1, Buffer.from('0801100218032004', 'hex')),
    ...(remainingBytes > 0 ? [varint(16), varint(remainingBytes)] : []),
    ...(blob !== undefined && blob.length > 0 ? [lengthField(3, blob)] : []),
    ...(version === '' ? [] : [lengthField(4, Buffer.from(version))]),
  ]);
}

/** Puts a message into a gRPC frame. */
export function frame(message: Buffer, flag = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The messages with which etcd sends a database: blobs of 32 KiB, then the digest. */
export function messagesOf(database: Buffer, version = '3.6.0'): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < database.length; at += BLOB_BYTES) {
    const blob = database.subarray(at, at + BLOB_BYTES);
    messages.push({ remainingBytes: database.length - at - blob.length, blob, version });
  }
  return [...messages, { blob: createHash('sha256').update(database).digest(), version }];
}

/** The frames of {@link messagesOf}, one behind the other. */
export function streamOf(database: Buffer): Buffer {
  return Buffer.concat(messagesOf(database).map((message) => frame(encodeMessage(message))));
}
