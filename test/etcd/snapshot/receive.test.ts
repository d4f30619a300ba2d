import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { SnapshotPart } from '../../../src/etcd/snapshot/frames.ts';
import {
  mostSnapshotBytes,
  type ReceivedSnapshot,
  type ReceiveOptions,
  receiveSnapshot,
  SnapshotError,
  type SnapshotTransfer,
} from '../../../src/etcd/snapshot/receive.ts';
import { BLOB_BYTES, messagesOf } from './messages.ts';

const DATABASE = randomBytes(6 * BLOB_BYTES + 4096);
const SHA256 = createHash('sha256').update(DATABASE).digest();

function partsOf(database = DATABASE, version: string | null = '3.6.0'): SnapshotPart[] {
  return messagesOf(database).map(({ remainingBytes = 0, blob = Buffer.of() }) => ({
    remainingBytes,
    blob,
    version,
  }));
}

interface Outcome {
  readonly received?: ReceivedSnapshot;
  readonly error?: unknown;
  readonly sunk: Buffer;
  readonly progress: SnapshotTransfer[];
}

/** Receives the parts; `clock` tells the time after so many parts. */
async function outcomeOf(
  parts: readonly SnapshotPart[],
  clock: (parts: number) => number = () => 0,
  overrides: Partial<ReceiveOptions> = {},
): Promise<Outcome> {
  const sunk: Buffer[] = [];
  const progress: SnapshotTransfer[] = [];
  let taken = 0;
  // eslint-disable-next-line @typescript-eslint/require-await -- an asynchronous iterable of what is there
  async function* given(): AsyncGenerator<SnapshotPart> {
    for (const part of parts) {
      taken += 1;
      yield part;
    }
  }
  const outcome = await receiveSnapshot(given(), (bytes) => void sunk.push(bytes), {
    minimumBytesPerSecond: 1000,
    windowMs: 10_000,
    now: () => clock(taken),
    onProgress: (transfer) => progress.push(transfer),
    ...overrides,
  }).then(
    (received) => ({ received }),
    (error: unknown) => ({ error }),
  );
  return { ...outcome, sunk: Buffer.concat(sunk), progress };
}

async function codeOf(parts: readonly SnapshotPart[]): Promise<string> {
  const { error, sunk } = await outcomeOf(parts);
  expect(sunk.subarray(-32).equals(SHA256)).toBe(false);
  if (error instanceof SnapshotError) return `${error.code}: ${error.message}`;
  throw new Error(`expected a SnapshotError, got ${String(error)}`);
}

/** The parts with one of them changed; undefined leaves it out. */
function withPart(index: number, change: (part: SnapshotPart) => SnapshotPart | undefined): SnapshotPart[] {
  const parts = partsOf();
  return parts.flatMap((part, at) =>
    at === (index + parts.length) % parts.length ? (change(part) ?? []) : part,
  );
}

describe('a good snapshot', () => {
  test.each([null, '3.6.0'])(
    'of the storage version %s arrives with its digest behind it',
    async (version) => {
      const { received, sunk } = await outcomeOf(partsOf(DATABASE, version), (parts) => parts * 10);
      expect(received).toEqual({
        databaseBytes: DATABASE.length,
        sha256: SHA256.toString('hex'),
        storageVersion: version,
        durationMs: 80,
      });
      expect(sunk.equals(Buffer.concat([DATABASE, SHA256]))).toBe(true);
      expect(sunk.length % 512).toBe(32);
    },
  );

  test('of a size that is a multiple of the blobs, too', async () => {
    const database = DATABASE.subarray(0, 2 * BLOB_BYTES);
    expect((await outcomeOf(partsOf(database))).received?.databaseBytes).toBe(2 * BLOB_BYTES);
  });

  test('is taken in spite of a few messages without data', async () => {
    const parts = withPart(1, (part) => part).flatMap((part, index) =>
      index === 2
        ? [{ ...part, blob: Buffer.of(), remainingBytes: part.remainingBytes + BLOB_BYTES }, part]
        : part,
    );
    expect((await outcomeOf(parts)).received?.databaseBytes).toBe(DATABASE.length);
  });

  test('is asked for no faster than the sink takes it', async () => {
    let ahead = 0;
    let most = 0;
    // eslint-disable-next-line @typescript-eslint/require-await -- an asynchronous iterable of what is there
    async function* given(): AsyncGenerator<SnapshotPart> {
      for (const part of partsOf()) {
        most = Math.max(most, ++ahead);
        yield part;
      }
    }
    const sink = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      ahead -= 1;
    };
    await receiveSnapshot(given(), sink, {
      minimumBytesPerSecond: 1,
      windowMs: 10_000,
      now: () => performance.now(),
      onProgress: () => undefined,
    });
    expect(most).toBeLessThanOrEqual(2);
  });
});

describe('a bad one is refused, and the sink does not get the digest:', () => {
  test.each<[string, SnapshotPart[], string]>([
    ['nothing', [], 'snapshot-cut-off: The snapshot ended after 0 bytes: it has no data.'],
    [
      'the end is missing',
      partsOf().slice(0, 3),
      'snapshot-cut-off: The snapshot ended after 96 KiB of 196 KiB',
    ],
    ['the digest is missing', partsOf().slice(0, -1), 'snapshot-cut-off'],
    [
      'another digest',
      withPart(-1, (part) => ({ ...part, blob: Buffer.from(part.blob).reverse() })),
      'snapshot-digest-wrong: The snapshot of 196 KiB is complete',
    ],
    [
      'a changed bit',
      withPart(2, (part) => ({ ...part, blob: Buffer.from(part.blob).fill((part.blob[9] ?? 0) ^ 1, 9, 10) })),
      'snapshot-digest-wrong',
    ],
    [
      'a short digest',
      withPart(-1, (part) => ({ ...part, blob: part.blob.subarray(1) })),
      'etcd-protocol-mismatch: The member answered the request for its snapshot in an unknown form: 31 bytes stand',
    ],
    [
      'a digest with more behind it',
      withPart(-1, (part) => ({ ...part, remainingBytes: 1 })),
      'etcd-protocol',
    ],
    ['a message after the digest', [...partsOf(), ...partsOf().slice(-1)], 'a message follows the digest'],
    ['a part twice', [...partsOf().slice(0, 2), ...partsOf().slice(1)], 'are said to remain after'],
    ['a part left out', withPart(3, () => undefined), 'are said to remain after'],
    ['a part too long', withPart(-2, (part) => ({ ...part, blob: Buffer.alloc(8192) })), 'to remain after'],
    ['another total', withPart(3, (part) => ({ ...part, remainingBytes: 512 })), '512 are said to remain'],
    ['another version', withPart(3, (part) => ({ ...part, version: '3.7.0' })), 'different storage versions'],
    ['a size of no database', partsOf(DATABASE.subarray(0, 1000)), 'no database has 1000 bytes'],
    ['no bytes at all', partsOf(Buffer.of()).map((part) => ({ ...part, blob: Buffer.of() })), 'has 0 bytes'],
    [
      'a size without bounds',
      withPart(0, (part) => ({ ...part, remainingBytes: Number.MAX_SAFE_INTEGER })),
      'larger than 64 GiB',
    ],
    [
      'messages without data, for ever',
      [
        ...partsOf().slice(0, 2),
        ...Array.from({ length: 1000 }, () => ({
          remainingBytes: DATABASE.length - 2 * BLOB_BYTES,
          blob: Buffer.of(),
          version: '3.6.0',
        })),
      ],
      'snapshot-stalled: The member sent 8 messages without data in a row, after 64 KiB of 196 KiB',
    ],
  ])('%s', async (_, parts, words) => {
    expect(await codeOf(parts)).toContain(words);
  });

  test('the errors of the source and of the sink come as they are', async () => {
    const broken = new Error('the disk is full');
    const options = { minimumBytesPerSecond: 1, windowMs: 1000, now: () => 0, onProgress: () => undefined };
    const good = Readable.from(partsOf()) as AsyncIterable<SnapshotPart>;
    await expect(receiveSnapshot(good, () => Promise.reject(broken), options)).rejects.toBe(broken);
    const bad = new Readable({ objectMode: true, read: () => undefined });
    bad.destroy(broken);
    await expect(receiveSnapshot(bad, () => undefined, options)).rejects.toBe(broken);
  });
});

describe('time', () => {
  const MIB = 1024 ** 2;
  const large = partsOf(Buffer.alloc(200 * BLOB_BYTES));

  test('progress is reported once a second, with the rate and the time left', async () => {
    const { progress } = await outcomeOf(large.slice(0, 100), (parts) => parts * 100);
    expect(progress).toHaveLength(10);
    const [first] = progress;
    expect(first).toEqual({
      receivedBytes: 10 * BLOB_BYTES,
      totalBytes: 200 * BLOB_BYTES,
      bytesPerSecond: 10 * BLOB_BYTES,
      secondsLeft: 19,
    });
    for (const { bytesPerSecond } of progress) expect(bytesPerSecond).toBe(10 * BLOB_BYTES);
  });

  test('progress of a long transfer is reported at a tenth of the time that has passed', async () => {
    const seconds: number[] = [];
    let now = 0;
    const clock = (parts: number): number => (now = parts * 10_000);
    await outcomeOf(large, clock, { minimumBytesPerSecond: 1, onProgress: () => seconds.push(now / 1000) });
    expect(seconds.slice(0, 12)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 130]);
    expect(seconds.length).toBeLessThan(50);
  });

  test('a snapshot that is too slow from the start is given up after the window, with the figures', async () => {
    const { error, sunk } = await outcomeOf(large, (parts) => parts * 1000, { minimumBytesPerSecond: MIB });
    expect(error).toBeInstanceOf(SnapshotError);
    expect((error as SnapshotError).code).toBe('snapshot-too-slow');
    expect(String(error)).toContain(
      'came at 32 KiB/s over 10 s, and at least 1 MiB/s are required; it had come to 320 KiB of 6.3 MiB',
    );
    expect(sunk).toHaveLength(10 * BLOB_BYTES);
  });

  test('so is one that becomes too slow', async () => {
    const clock = (parts: number): number => (parts <= 100 ? parts * 100 : 10_000 + (parts - 100) * 5000);
    const { error, sunk } = await outcomeOf(large, clock, { minimumBytesPerSecond: 3 * BLOB_BYTES });
    expect(error).toMatchObject({ code: 'snapshot-too-slow' });
    expect(sunk.length / BLOB_BYTES).toBeGreaterThan(100);
    expect(sunk.length / BLOB_BYTES).toBeLessThan(105);
  });

  test('an outage shorter than the window is no reason', async () => {
    const clock = (parts: number): number => parts * 100 + (parts > 100 ? 8000 : 0);
    const { received } = await outcomeOf(large, clock, {
      minimumBytesPerSecond: 3 * BLOB_BYTES,
      windowMs: 20_000,
    });
    expect(received?.databaseBytes).toBe(200 * BLOB_BYTES);
  });

  test('neither is a last part that was late', async () => {
    const clock = (parts: number): number => parts + (parts >= 200 ? 60_000 : 0);
    expect((await outcomeOf(large, clock, { minimumBytesPerSecond: MIB })).received).toBeDefined();
  });
});

describe('the size', () => {
  const GIB = 1024 ** 3;
  const MIB = 1024 ** 2;

  test.each([
    ['a quota', { dbSize: 100 * MIB, dbSizeQuota: 2 * GIB }, 2 * GIB + 128 * MIB],
    ['a quota that is passed', { dbSize: 3 * GIB, dbSizeQuota: 2 * GIB }, 3 * GIB + 128 * MIB],
    ['no quota', { dbSize: 100 * MIB }, GIB + 100 * MIB],
  ])('that a member may send follows from its status: %s', (_, status, bytes) => {
    expect(mostSnapshotBytes(status)).toBe(bytes);
  });

  test('is judged by the first message, before the sink has anything', async () => {
    const { error, sunk } = await outcomeOf(partsOf(), undefined, { mostBytes: DATABASE.length - 1 });
    expect(error).toMatchObject({ code: 'etcd-protocol-mismatch' });
    expect(String(error)).toContain('with 196 KiB it is larger than 196 KiB');
    expect(sunk).toHaveLength(0);
    const fits = await outcomeOf(partsOf(), undefined, { mostBytes: DATABASE.length });
    expect(fits.received?.databaseBytes).toBe(DATABASE.length);
  });

  test('is 64 GiB at most, whatever the member says of itself', async () => {
    const parts = withPart(0, (part) => ({ ...part, remainingBytes: 64 * GIB }));
    const { error } = await outcomeOf(parts, undefined, {
      mostBytes: mostSnapshotBytes({ dbSize: 2 ** 52 }),
    });
    expect(String(error)).toContain('larger than 64 GiB');
  });
});
