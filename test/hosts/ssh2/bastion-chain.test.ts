import { once } from 'node:events';
import { createServer } from 'node:net';

import { afterAll, afterEach, describe, expect, test } from '@jest/globals';

import { BastionError } from '../../../src/hosts/host-error.ts';
import { BastionChain, type Ssh2Hop } from '../../../src/hosts/ssh2/connector.ts';
import { keyCredential } from '../../../src/hosts/ssh2/credential.ts';
import type { Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, KeptLog, pinned, usableKey } from '../ssh/client.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';
import { TestServer, type TestServerOptions } from './server.ts';

const folder = new TemporaryFolder();
const hostKey = sshKeygen(folder, 'host', 'ed25519');
const bastionKey = sshKeygen(folder, 'bastion', 'ed25519');
const key = usableKey(sshKeygen(folder, 'login', 'ed25519').privateText);
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

async function serve(options: Partial<TestServerOptions> = {}): Promise<TestServer> {
  const server = await TestServer.start({ hostKeys: [hostKey.privateText], ...options });
  toStop.push(() => server.stop());
  return server;
}

function serveBastion(options: Partial<TestServerOptions> = {}): Promise<TestServer> {
  return serve({ hostKeys: [bastionKey.privateText], ...options });
}

function hop(port: number, options: Partial<Ssh2Hop> = {}): Ssh2Hop {
  return {
    name: `bastion ${port}`,
    address: '127.0.0.1',
    port,
    user: 'jump',
    portInput: 'ssh-bastion',
    credential: keyCredential(key),
    pins: pinned(port, bastionKey.host),
    log: new KeptLog(),
    retryPausesMs: [20, 20],
    ...options,
  };
}

function chainOf(...hops: readonly [Ssh2Hop, ...Ssh2Hop[]]): BastionChain {
  const chain = new BastionChain(hops);
  toStop.push(() => chain.close());
  return chain;
}

/** Connects to a host behind the bastions, and leaves the connection open. */
async function connectBehind(
  chain: BastionChain,
  port: number,
  options: Partial<Parameters<typeof connectTo>[1]> = {},
): Promise<Transport> {
  const way = await chain.open();
  const transport = await connectTo(port, { key, pins: pinned(port, hostKey.host), ...way, ...options });
  toStop.push(() => transport.close());
  return transport;
}

async function run(transport: Transport, script: string): Promise<string> {
  const result = await transport.run({ title: 'a step', effect: 'reads', script, timeoutMs: 5000 });
  return result.stdout.toString();
}

test('three hosts share one connection to each of two bastions, and each host sees its own', async () => {
  const [first, second, ...hosts] = await Promise.all([
    serveBastion(),
    serveBastion(),
    serve(),
    serve(),
    serve(),
  ]);
  const chain = chainOf(hop(first.port), hop(second.port));
  const transports = await Promise.all(hosts.map(({ port }) => connectBehind(chain, port)));
  const answers = await Promise.all(transports.map((transport, n) => run(transport, `echo ${n}`)));
  expect(answers).toEqual(['0\n', '1\n', '2\n']);
  expect([first, second, ...hosts].map(({ connections }) => connections)).toEqual([1, 1, 1, 1, 1]);
  expect(first.logins).toEqual(['publickey jump', 'publickey jump']);
  expect(hosts[0].logins).toEqual(['publickey ubuntu', 'publickey ubuntu']);
  expect(first.commands).toEqual([]); // a bastion forwards, and runs nothing
  const [statistics] = transports.map((transport) => transport.statistics());
  expect(statistics?.bytesSent).toBeGreaterThan(500);
  expect(statistics?.bytesReceived).toBeGreaterThan(500);
});

test('nothing is connected to before the first host is, and closing ends the last bastion first', async () => {
  const [first, second, host] = await Promise.all([serveBastion(), serveBastion(), serve()]);
  const chain = chainOf(hop(first.port), hop(second.port));
  expect(first.connections).toBe(0);
  const transport = await connectBehind(chain, host.port);
  await transport.close();
  expect([first, second].map(({ open }) => open)).toEqual([1, 1]);
  await chain.close();
  await Promise.all([first.whenUnused(), second.whenUnused()]);
  await chain.close();
});

test('a stream to a port of the host goes through the whole chain', async () => {
  const [bastion, host] = await Promise.all([serveBastion(), serve()]);
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  toStop.push(() => new Promise((resolve) => echo.close(resolve)));
  const transport = await connectBehind(chainOf(hop(bastion.port)), host.port);
  const stream = await transport.openTcp('127.0.0.1', (echo.address() as { port: number }).port);
  const big = Buffer.alloc(3 * 1024 * 1024, 'x');
  stream.end(big);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).equals(big)).toBe(true);
});

describe('a bastion that fails is named, and no host is reported', () => {
  test('one with another key than is pinned, the second of two', async () => {
    const [first, second, host] = await Promise.all([serveBastion(), serve(), serve()]);
    const chain = chainOf(hop(first.port), hop(second.port));
    const errors = await Promise.all([1, 2].map(() => hostError(connectBehind(chain, host.port))));
    const [error, again] = errors;
    expect(error).toBeInstanceOf(BastionError);
    expect(again).toBe(error); // so that it is reported once
    expect(error?.finding).toMatchObject({ host: `bastion ${second.port}`, at: 'connect' });
    expect(error?.message).toContain(hostKey.fingerprint);
    expect(second.logins).toEqual([]);
    expect(host.connections).toBe(0);
  });

  test('one that refuses all users', async () => {
    const bastion = await serveBastion({ onAuthentication: (context) => context.reject(['publickey']) });
    const error = await hostError(connectBehind(chainOf(hop(bastion.port)), 1));
    expect(error.message).toMatch(/^\[bastion \d+\] connect: .*does not let user jump in/);
    expect(bastion.connections).toBe(1);
  });

  test('one that does not answer on that port', async () => {
    const bastion = await serveBastion();
    const { port } = bastion;
    await bastion.stop();
    const error = await hostError(connectBehind(chainOf(hop(port)), 1));
    expect(error.message).toMatch(/refuses connections\. .*give its port in `ssh-bastion`/);
  });
});

describe('a host behind a bastion that cannot be reached', () => {
  test('it is reported as the bastion sees it, tried three times over one connection', async () => {
    const [bastion, host] = await Promise.all([serveBastion(), serve()]);
    const { port } = host;
    await host.stop();
    const log = new KeptLog();
    const error = await hostError(connectBehind(chainOf(hop(bastion.port)), port, { log }));
    expect(error).not.toBeInstanceOf(BastionError);
    expect(error.finding.host).toBe('infra0');
    expect(error.message).toContain(`(no reason given), as the bastion ${bastion.port} sees it.`);
    expect(log.lines.filter((line) => line.includes('Trying again'))).toHaveLength(2);
    expect(bastion.connections).toBe(1);
  });

  test('forwarding that is forbidden is no matter of trying again', async () => {
    const [bastion, host] = await Promise.all([serveBastion({ forwarding: false }), serve()]);
    const log = new KeptLog();
    const error = await hostError(connectBehind(chainOf(hop(bastion.port)), host.port, { log }));
    expect(error.message).toContain(`the bastion ${bastion.port} does not forward connections to 127.0.0.1`);
    expect(error.message).toContain('AllowTcpForwarding');
    expect(log.lines.filter((line) => line.includes('Trying again'))).toEqual([]);
  });

  test('one that says nothing', async () => {
    const bastion = await serveBastion({ forwarding: 'never answered' });
    const error = await hostError(
      connectBehind(chainOf(hop(bastion.port)), 9, { connectTimeoutMs: 300, address: '10.0.0.6' }),
    );
    expect(error.message).toMatch(
      /10\.0\.0\.6:9 does not answer within 0\.3 s, as the bastion \d+ sees it\. .*must reach it/,
    );
  });

  test('one with another key than is pinned', async () => {
    const [bastion, host] = await Promise.all([serveBastion(), serve()]);
    const error = await hostError(
      connectBehind(chainOf(hop(bastion.port)), host.port, { pins: pinned(host.port, bastionKey.host) }),
    );
    expect(error.message).toContain(
      `[infra0] connect: the host shows the key ssh-ed25519 ${hostKey.fingerprint}`,
    );
    expect(host.logins).toEqual([]);
  });
});

describe('a bastion that is lost', () => {
  test.each([
    ['cut off', (server: TestServer) => server.cut(), {}],
    ['silent, as after a power cut', (server: TestServer) => server.freeze(), { keepaliveMs: 50 }],
  ])('%s: what goes on behind it says so', async (_, lose, options) => {
    const [bastion, host] = await Promise.all([serveBastion(), serve()]);
    const chain = chainOf(hop(bastion.port, options));
    const transport = await connectBehind(chain, host.port);
    expect(await run(transport, 'echo ok')).toBe('ok\n');
    const running = hostError(run(transport, 'sleep 5'));
    lose(bastion);
    expect((await running).message).toContain(`the connection to the bastion ${bastion.port} was lost`);
    const later = await hostError(connectBehind(chain, host.port));
    expect(later.message).toContain(`the connection to the bastion ${bastion.port} was lost`);
  });
});

test('a bastion that is still being connected to when the run ends is not left open', async () => {
  const bastion = await serveBastion();
  const chain = chainOf(hop(bastion.port));
  const opening = chain.open();
  await chain.close();
  await opening;
  await bastion.whenUnused();
});
