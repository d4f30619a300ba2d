import { randomBytes } from 'node:crypto';
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EtcdClient, type EtcdClientOptions } from '../../../src/etcd/client.ts';
import { EtcdError } from '../../../src/etcd/errors.ts';
import type { SnapshotPart } from '../../../src/etcd/snapshot/frames.ts';
import { type ReceivedSnapshot, receiveSnapshot } from '../../../src/etcd/snapshot/receive.ts';
import type { SnapshotOptions } from '../../../src/etcd/snapshot/stream.ts';
import { numbers } from '../../fuzz.ts';
import { GatewayStandIn, openChannel } from '../gateway-stand-in.ts';
import { encodeMessage, frame, streamOf } from './messages.ts';

const PATH = '/etcdserverpb.Maintenance/Snapshot';
const GRPC = { ':status': 200, 'content-type': 'application/grpc' };
const DATABASE = randomBytes(300 * 1024);
const STREAM = streamOf(DATABASE);
const HEADER = { cluster_id: '1', member_id: '2', revision: '7' };

let gateway: GatewayStandIn;
const clients: EtcdClient[] = [];

beforeEach(async () => {
  gateway = new GatewayStandIn({ '/v3/kv/range': { body: { header: HEADER } } });
  await gateway.listen();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await gateway.close();
});

function clientWith(overrides: Partial<EtcdClientOptions> = {}): EtcdClient {
  const client = new EtcdClient({
    name: 'infra0',
    address: '127.0.0.1',
    port: gateway.port,
    open: openChannel('127.0.0.1', gateway.port),
    credentials: { caPem: gateway.authority.certificatePem, ...gateway.client },
    requestTimeoutMs: 5_000,
    ...overrides,
  });
  clients.push(client);
  return client;
}

/** Has the member answer a snapshot in this way. */
function serve(answer: (stream: ServerHttp2Stream) => unknown): void {
  gateway.answer(PATH, { serve: answer });
}

/** Sends the beginning of a good answer, and resolves when it is written. */
function begin(stream: ServerHttp2Stream, bytes: Buffer, headers: OutgoingHttpHeaders = GRPC): Promise<void> {
  stream.respond(headers, { waitForTrailers: true });
  return new Promise((resolve) => stream.write(bytes, () => resolve()));
}

/** Ends an answer that has begun with these trailers. */
function finish(stream: ServerHttp2Stream, trailers: OutgoingHttpHeaders): void {
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end();
}

function optionsOf(overrides: Partial<SnapshotOptions> = {}): SnapshotOptions {
  return { signal: new AbortController().signal, idleTimeoutMs: 5_000, ...overrides };
}

async function failureOf(
  parts: AsyncIterable<SnapshotPart>,
): Promise<{ error: EtcdError; said: string; received: number }> {
  let received = 0;
  try {
    for await (const { blob } of parts) received += blob.length;
  } catch (error) {
    if (error instanceof EtcdError)
      return { error, said: `${error.finding.code}: ${error.message}`, received };
    throw error;
  }
  throw new Error(`expected an EtcdError, got ${received} bytes`);
}

function receive(
  parts: AsyncIterable<SnapshotPart>,
  sink: (bytes: Buffer) => void | Promise<void>,
): Promise<ReceivedSnapshot> {
  return receiveSnapshot(parts, sink, {
    minimumBytesPerSecond: 1,
    windowMs: 10_000,
    now: () => performance.now(),
    onProgress: () => undefined,
  });
}

describe('a good answer', () => {
  test('arrives whole, however its bytes are cut', async () => {
    const random = numbers(3);
    serve(async (stream) => {
      stream.respond(GRPC, { waitForTrailers: true });
      for (let at = 0; at < STREAM.length;) {
        const length = Math.ceil(random() ** 4 * 60_000) || 1;
        const piece = STREAM.subarray(at, at + length);
        await new Promise<void>((resolve) => stream.write(piece, () => resolve()));
        at += length;
      }
      finish(stream, { 'grpc-status': '0' });
    });
    const sunk: Buffer[] = [];
    const received = await receive(clientWith().snapshot(optionsOf()), (bytes) => void sunk.push(bytes));
    expect(received).toMatchObject({ databaseBytes: DATABASE.length, storageVersion: '3.6.0' });
    expect(Buffer.concat(sunk).subarray(0, -32).equals(DATABASE)).toBe(true);
  });

  test('is asked for as gRPC has it, on a connection of its own that ends with it', async () => {
    const asked = Promise.withResolvers<{ headers: object; body: string }>();
    gateway.answer(PATH, (body) => ({
      serve: async (stream) => {
        asked.resolve({ headers: stream.sentHeaders, body });
        await begin(stream, STREAM);
        finish(stream, { 'grpc-status': '0' });
      },
    }));
    const streams: Duplex[] = [];
    const open = async (): Promise<Duplex> => {
      const stream = await openChannel('127.0.0.1', gateway.port)();
      streams.push(stream);
      return stream;
    };
    const client = clientWith({ open });
    await client.rangeLinearizable('a');
    await receive(client.snapshot(optionsOf()), () => undefined);
    expect((await asked.promise).body).toBe('\0\0\0\0\0');
    expect(gateway.requests).toEqual(['POST /v3/kv/range', `POST ${PATH}`]);
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([false, true]);
  });

  test('is not asked for before the first part is', async () => {
    const parts = clientWith().snapshot(optionsOf());
    await sleep(50);
    expect(gateway.connections).toBe(0);
    await parts.return();
  });

  test('goes on when its stream is wanted by others and when the member announces its end', async () => {
    const streams: Duplex[] = [];
    const open = async (): Promise<Duplex> => {
      const stream = await openChannel('127.0.0.1', gateway.port)();
      streams.push(stream);
      return stream;
    };
    serve(async (stream) => {
      await begin(stream, STREAM.subarray(0, 100_000));
      streams[0]?.emit('wanted');
      gateway.goAway();
      await sleep(100);
      stream.write(STREAM.subarray(100_000));
      finish(stream, { 'grpc-status': '0' });
    });
    const received = await receive(clientWith({ open }).snapshot(optionsOf()), () => undefined);
    expect(received.databaseBytes).toBe(DATABASE.length);
  });
});

describe('etcd refuses', () => {
  test.each<[string, OutgoingHttpHeaders, string, string]>([
    [
      'at once',
      { 'grpc-status': '14', 'grpc-message': 'etcdserver: server stopped' },
      'snapshot-refused',
      'rejected',
    ],
    [
      'as unknown',
      { 'grpc-status': '12', 'grpc-message': 'unknown method' },
      'snapshot-refused',
      'unsupported',
    ],
    [
      'by authentication',
      { 'grpc-status': '7', 'grpc-message': 'etcdserver: permission denied' },
      'etcd-authentication-on',
      'permission-denied',
    ],
    [
      'a client without a user',
      { 'grpc-status': '3', 'grpc-message': 'etcdserver: user name is empty' },
      'etcd-authentication-on',
      'permission-denied',
    ],
  ])('%s, in headers alone and in trailers', async (_, status, code, kind) => {
    serve((stream) => stream.respond({ ...GRPC, ...status }, { endStream: true }));
    const { error } = await failureOf(clientWith().snapshot(optionsOf()));
    expect(error).toMatchObject({ kind, reason: status['grpc-message'], finding: { code, host: 'infra0' } });
    serve((stream) => {
      stream.respond(GRPC, { waitForTrailers: true });
      finish(stream, status);
    });
    expect((await failureOf(clientWith().snapshot(optionsOf()))).error).toMatchObject({
      kind,
      finding: { code },
    });
  });

  test('with words that are encoded, long and not printable', async () => {
    const message = `%C5%BElu%0a%1B[31m%E2%80%AE%zz%${'%41'.repeat(20_000)}`;
    serve((stream) =>
      stream.respond({ ...GRPC, 'grpc-status': '13', 'grpc-message': message }, { endStream: true }),
    );
    const { reason } = (await failureOf(clientWith().snapshot(optionsOf()))).error;
    expect(reason).toMatch(/^žlu \[31m %zz%A+…$/);
    expect(reason.length).toBeLessThan(310);
  });

  test('in the middle: the data so far is no snapshot', async () => {
    serve(async (stream) => {
      await begin(stream, STREAM.subarray(0, 100_000));
      finish(stream, { 'grpc-status': '14', 'grpc-message': 'etcdserver: server stopped' });
    });
    const { said, received } = await failureOf(clientWith().snapshot(optionsOf()));
    expect(said).toContain('snapshot-cut-off');
    expect(said).toContain('after 96 KiB of 300 KiB: "etcdserver: server stopped" (gRPC status 14)');
    expect(received).toBe(96 * 1024);
  });
});

describe('an answer that is none of etcd', () => {
  test.each<[string, OutgoingHttpHeaders, Buffer, string]>([
    [
      'another status',
      { ':status': 502, 'content-type': 'text/html' },
      STREAM,
      'HTTP 502 with the content type "text/html"',
    ],
    ['another content', { ':status': 200, 'content-type': 'application/json' }, STREAM, '"application/json"'],
    ['no content type', { ':status': 200 }, STREAM, 'the content type ""'],
    ['gRPC for browsers', { ':status': 200, 'content-type': 'application/grpc-web' }, STREAM, 'grpc-web'],
    ['a compressed message', GRPC, Buffer.from('0100000000', 'hex'), 'the flag 1 of a compressed one'],
    ['a message of 4 GiB', GRPC, Buffer.from('00ffffffff', 'hex'), '4294967295 bytes'],
    ['another message', GRPC, frame(Buffer.from('1affff', 'hex')), 'ends within a field'],
  ])('%s', async (_, headers, bytes, words) => {
    serve((stream) => begin(stream, bytes, headers));
    const { error } = await failureOf(clientWith().snapshot(optionsOf()));
    expect(error.kind).toBe('unexpected-answer');
    expect(error.finding.code).toBe('etcd-protocol-mismatch');
    expect(error.message).toContain(words);
  });
});

describe('a stream that ends before its time', () => {
  const HALF = STREAM.subarray(0, 150_000);
  const ends: [string, (stream: ServerHttp2Stream) => unknown][] = [
    ['by a reset', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR)],
    // Node reports no error for this one.
    ['by being cancelled', (stream) => stream.close(constants.NGHTTP2_CANCEL)],
    ['without a status', (stream) => finish(stream, {})],
    ['without trailers', (stream) => finish(stream, { 'x-other': '1' })],
    ['with a status that is no number', (stream) => finish(stream, { 'grpc-status': '0x0' })],
    ['with its session', (stream) => stream.session?.destroy()],
    ['with a goaway that is an error', (stream) => stream.session?.goaway(constants.NGHTTP2_INTERNAL_ERROR)],
    ['with its connection', () => gateway.cutConnections()],
    [
      'in the middle of a message, and says that it was successful',
      (stream) => finish(stream, { 'grpc-status': '0' }),
    ],
  ];

  test.each(ends)('%s is cut off', async (_, end) => {
    serve(async (stream) => {
      await begin(stream, HALF);
      await sleep(50);
      end(stream);
    });
    const { said, error } = await failureOf(clientWith().snapshot(optionsOf()));
    expect(said).toContain('snapshot-cut-off');
    expect(said).toMatch(/ended after 128 KiB of 300 KiB: /);
    expect(error.kind).toBe('connection-lost');
  });

  test('between two messages, and says that it was successful: the parts do not fit', async () => {
    serve(async (stream) => {
      await begin(stream, STREAM.subarray(0, 3 * (STREAM.indexOf('3.6.0') + 5)));
      finish(stream, { 'grpc-status': '0' });
    });
    await expect(receive(clientWith().snapshot(optionsOf()), () => undefined)).rejects.toMatchObject({
      code: 'snapshot-cut-off',
    });
  });

  test('before it began: as any other request', async () => {
    gateway.answer(PATH, 'cut');
    const { error } = await failureOf(clientWith().snapshot(optionsOf()));
    expect(error.finding.code).toBe('etcd-connection-ended');
  });
});

describe('time', () => {
  test('no answer at all', async () => {
    gateway.answer(PATH, 'hang');
    const { error } = await failureOf(clientWith().snapshot(optionsOf({ idleTimeoutMs: 200 })));
    expect(error).toMatchObject({ kind: 'timeout', finding: { code: 'etcd-too-slow' } });
  });

  test('a stream that stops', async () => {
    serve((stream) => begin(stream, STREAM.subarray(0, 100_000)));
    const { error, said } = await failureOf(clientWith().snapshot(optionsOf({ idleTimeoutMs: 300 })));
    expect(said).toContain('snapshot-stalled');
    expect(said).toContain('Nothing of the snapshot arrived for 300 ms, after 96 KiB of 300 KiB.');
    expect(error.kind).toBe('timeout');
  });

  test('a message that never ends, although its bytes keep coming', async () => {
    serve(async (stream) => {
      await begin(stream, STREAM.subarray(0, 100_000));
      for (let at = 100_000; !stream.destroyed; at += 1) {
        stream.write(STREAM.subarray(at, at + 1));
        await sleep(30);
      }
    });
    const startedAt = performance.now();
    const { said } = await failureOf(clientWith().snapshot(optionsOf({ idleTimeoutMs: 400 })));
    expect(said).toContain('snapshot-stalled');
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test('in which the reader does something else does not count', async () => {
    serve(async (stream) => {
      await begin(stream, STREAM);
      finish(stream, { 'grpc-status': '0' });
    });
    let sinks = 0;
    const slow = async (): Promise<void> => {
      sinks += 1;
      if (sinks === 2) await sleep(700);
    };
    const received = await receive(clientWith().snapshot(optionsOf({ idleTimeoutMs: 300 })), slow);
    expect(received.databaseBytes).toBe(DATABASE.length);
  });
});

describe('a snapshot that is given up', () => {
  const endless = (stream: ServerHttp2Stream): Promise<void> => begin(stream, STREAM.subarray(0, 100_000));

  test.each([
    ['by its signal', (controller: AbortController) => controller.abort()],
    ['by closing the client', (_: AbortController, client: EtcdClient) => client.close()],
  ])('%s ends at once, with its connection', async (_, giveUp) => {
    const closed = Promise.withResolvers<unknown>();
    serve((stream) => {
      stream.once('close', closed.resolve);
      return endless(stream);
    });
    const client = clientWith();
    const controller = new AbortController();
    const failure = failureOf(client.snapshot(optionsOf({ signal: controller.signal })));
    await gateway.heard(PATH);
    await sleep(100);
    giveUp(controller, client);
    const { said } = await failure;
    expect(said).toContain('snapshot-cut-off');
    expect(said).toContain('The snapshot was given up after 96 KiB of 300 KiB.');
    await closed.promise;
  });

  test('before it began, too', async () => {
    const { said } = await failureOf(clientWith().snapshot(optionsOf({ signal: AbortSignal.abort() })));
    expect(said).toContain('given up after 0 bytes');
    expect(gateway.connections).toBe(0);
    const closed = clientWith();
    closed.close();
    expect((await failureOf(closed.snapshot(optionsOf()))).said).toContain('given up');
  });

  test('while it waits for the answer, too', async () => {
    gateway.answer(PATH, 'hang');
    const controller = new AbortController();
    const failure = failureOf(clientWith().snapshot(optionsOf({ signal: controller.signal })));
    await gateway.heard(PATH);
    controller.abort();
    expect((await failure).said).toContain('given up after 0 bytes');
  });

  test('while the reader is busy gives no further part', async () => {
    serve(endless);
    const controller = new AbortController();
    let parts = 0;
    const reading = receive(clientWith().snapshot(optionsOf({ signal: controller.signal })), () => {
      parts += 1;
      controller.abort();
    });
    await expect(reading).rejects.toMatchObject({ finding: { code: 'snapshot-cut-off' } });
    expect(parts).toBe(1);
  });

  test('by a reader that takes no more ends its connection', async () => {
    const closed = Promise.withResolvers<unknown>();
    serve((stream) => {
      stream.once('close', closed.resolve);
      return endless(stream);
    });
    for await (const part of clientWith().snapshot(optionsOf())) {
      expect(part.blob).toHaveLength(32 * 1024);
      break;
    }
    await closed.promise;
  });
});

test('a slow reader stops the member, and other requests are answered meanwhile', async () => {
  const message = frame(encodeMessage({ remainingBytes: 2 ** 40, blob: Buffer.alloc(32 * 1024) }));
  serve(async (stream) => {
    stream.respond(GRPC, { waitForTrailers: true });
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    while (!stream.destroyed) {
      gateway.sent += message.length;
      await Promise.race([closed, new Promise<void>((done) => stream.write(message, () => done()))]);
    }
  });
  const client = clientWith();
  const parts = client.snapshot(optionsOf());
  await parts.next();
  let sent = -1;
  while (sent !== gateway.sent) {
    sent = gateway.sent;
    await sleep(300);
  }
  expect(gateway.sent).toBeLessThan(24 * 1024 * 1024);
  await client.rangeLinearizable('a', { timeoutMs: 1_000 });
  for (let count = 0; count < 1_000; count += 1) await parts.next();
  expect(gateway.sent).toBeGreaterThan(sent);
  await parts.return();
}, 30_000);
