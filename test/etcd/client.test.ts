import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EtcdClient, type EtcdClientOptions } from '../../src/etcd/client.ts';
import { EtcdError } from '../../src/etcd/errors.ts';
import { strangeKeyPem, TestAuthority } from './certificates.ts';
import { GatewayStandIn, openChannel, openTcp, type StandInAnswer } from './gateway-stand-in.ts';

const HEADER = { cluster_id: '1', member_id: '2', revision: '7' };
const ANSWERS = {
  '/version': { body: { etcdserver: '3.6.5', etcdcluster: '3.6.0' } },
  '/v3/maintenance/status': { body: { header: HEADER, version: '3.6.5' } },
  '/v3/kv/range': { body: { header: HEADER } },
  '/v3/kv/put': { body: { header: HEADER } },
};

let gateway: GatewayStandIn;
const clients: EtcdClient[] = [];

beforeEach(async () => {
  gateway = new GatewayStandIn(ANSWERS);
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

/** Opens channels, and keeps them. */
function openings(): { streams: Duplex[]; open: () => Promise<Duplex> } {
  const streams: Duplex[] = [];
  const open = async (): Promise<Duplex> => {
    const stream = await openChannel('127.0.0.1', gateway.port)();
    streams.push(stream);
    return stream;
  };
  return { streams, open };
}

async function failureOf(work: Promise<unknown>): Promise<EtcdError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof EtcdError) return outcome;
  throw new Error(`expected an EtcdError, got ${String(outcome)}`);
}

describe('one connection', () => {
  test.each([
    ['a forwarded channel', openChannel],
    ['a TCP socket', openTcp],
  ])('serves all requests over %s, also the first ones made at once', async (_, open) => {
    const client = clientWith({ open: open('127.0.0.1', gateway.port) });
    await Promise.all([client.version(), client.status(), client.put('a', 'b')]);
    await client.rangeLinearizable('health');
    expect(gateway.requests).toHaveLength(4);
    expect(gateway.requests).toEqual(
      expect.arrayContaining(['GET /version', 'POST /v3/maintenance/status', 'POST /v3/kv/put']),
    );
    expect(gateway.connections).toBe(1);
  });

  test('takes an answer of megabytes whole', async () => {
    const version = `3.6.5${' '.repeat(7_000_000)}`;
    gateway.answer('/v3/maintenance/status', { body: { header: HEADER, version } });
    expect((await clientWith().status()).version).toBe(version);
  });

  test('trusts a CA below a root, as Go does, without the root', async () => {
    const below = new TestAuthority('etcd-ca', new TestAuthority('root'));
    const other = new GatewayStandIn(ANSWERS, below.issue({ commonName: 'infra0', ips: ['127.0.0.1'] }));
    try {
      const port = await other.listen();
      const credentials = { caPem: below.certificatePem, ...other.client };
      const client = clientWith({ port, open: openChannel('127.0.0.1', port), credentials });
      expect(await client.version()).toMatchObject({ server: '3.6.5' });
    } finally {
      await other.close();
    }
  });

  test('is reopened when it ended while nothing was asked', async () => {
    const client = clientWith();
    await client.version();
    gateway.cutConnections();
    await expect(client.version()).resolves.toMatchObject({ server: '3.6.5' });
    expect(gateway.connections).toBe(2);
  });

  test('that ended while nothing was asked is reopened once for all that are asked at once', async () => {
    const client = clientWith();
    await client.version();
    gateway.cutConnections();
    await Promise.all([client.version(), client.status(), client.rangeLinearizable('health')]);
    expect(gateway.connections).toBe(2);
  });

  test('that ends in the middle of the first requests is not reopened by each of them', async () => {
    gateway.answer('/version', () => (gateway.connections === 1 ? 'cut' : ANSWERS['/version']));
    const client = clientWith();
    const kinds = [client.version(), client.version(), client.version()].map(
      async (work) => (await failureOf(work)).kind,
    );
    expect(await Promise.all(kinds)).toEqual(['connection-lost', 'connection-lost', 'connection-lost']);
    // The second one finds out why, and carries no request: a refused request is not repeated.
    expect(gateway.connections).toBe(2);
  });

  test('that the member is about to end: pending requests are answered, later ones use another connection', async () => {
    const client = clientWith();
    const answer = Promise.withResolvers<StandInAnswer>();
    gateway.answer('/v3/kv/range', answer.promise);
    const read = client.rangeLinearizable('health');
    await gateway.heard('/v3/kv/range');
    gateway.goAway();
    // The client may send requests until it hears of the end. Requests that were not processed are retried, even a
    // write.
    let puts = 0;
    while (gateway.connections === 1) {
      await client.put('a', 'b');
      puts += 1;
    }
    answer.resolve(ANSWERS['/v3/kv/range']);
    await read;
    await client.version();
    expect(gateway.connections).toBe(2);
    expect(gateway.requests.filter((request) => request.endsWith('/put'))).toHaveLength(puts);
  });

  test('goes on when the member gives up a request: what only reads is asked once more, a write never', async () => {
    const client = clientWith();
    await client.version();
    const answer = Promise.withResolvers<StandInAnswer>();
    gateway.answer('/v3/maintenance/status', answer.promise);
    const status = client.status();
    gateway.answer('/v3/kv/put', 'reset');
    gateway.answer('/v3/kv/range', 'reset');
    expect((await failureOf(client.put('a', 'b'))).kind).toBe('connection-lost');
    expect((await failureOf(client.rangeLinearizable('health'))).kind).toBe('connection-lost');
    answer.resolve(ANSWERS['/v3/maintenance/status']);
    expect((await status).version).toBe('3.6.5');
    expect(gateway.requests.filter((request) => request.endsWith('/put'))).toHaveLength(1);
    expect(gateway.requests.filter((request) => request.endsWith('/range'))).toHaveLength(2);
    expect(gateway.connections).toBe(1);
  });

  test('that ends in the middle of a later request: what only reads is asked once more, a write never', async () => {
    const client = clientWith();
    await client.version();
    gateway.answer('/v3/kv/put', 'cut');
    expect((await failureOf(client.put('a', 'b'))).kind).toBe('connection-lost');
    expect(gateway.requests.filter((request) => request.endsWith('/put'))).toHaveLength(1);
    await client.version();
    gateway.answer('/v3/kv/range', 'cut');
    expect((await failureOf(client.rangeLinearizable('health'))).kind).toBe('connection-lost');
    expect(gateway.requests.filter((request) => request.endsWith('/range'))).toHaveLength(2);
  });

  // On hosts that permit few sessions and forward nothing, a connection kept for later prevents scripts from running.
  test('whose stream is wanted by others is given up when no request is under way on it, and reopened', async () => {
    const streams: Duplex[] = [];
    const open = async (): Promise<Duplex> => {
      const stream = await openChannel('127.0.0.1', gateway.port)();
      streams.push(stream);
      // As early as possible: the request that the stream was opened for is still to come.
      if (streams.length === 2) setImmediate(() => stream.emit('wanted'));
      return stream;
    };
    const client = clientWith({ open });
    await client.version();
    expect(streams[0]?.destroyed).toBe(false);
    streams[0]?.emit('wanted');
    expect(streams[0]?.destroyed).toBe(true);
    await client.put('a', 'b');
    expect(streams[1]?.destroyed).toBe(true);
    await client.version();
    expect(gateway.connections).toBe(3);
    expect(gateway.requests).toEqual(['GET /version', 'POST /v3/kv/put', 'GET /version']);
  });

  test('whose stream is wanted takes no further requests, so that those under way come to an end', async () => {
    const { streams, open } = openings();
    const answer = Promise.withResolvers<StandInAnswer>();
    gateway.answer('/v3/kv/put', answer.promise);
    const client = clientWith({ open });
    const put = client.put('a', 'b');
    await Promise.all([client.version(), gateway.heard('/v3/kv/put')]);
    streams[0]?.emit('wanted');
    expect(streams[0]?.destroyed).toBe(false);
    await client.version();
    expect(streams).toHaveLength(2);
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    answer.resolve(ANSWERS['/v3/kv/put']);
    await put;
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, false]);
  });

  test('that the member ends while nothing is asked leaves no stream open', async () => {
    const { streams, open } = openings();
    await clientWith({ open }).version();
    const [stream] = streams;
    if (stream === undefined) throw new Error('nothing was opened');
    const ended = new Promise((resolve) => stream.once('close', resolve));
    gateway.goAway();
    await ended;
  });

  test('whose stream breaks, with something under way or nothing, is reopened', async () => {
    const { streams, open } = openings();
    const client = clientWith({ open });
    await client.version();
    streams[0]?.destroy(new Error('the host is gone'));
    await client.version();
    gateway.answer('/v3/kv/put', 'hang');
    const put = failureOf(client.put('a', 'b'));
    await gateway.heard('/v3/kv/put');
    streams[1]?.destroy(new Error('the host is gone'));
    expect((await put).kind).toBe('connection-lost');
    await client.version();
    expect(streams).toHaveLength(3);
  });

  test('is ended by closing the client, with all pending requests and connections', async () => {
    gateway.answer('/metrics', 'stall');
    gateway.answer('/v3/kv/put', 'hang');
    const client = clientWith();
    const underWay = [client.metrics(), client.put('a', 'b')].map(failureOf);
    await gateway.heard('/v3/kv/put');
    client.close();
    for (const error of await Promise.all(underWay)) expect(error.reason).toBe('the client was closed');
    expect(gateway.connections).toBe(1);
    const late = Promise.withResolvers<Duplex>();
    const opening = clientWith({ open: () => late.promise });
    const waiting = failureOf(opening.version());
    opening.close();
    expect(await waiting).toMatchObject({ kind: 'connection-lost', reason: 'the client was closed' });
    const stream = await openChannel('127.0.0.1', gateway.port)();
    const ended = new Promise((resolve) => stream.once('close', resolve));
    late.resolve(stream);
    await ended;
  });

  test('is not opened again once the client is closed', async () => {
    const client = clientWith();
    await client.version();
    client.close();
    client.close();
    expect((await failureOf(client.version())).kind).toBe('connection-lost');
    expect(gateway.connections).toBe(1);
  });
});

describe('deadlines', () => {
  test('no answer: the request ends in time, and the next one gets a fresh connection', async () => {
    const client = clientWith();
    gateway.answer('/v3/kv/range', 'hang');
    const error = await failureOf(client.rangeLinearizable('health', { timeoutMs: 200 }));
    expect(error).toMatchObject({ kind: 'timeout', reason: 'context deadline exceeded' });
    expect(error.message).toContain('did not answer the request within 200ms');
    await expect(client.version()).resolves.toMatchObject({ server: '3.6.5' });
  });

  test('a request that hangs delays no other, and is given up alone', async () => {
    const client = clientWith();
    gateway.answer('/v3/kv/range', 'hang');
    const hanging = client.rangeLinearizable('health', { timeoutMs: 500 }).then(
      () => 'answered',
      () => 'given up',
    );
    expect(await Promise.race([hanging, client.version(), client.status()])).toMatchObject({});
    await client.put('a', 'b');
    expect(await Promise.race([hanging, Promise.resolve('under way')])).toBe('under way');
    expect(await hanging).toBe('given up');
    await client.version();
    expect(gateway.connections).toBe(1);
  });

  test('each of those that wait for a connection has its own time, and the connection serves the rest', async () => {
    const opening = Promise.withResolvers<Duplex>();
    const client = clientWith({ open: () => opening.promise });
    const rest = client.version();
    expect((await failureOf(client.status({ timeoutMs: 100 }))).message).toContain('No TCP connection');
    opening.resolve(await openChannel('127.0.0.1', gateway.port)());
    expect(await rest).toMatchObject({ server: '3.6.5' });
    expect(gateway.requests).toEqual(['GET /version']);
  });

  test('a request on a connection that is dead by now ends in its own time, also one after it', async () => {
    const { streams, open } = openings();
    const client = clientWith({ open });
    await client.version();
    // Drop all traffic silently, like a firewall that forgot the connection.
    const [dead] = streams;
    if (dead !== undefined) dead._write = () => undefined;
    const long = failureOf(client.status({ timeoutMs: 2_000 }));
    const startedAt = performance.now();
    expect((await failureOf(client.version({ timeoutMs: 150 }))).kind).toBe('timeout');
    expect(await client.version()).toMatchObject({ server: '3.6.5' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(gateway.connections).toBe(2);
    expect((await long).kind).toBe('timeout');
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, false]);
  });

  // The behaviour of a member that waits for its peers at the first start.
  test('a port that accepts and never answers the TLS handshake is named as such', async () => {
    const { port, close } = await listening(() => undefined);
    const client = clientWith({ port, open: openChannel('127.0.0.1', port) });
    const error = await failureOf(client.status({ timeoutMs: 200 }));
    expect(error.kind).toBe('timeout');
    expect(error.message).toContain('did not answer the TLS handshake within 200ms');
    await close();
  });

  test('a stream that comes after the deadline is ended, not kept', async () => {
    const late = Promise.withResolvers<Awaited<ReturnType<ReturnType<typeof openChannel>>>>();
    const client = clientWith({ open: () => late.promise });
    expect((await failureOf(client.status({ timeoutMs: 100 }))).message).toContain('No TCP connection');
    const stream = await openChannel('127.0.0.1', gateway.port)();
    const ended = new Promise((resolve) => stream.once('close', resolve));
    late.resolve(stream);
    await ended;
  });

  test('a signal ends a request before its own time', async () => {
    gateway.answer('/v3/kv/range', 'hang');
    const client = clientWith();
    const startedAt = performance.now();
    const error = await failureOf(client.rangeLinearizable('health', { signal: AbortSignal.timeout(150) }));
    expect(error.kind).toBe('timeout');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const late = await failureOf(client.version({ signal: AbortSignal.abort() }));
    expect(late.kind).toBe('timeout');
    expect(late.message).toContain('was not sent');
  });
});

describe('who is on the other side', () => {
  test.each([
    ['another CA', 'The server certificate', () => new TestAuthority('another').certificatePem],
    // Every kubeadm CA is called etcd-ca: only the signature distinguishes them.
    [
      'another CA of the same name',
      'CERT_SIGNATURE_FAILURE',
      () => new TestAuthority('etcd-ca').certificatePem,
    ],
  ])('%s', async (_, words, ca) => {
    const error = await failureOf(clientWith({ credentials: { ...gateway.client, caPem: ca() } }).status());
    expect(error.kind).toBe('server-certificate');
    expect(error.message).toContain(words);
    expect(gateway.requests).toEqual([]);
  });

  test.each([
    ['has expired', { notAfter: new Date('2021-01-01') }],
    ['is not valid yet', { notBefore: new Date('2079-01-01') }],
    ['does not name that address', { ips: ['127.0.0.2', '::2'] }],
    ['is not valid for a server', { usages: ['clientAuth'] as const }],
  ])('a server certificate that %s', async (words, request) => {
    const server = gateway.authority.issue({ commonName: 'infra0', ips: ['127.0.0.1'], ...request });
    const other = new GatewayStandIn(ANSWERS, server);
    const port = await other.listen();
    const client = clientWith({ port, open: openTcp('127.0.0.1', port) });
    const error = await failureOf(client.status());
    await other.close();
    expect(error.kind).toBe('server-certificate');
    expect(error.message).toContain(words);
  });

  test.each([
    ['key', { keyPem: strangeKeyPem() }],
    ['certificate', { certificatePem: 'nothing' }],
    ['CA', { caPem: 'nothing' }],
  ])('an unusable %s is told before anything is sent, without showing it', async (_, broken) => {
    const credentials = { caPem: gateway.authority.certificatePem, ...gateway.client, ...broken };
    const error = await failureOf(clientWith({ credentials }).status());
    expect(error.kind).toBe('client-certificate');
    expect(error.message).not.toContain('-----');
    expect(gateway.connections).toBe(0);
  });

  test('something that does not speak TLS', async () => {
    const { port, close } = await listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failureOf(clientWith({ port, open: openTcp('127.0.0.1', port) }).status());
    await close();
    expect(error.kind).toBe('tls');
    expect(error.message).toContain('does not speak TLS');
  });

  test.each([
    ['another protocol alone', ['http/1.1']],
    ['none that it names', undefined],
  ])('a server that speaks TLS, and over it %s', async (_, ALPNProtocols) => {
    const { certificatePem: cert, keyPem: key } = gateway.authority.issue({
      commonName: 'infra0',
      ips: ['127.0.0.1'],
    });
    const server = createTlsServer({ cert, key, ...(ALPNProtocols && { ALPNProtocols }) });
    server.on('secureConnection', (socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const error = await failureOf(clientWith({ port, open: openTcp('127.0.0.1', port) }).status());
    await new Promise((resolve) => server.close(resolve));
    expect(error).toMatchObject({ kind: 'tls', reason: 'the server does not speak HTTP/2' });
  });

  test('nothing at all', async () => {
    const { port, close } = await listening(() => undefined);
    await close();
    const error = await failureOf(clientWith({ port, open: openTcp('127.0.0.1', port) }).status());
    expect(error).toMatchObject({ kind: 'unreachable', reason: 'connection refused' });
  });

  test('a transport that fails with words of its own: they are kept', async () => {
    const finding = {
      host: 'infra0',
      at: 'connect',
      fact: 'Forwarding is off.',
      cause: 'Because.',
      fix: 'Turn it on.',
    };
    const client = clientWith({ open: () => Promise.reject(Object.assign(new Error('x'), { finding })) });
    const error = await failureOf(client.status());
    expect(error.kind).toBe('unreachable');
    expect(error.finding).toEqual({ ...finding, at: 'etcd' });
    expect(error.reason).toBe('Forwarding is off');
  });

  test('IPv6: brackets in the URL, the bare address against the certificate', async () => {
    const six = new GatewayStandIn(ANSWERS);
    const port = await six.listen('::1');
    const client = clientWith({
      address: '::1',
      port,
      open: openChannel('::1', port),
      credentials: { caPem: six.authority.certificatePem, ...six.client },
    });
    expect(client.endpoint).toBe(`https://[::1]:${port}`);
    await expect(client.version()).resolves.toMatchObject({ server: '3.6.5' });
    await six.close();
  });
});

describe('answers', () => {
  test('values come back as they were', async () => {
    const value = Buffer.from('žluťoučký').toString('base64');
    gateway.answer('/v3/kv/range', { body: { header: HEADER, kvs: [{ key: 'YQ==', value }], count: '1' } });
    expect(await clientWith().get('a')).toBe('žluťoučký');
    gateway.answer('/v3/kv/range', { body: { header: HEADER } });
    expect(await clientWith().get('a')).toBeNull();
  });

  test.each([
    ['text', 'hello', 'not JSON'],
    ['another message', { header: {}, raftIndex: 7 }, '"raftIndex" is not a whole number'],
  ])('%s in place of a status', async (_, body, words) => {
    gateway.answer('/v3/maintenance/status', { body });
    const error = await failureOf(clientWith().status());
    expect(error.kind).toBe('unexpected-answer');
    expect(error.message).toContain(words);
  });
});

describe('an answer without an end', () => {
  const MIB = 1024 * 1024;

  test.each([
    ['of any request', (client: EtcdClient): Promise<unknown> => client.status(), 8],
    ['metrics', (client: EtcdClient): Promise<unknown> => client.metrics({ timeoutMs: 30_000 }), 64],
  ])(
    '%s is read up to its limit, and the connection is closed',
    async (_, ask, limit) => {
      gateway.answer('/v3/maintenance/status', 'endless');
      gateway.answer('/metrics', 'endless');
      const client = clientWith();
      const { kind, message, finding } = await failureOf(ask(client));
      expect(kind).toBe('unexpected-answer');
      expect(message).toContain(`sent more than ${limit} MiB in one answer`);
      expect(finding.host).toBe('infra0');
      expect(gateway.sent).toBeLessThan((limit + 16) * MIB);
      await client.version();
      expect(gateway.connections).toBe(2);
    },
    60_000,
  ); // 64 MiB through TLS, on a machine that may be busy

  test('of headers is ended, by node itself or by the time of the request, and takes no memory', async () => {
    gateway.answer('/v3/maintenance/status', 'endless headers');
    const before = process.memoryUsage.rss();
    const { kind } = await failureOf(clientWith().status({ timeoutMs: 1500 }));
    expect(['timeout', 'connection-lost']).toContain(kind);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * MIB);
  });

  test('whose words of an error are long is quoted in part', async () => {
    const message = `etcdserver: ${'x\n'.repeat(MIB)}`;
    gateway.answer('/v3/maintenance/status', { status: 400, body: { code: 3, message } });
    const { finding, reason } = await failureOf(clientWith().status());
    expect(reason.length).toBeLessThan(1000);
    expect(finding.fact.length).toBeLessThan(1000);
    expect(finding.fact).not.toContain('\n');
  });
});

/** A TCP server that is closed together with its connections. */
async function listening(
  onConnection: (socket: Socket) => void,
): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
