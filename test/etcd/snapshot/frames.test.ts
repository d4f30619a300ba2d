import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { MessageError } from '../../../src/etcd/messages.ts';
import { decodeSnapshotPart, FrameSplitter, type SnapshotPart } from '../../../src/etcd/snapshot/frames.ts';
import { numbers, spoiledBytes } from '../../fuzz.ts';
import { encodeMessage, frame, lengthField, messagesOf, streamOf, varint } from './messages.ts';

/** Bytes of the stream, cut at random: many tiny pieces, and some that hold several frames. */
function* pieces(stream: Buffer, random: () => number): Generator<Buffer> {
  for (let at = 0; at < stream.length;) {
    const length = Math.ceil(random() ** 6 * 100_000) || 1;
    yield stream.subarray(at, at + length);
    at += length;
  }
}

function partsOf(chunks: Iterable<Buffer>): { parts: SnapshotPart[]; isInFrame: boolean } {
  const splitter = new FrameSplitter();
  const parts: SnapshotPart[] = [];
  for (const chunk of chunks)
    for (const message of splitter.push(chunk)) parts.push(decodeSnapshotPart(message));
  return { parts, isInFrame: splitter.isInFrame };
}

test('a stream that is cut anywhere gives the same messages', () => {
  const database = randomBytes(300 * 1024);
  const stream = streamOf(database);
  const sent = messagesOf(database).map((message) => ({ remainingBytes: 0, ...message }));
  for (let seed = 1; seed <= 40; seed += 1) {
    const { parts, isInFrame } = partsOf(pieces(stream, numbers(seed)));
    expect({ seed, parts: parts.length, isInFrame }).toEqual({ seed, parts: sent.length, isInFrame: false });
    for (const [index, part] of parts.entries()) {
      const { blob, ...rest } = sent[index] ?? {};
      expect(part).toMatchObject(rest);
      expect(part.blob.equals(blob ?? Buffer.of())).toBe(true);
    }
  }
});

test('of one byte each as well, in time that is linear', () => {
  const stream = streamOf(randomBytes(2 * 1024 * 1024));
  const before = process.cpuUsage();
  const { parts } = partsOf([...stream].map((byte) => Buffer.of(byte)));
  expect(parts).toHaveLength(65);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(10_000);
}, 60_000);

test('a message that is in one chunk is not copied, and one that is not is copied once', () => {
  const one = frame(encodeMessage({ blob: Buffer.alloc(100, 'a') }));
  const chunk = Buffer.concat([one, one]);
  const whole = partsOf([chunk]).parts;
  expect(whole).toHaveLength(2);
  for (const { blob } of whole) expect(blob.buffer).toBe(chunk.buffer);
  const halves = [Buffer.from(one.subarray(0, 50)), Buffer.from(one.subarray(50))];
  const [joined] = partsOf(halves).parts;
  for (const half of halves) half.fill('b');
  expect(joined?.blob.equals(Buffer.alloc(100, 'a'))).toBe(true);
});

test.each([1, 4, 5, 6, 30])('a frame of which only %i bytes have arrived is an error', (length) => {
  const one = frame(encodeMessage({ blob: Buffer.alloc(100) }));
  expect(partsOf([one.subarray(0, length)])).toEqual({ parts: [], isInFrame: true });
});

describe('a frame that etcd does not send', () => {
  test.each<[string, Buffer, string]>([
    ['compressed', frame(encodeMessage({}), 1), 'the flag 1'],
    ['of an unknown flag', frame(encodeMessage({}), 255), 'the flag 255'],
    ['too long', Buffer.from('0000100001', 'hex'), '1048577 bytes'],
    ['of 4 GiB', Buffer.from('00ffffffff', 'hex'), '4294967295 bytes'],
  ])('%s', (_, stream, words) => {
    expect(() => partsOf([stream])).toThrow(MessageError);
    expect(() => partsOf([stream])).toThrow(words);
  });
});

describe('fields', () => {
  const blob = Buffer.from('data');

  test('that are left out are zero or empty', () => {
    expect(decodeSnapshotPart(Buffer.of())).toEqual({ remainingBytes: 0, blob: Buffer.of(), version: null });
  });

  test('in any order, unknown ones of each wire type between them', () => {
    const message = Buffer.concat([
      lengthField(4, Buffer.from('3.7.0')),
      Buffer.concat([varint(9 * 8), Buffer.from('ffffffffffffffffff01', 'hex')]),
      Buffer.concat([varint(10 * 8 + 1), Buffer.alloc(8, 0xff)]),
      lengthField(3, blob),
      Buffer.concat([varint(11 * 8 + 5), Buffer.alloc(4, 0xff)]),
      lengthField(1000, Buffer.alloc(300)),
      Buffer.concat([varint(16), varint(2 ** 40)]),
    ]);
    expect(decodeSnapshotPart(message)).toEqual({ remainingBytes: 2 ** 40, blob, version: '3.7.0' });
  });

  test('of a known number and another type are unknown ones', () => {
    const message = Buffer.concat([lengthField(2, blob), varint(3 * 8), varint(7), varint(4 * 8), varint(7)]);
    expect(decodeSnapshotPart(message)).toEqual({ remainingBytes: 0, blob: Buffer.of(), version: null });
  });

  test('of a repeated number count as they come last', () => {
    const message = Buffer.concat([lengthField(3, Buffer.from('old')), lengthField(3, blob)]);
    expect(decodeSnapshotPart(message).blob).toEqual(blob);
  });

  test.each<[string, Buffer, string]>([
    ['a number of eleven bytes', Buffer.from(`10${'ff'.repeat(10)}01`, 'hex'), 'more than 10 bytes'],
    ['an unknown one', Buffer.from(`48${'ff'.repeat(10)}01`, 'hex'), 'does not end within 10 bytes'],
    ['a number that is not exact', Buffer.concat([varint(16), varint(2n ** 53n)]), 'above 2^53'],
    ['the largest number', Buffer.concat([varint(16), varint(2n ** 64n - 1n)]), 'above 2^53'],
    ['a number that is cut off', Buffer.from('10ff', 'hex'), 'ends within a field'],
    ['an unknown number that is cut off', Buffer.from('48ff', 'hex'), 'does not end'],
    ['a blob longer than its message', Buffer.from('1a0561', 'hex'), 'ends within a field'],
    ['a blob of 2^50 bytes', Buffer.concat([varint(26), varint(2 ** 50)]), 'ends within a field'],
    ['a fixed64 that is cut off', Buffer.from('490000', 'hex'), 'ends within a field'],
    ['a fixed32 that is cut off', Buffer.from('4d0000', 'hex'), 'ends within a field'],
    ['a group', Buffer.from('4b4c', 'hex'), 'the wire type 3'],
    ['a wire type that does not exist', Buffer.from('4f', 'hex'), 'the wire type 7'],
    ['the number 0', Buffer.from('0000', 'hex'), 'the number 0'],
    ['a long version', lengthField(4, Buffer.alloc(65, '3')), 'the storage version'],
    ['a version of two lines', lengthField(4, Buffer.from('3.6\n0')), 'the storage version'],
  ])('%s is an error', (_, message, words) => {
    expect(() => decodeSnapshotPart(message)).toThrow(MessageError);
    expect(() => decodeSnapshotPart(message)).toThrow(words);
  });
});

test('any damaged stream is read or refused, and gives no more bytes than arrived', () => {
  const random = numbers(7);
  const stream = streamOf(randomBytes(70 * 1024));
  let refused = 0;
  for (let time = 0; time < 2000; time += 1) {
    const damaged = spoiledBytes(stream.subarray(0, 200 + Math.floor(random() * 70_000)), random);
    // damage where it matters: at the beginning of a frame
    damaged.set(spoiledBytes(damaged.subarray(0, 40), random), 0);
    try {
      const bytes = partsOf(pieces(damaged, random)).parts.reduce((sum, { blob }) => sum + blob.length, 0);
      expect(bytes).toBeLessThanOrEqual(damaged.length);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(200);
});
