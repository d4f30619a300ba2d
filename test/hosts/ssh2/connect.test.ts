import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import { afterAll, afterEach, describe, expect, test } from '@jest/globals';

import { isTransient } from '../../../src/hosts/ssh/connect-failure.ts';
import { connectFinding } from '../../../src/hosts/ssh/connect-finding.ts';
import type { PinnedFingerprint } from '../../../src/ssh-keys/host-keys.ts';
import { knownHostsLine } from '../../../src/ssh-keys/known-hosts.ts';
import { connectTo, hostError, KeptLog, pinned, pinsOf, usableKey } from '../ssh/client.ts';
import { TestServer, type TestServerOptions } from './server.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';

const PASSPHRASE = 'a passphrase that must stay secret';
const folder = new TemporaryFolder();
const hostEd25519 = sshKeygen(folder, 'host-ed25519', 'ed25519');
const hostEcdsa = sshKeygen(folder, 'host-ecdsa', 'ecdsa');
const hostRsa = sshKeygen(folder, 'host-rsa', 'rsa', ['-b', '2048']);
const other = sshKeygen(folder, 'other', 'ed25519');
const login = sshKeygen(folder, 'login', 'ed25519', ['-a', '1'], PASSPHRASE);
const key = usableKey(login.privateText, PASSPHRASE);

/** All output of this file, searched for secrets at the end. */
const said: string[] = [];
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(toStop.splice(0).map((stop) => stop()));
});
afterAll(() => folder.remove());

async function serve(options: Partial<TestServerOptions> = {}): Promise<TestServer> {
  const server = await TestServer.start({ hostKeys: [hostEd25519.privateText], ...options });
  toStop.push(() => server.stop());
  return server;
}

/** Starts a plain TCP server that handles each connection with `handle`. */
async function serveTcp(
  handle: (socket: Socket, index: number) => void,
): Promise<{ port: number; count: () => number }> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    handle(socket, count);
    count += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  toStop.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as { port: number }).port, count: () => count };
}

/** Connects, expects failure, and returns its message. */
async function refusal(
  port: number,
  options: Partial<Parameters<typeof connectTo>[1]> = {},
): Promise<string> {
  const log = new KeptLog();
  const error = await hostError(
    connectTo(port, { key, pins: pinned(port, hostEd25519.host), log, ...options }),
  );
  expect(error.finding).toMatchObject({ host: 'infra0', at: 'connect' });
  said.push(error.message, ...log.lines);
  return error.message;
}

describe('host keys', () => {
  test('an unknown host is refused before anything about the user is sent, with the line that makes it known', async () => {
    const server = await serve();
    const message = await refusal(server.port, { pins: pinned(server.port) });
    expect(server.logins).toEqual([]);
    expect(message).toContain(`ssh-ed25519 ${hostEd25519.fingerprint}`);
    expect(message).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    const line = /\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+(?= \(host-key-unknown, )/.exec(message)?.[0] ?? '';
    expect(line).toBe(knownHostsLine('127.0.0.1', server.port, hostEd25519.host));
    const transport = await connectTo(server.port, { key, pins: pinsOf(server.port, line) });
    await transport.close();
    expect(server.logins).toEqual(['publickey ubuntu', 'publickey ubuntu']);
  });

  test('a changed key: both fingerprints, no login', async () => {
    const server = await serve();
    const message = await refusal(server.port, { pins: pinned(server.port, other.host) });
    expect(message).toContain(`shows the key ssh-ed25519 ${hostEd25519.fingerprint}`);
    expect(message).toContain(`expects ssh-ed25519 ${other.fingerprint}`);
    expect(server.logins).toEqual([]);
    expect(server.connections).toBe(1);
  });

  test('a host that has none of the known types is named with the key it has', async () => {
    const server = await serve();
    const message = await refusal(server.port, {
      pins: pinned(server.port, hostRsa.host, hostEcdsa.host),
    });
    expect(message).toContain(
      `expects ssh-rsa ${hostRsa.fingerprint} or ecdsa-sha2-nistp256 ${hostEcdsa.fingerprint}`,
    );
    expect(message).toContain(hostEd25519.fingerprint);
    expect(server.logins).toEqual([]);
  });

  test('a revoked key is refused although it is also listed as good', async () => {
    const server = await serve();
    const text = `${knownHostsLine('127.0.0.1', server.port, hostEd25519.host)}\n@revoked * ${hostEd25519.publicLine}`;
    expect(await refusal(server.port, { pins: pinsOf(server.port, text) })).toContain('@revoked');
    expect(server.logins).toEqual([]);
  });

  test('a line for port 22 does not speak for another port', async () => {
    const server = await serve();
    const pins = pinsOf(server.port, `127.0.0.1 ${hostEd25519.publicLine}`);
    expect(await refusal(server.port, { pins })).toContain(`no key for 127.0.0.1 port ${server.port}`);
    expect(server.logins).toEqual([]);
  });

  test('a certificate authority alone does not do, and is distinguished from a host that is unknown', async () => {
    const server = await serve();
    const message = await refusal(server.port, {
      pins: pinsOf(server.port, `@cert-authority * ${other.publicLine}`, { policy: 'accept-new' }),
    });
    expect(message).toContain('a certificate authority');
    expect(message).toContain(knownHostsLine('127.0.0.1', server.port, hostEd25519.host));
    expect(server.logins).toEqual([]);
  });

  // A client's offers are in plain text: an attacker in between could choose another offered type.
  test.each([
    [[hostEd25519], ['ssh-ed25519']],
    [[hostRsa], ['rsa-sha2-512', 'rsa-sha2-256']],
    [
      [hostEcdsa, hostEd25519],
      ['ssh-ed25519', 'ecdsa-sha2-nistp256'],
    ],
  ])('only the types of the known keys are offered (%#)', async (pairs, expected) => {
    let said = '';
    const { port } = await serveTcp((socket) => {
      socket.write('SSH-2.0-OpenSSH_9.9\r\n');
      socket.on('data', (chunk) => (said += chunk.toString('latin1')));
    });
    await refusal(port, { pins: pinned(port, ...pairs.map(({ host }) => host)), connectTimeoutMs: 300 });
    const lists = said.split(/[^\x20-\x7e]+/).filter((list) => /^(?:ssh-|ecdsa-|rsa-)/.test(list));
    expect(lists).toEqual([expected.join(',')]);
  });

  // The server prefers Ed25519 in each case; the known key must decide.
  test.each([
    ['ssh-ed25519', hostEd25519, 'ssh-ed25519'],
    ['ecdsa', hostEcdsa, 'ecdsa-sha2-nistp256'],
    ['rsa, signing with SHA-2', hostRsa, 'rsa-sha2-512'],
  ])('of several host keys the known one is used: %s', async (_, pair, algorithm) => {
    const server = await serve({
      hostKeys: [hostEd25519, hostEcdsa, hostRsa].map(({ privateText }) => privateText),
    });
    const log = new KeptLog();
    const transport = await connectTo(server.port, { key, pins: pinned(server.port, pair.host), log });
    await transport.close();
    expect(log.lines.join('\n')).toContain(` ${algorithm},`);
    said.push(...log.lines);
  });
});

describe('fingerprints', () => {
  const all = [hostEd25519, hostEcdsa, hostRsa].map(({ privateText }) => privateText);
  const types = { [hostEcdsa.fingerprint]: ['ecdsa-sha2-nistp256'] };
  const given = (...fingerprints: readonly string[]): readonly PinnedFingerprint[] =>
    fingerprints.map((fingerprint) => ({ at: 'ssh-host-fingerprints, line 1', host: 'infra0', fingerprint }));

  test.each([
    ['of the type that the host prefers', hostEd25519, 1],
    ['of its second type', hostEcdsa, 2],
    ['of its last type', hostRsa, 3],
  ])('one %s lets in, after so many connections', async (_, { fingerprint }, connections) => {
    const server = await serve({ hostKeys: all });
    const pins = pinsOf(server.port, '', { fingerprints: given(fingerprint) });
    await (await connectTo(server.port, { key, pins })).close();
    expect(server.connections).toBe(connections);
    expect(server.logins).toEqual(['publickey ubuntu', 'publickey ubuntu']);
  });

  test('with its type it is found at once', async () => {
    const server = await serve({ hostKeys: all });
    const fingerprints = given(hostEcdsa.fingerprint).map((pin) => ({
      ...pin,
      types: types[pin.fingerprint] ?? [],
    }));
    await (await connectTo(server.port, { key, pins: pinsOf(server.port, '', { fingerprints }) })).close();
    expect(server.connections).toBe(1);
  });

  test('of several any will do', async () => {
    const server = await serve();
    const fingerprints = given(other.fingerprint, hostEd25519.fingerprint);
    await (await connectTo(server.port, { key, pins: pinsOf(server.port, '', { fingerprints }) })).close();
    expect(server.connections).toBe(1);
  });

  test('a wrong one: all keys of the host are reported, no login', async () => {
    const server = await serve({ hostKeys: all });
    const message = await refusal(server.port, {
      pins: pinsOf(server.port, '', { fingerprints: given(other.fingerprint), policy: 'accept-new' }),
    });
    for (const { fingerprint } of [hostEd25519, hostEcdsa, hostRsa]) expect(message).toContain(fingerprint);
    expect(message).toContain(`ssh-host-fingerprints expects ${other.fingerprint}`);
    expect(message).toMatch(
      new RegExp(`infra0 ${hostEd25519.fingerprint.replaceAll(/[+]/g, '\\+')} \\(host-key-mismatch, `), // the line to put in its place
    );
    expect(server.logins).toEqual([]);
  });

  test('a revoked key is refused although its fingerprint is given', async () => {
    const server = await serve({ hostKeys: all });
    const pins = pinsOf(server.port, `@revoked * ${hostEd25519.publicLine}`, {
      fingerprints: given(hostEd25519.fingerprint),
    });
    expect(await refusal(server.port, { pins })).toContain('@revoked');
    expect(server.connections).toBe(1);
  });
});

describe('host-key-policy: accept-new', () => {
  test('takes an unknown key, warns, and tells the line that pins it', async () => {
    const server = await serve();
    const log = new KeptLog();
    const lines: string[] = [];
    const pins = pinsOf(server.port, '', { policy: 'accept-new' });
    const transport = await connectTo(server.port, {
      key,
      pins,
      log,
      onAcceptedKey: (line) => lines.push(line),
    });
    await transport.close();
    expect(lines).toEqual([knownHostsLine('127.0.0.1', server.port, hostEd25519.host)]);
    expect(log.lines.join('\n')).toContain('was accepted unverified');
    expect(log.lines.join('\n')).toContain(lines[0] ?? '');
    said.push(...log.lines);
  });

  test('takes no other key than the one that is pinned, and no revoked one', async () => {
    const server = await serve();
    const lines: string[] = [];
    const texts = [
      knownHostsLine('127.0.0.1', server.port, other.host),
      `@revoked * ${hostEd25519.publicLine}`,
    ];
    for (const text of texts) {
      const pins = pinsOf(server.port, text, { policy: 'accept-new' });
      await refusal(server.port, { pins, onAcceptedKey: (line) => lines.push(line) });
    }
    expect(lines).toEqual([]);
    expect(server.logins).toEqual([]);
  });
});

describe('a line that names the host otherwise than it is connected to', () => {
  test('revokes its key all the same', async () => {
    const server = await serve();
    const fingerprints: PinnedFingerprint[] = [
      { at: '', host: '127.0.0.1', fingerprint: hostEd25519.fingerprint },
    ];
    const pins = pinsOf(server.port, `@revoked 127.0.0.1 ${hostEd25519.publicLine}`, { fingerprints });
    expect(await refusal(server.port, { pins })).toContain('@revoked');
    expect(server.logins).toEqual([]);
  });

  test('keeps accept-new from it, and is named', async () => {
    const server = await serve();
    const text = `# list\n127.0.0.1 ${other.publicLine}\n[infra0]:2200 ${other.publicLine}`;
    const message = await refusal(server.port, { pins: pinsOf(server.port, text, { policy: 'accept-new' }) });
    expect(message).toContain('line 2, 3 of ssh-known-hosts names this host by another name');
    expect(message).toContain(`the name must be [127.0.0.1]:${server.port}.`);
    expect(server.logins).toEqual([]);
  });
});

describe('logging in', () => {
  test('only the key is tried, once, and a refusal says which', async () => {
    const server = await serve({ onAuthentication: (context) => context.reject(['publickey', 'password']) });
    const message = await refusal(server.port);
    expect(server.logins).toEqual(['publickey ubuntu']);
    expect(server.connections).toBe(1);
    expect(message).toContain(`user ubuntu in with the ssh-ed25519 key ${login.fingerprint}`);
    expect(message).toContain('it accepts: publickey, password');
    expect(message).toContain('ssh-keygen -lf ~ubuntu/.ssh/authorized_keys');
  });

  test('a second factor is distinguished from a refusal', async () => {
    const server = await serve({
      onAuthentication: (context) => context.reject(['keyboard-interactive'], true),
    });
    expect(await refusal(server.port)).toMatch(
      /accepted the ssh-ed25519 key .* requires more \(it accepts: keyboard-interactive\)/,
    );
  });

  test('a connection closed during the login is not tried again', async () => {
    const server = await serve({ onAuthentication: (_, connection) => connection.end() });
    expect(await refusal(server.port)).toContain('closed the connection during authentication');
    expect(server.connections).toBe(1);
  });

  test('a login that hangs is named as such', async () => {
    const server = await serve({ onAuthentication: () => undefined });
    expect(await refusal(server.port, { connectTimeoutMs: 400 })).toContain(
      'did not finish authentication within 0.4 s',
    );
  });
});

describe('no common algorithm', () => {
  test.each([
    ['key exchange algorithm', { kex: ['diffie-hellman-group14-sha1'] }],
    ['C->S cipher', { cipher: ['aes128-cbc'] }],
    ['C->S MAC', { cipher: ['aes128-ctr'], hmac: ['hmac-sha1'] }],
  ] as const)('%s', async (what, algorithms) => {
    const server = await serve({
      algorithms: algorithms as unknown as NonNullable<TestServerOptions['algorithms']>,
    });
    expect(await refusal(server.port)).toContain(`have no ${what} in common`);
    expect(server.connections).toBe(1);
  });

  test('a host key that signs with SHA-1 only', async () => {
    const server = await serve({
      hostKeys: [hostRsa.privateText],
      algorithms: { serverHostKey: ['ssh-rsa'] },
    });
    expect(await refusal(server.port, { pins: pinned(server.port, hostRsa.host) })).toContain(
      'no host key format',
    );
  });
});

describe('no connection', () => {
  test('a closed port, tried three times', async () => {
    const { port } = await serveTcp(() => undefined);
    await Promise.all(toStop.splice(0).map((stop) => stop()));
    const log = new KeptLog();
    expect(await refusal(port, { log })).toContain(`127.0.0.1:${port} refuses connections`);
    expect(log.lines.filter((line) => line.includes('Trying again'))).toHaveLength(2);
  });

  test('a name that does not resolve (names under .invalid never do, RFC 2606)', async () => {
    const message = await refusal(22, { address: 'no-such-host.invalid', pins: pinned(22) });
    expect(message).toContain('no-such-host.invalid does not resolve');
  });

  // A stopped process accepts nothing; two connections fill its queue, and the kernel then drops new ones.
  test('a host that does not answer at all', async () => {
    const script = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      console.log(s.address().port); process.kill(process.pid, 'SIGSTOP'); })`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    toStop.push(() => {
      child.kill('SIGKILL');
      return once(child, 'exit');
    });
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(chunk.toString());
    const fillers = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(fillers.map((socket) => once(socket, 'connect')));
    const started = performance.now();
    expect(await refusal(port, { connectTimeoutMs: 500 })).toMatch(
      /does not answer within 0\.5 s.*GitHub-hosted/,
    );
    expect(performance.now() - started).toBeLessThan(1500);
    for (const socket of fillers) socket.destroy();
  });

  test('one that takes the connection and says nothing', async () => {
    const { port, count } = await serveTcp(() => undefined);
    expect(await refusal(port, { connectTimeoutMs: 300 })).toContain('sends nothing within 0.3 s (greeting)');
    expect(count()).toBe(1);
  });

  test('one that says nothing after the greeting', async () => {
    const { port } = await serveTcp((socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'));
    expect(await refusal(port, { connectTimeoutMs: 300 })).toContain(
      'sends nothing within 0.3 s (key exchange)',
    );
  });

  test.each([
    ['without a word', '', /closes the connection before the SSH handshake is done\./],
    ['as sshd does past MaxStartups', 'Exceeded MaxStartups\r\n', /saying: Exceeded MaxStartups\./],
    ['as sshd does in a penalty', 'Not allowed at this time\r\n', /saying: Not allowed at this time\./],
    ['after the greeting', 'SSH-2.0-OpenSSH_9.9\r\n', /before the SSH handshake is done\./],
  ])('one that closes the connection %s, tried three times', async (_, words, expected) => {
    const { port, count } = await serveTcp((socket) => socket.end(words));
    expect(await refusal(port)).toMatch(expected);
    expect(count()).toBe(3);
  });

  test.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', true],
    ['SSH 1', 'SSH-1.5-ancient\r\n', false],
  ])('another service (%s) is not tried again', async (_, words, close) => {
    const { port, count } = await serveTcp((socket) => {
      if (close) socket.end(words);
      else socket.write(words);
    });
    expect(await refusal(port)).toContain(words.trim().slice(0, 12));
    expect(count()).toBe(1);
  });

  test('one that is only busy for a moment is reached', async () => {
    const server = await serve();
    const { port } = await serveTcp((socket, index) => {
      if (index < 2) socket.destroy();
      else socket.pipe(connect(server.port, '127.0.0.1')).pipe(socket);
    });
    const transport = await connectTo(port, { key, pins: pinned(port, hostEd25519.host) });
    await transport.close();
  });

  test('pauses end before the time limit, not after it', async () => {
    const { port, count } = await serveTcp((socket) => socket.destroy());
    const started = performance.now();
    await refusal(port, { connectTimeoutMs: 400, retryPausesMs: [100, 10_000] });
    expect(count()).toBe(2);
    expect(performance.now() - started).toBeLessThan(400);
  });
});

// Failures that no server here can produce.
describe('words for the rest', () => {
  const target = { name: 'infra0', address: '2001:db8::1', port: 22, user: 'ubuntu' };
  test.each([
    [
      { kind: 'unreachable', code: 'EHOSTUNREACH' },
      /no route to \[2001:db8::1\]:22 \(EHOSTUNREACH\).*firewall/,
      true,
    ],
    [{ kind: 'name', code: 'EAI_AGAIN' }, /does not resolve \(EAI_AGAIN\)/, true],
    [{ kind: 'host-key-unproven' }, /cannot prove/, false],
    [{ kind: 'disconnected', said: 'go\naway\u0007' }, /broke off, saying: go away/, false],
    [
      { kind: 'nologin', said: 'System is booting up. Try later.\n' },
      /saying: System is booting up\. Try later\. /,
      true,
    ],
    [{ kind: 'nologin', said: '"System is going down."' }, /is shutting down, or \/run\/nologin/, false],
    [
      {
        kind: 'authentication',
        methods: ['publickey'],
        said: `Authorized\u0007 use only.${'!'.repeat(900)}`,
      },
      /accepts: publickey\), saying: Authorized use only\.!{100,200}….*locked.*UsePAM no/,
      false,
    ],
    [{ kind: 'protocol', said: 'Bad packet length' }, /Bad packet length/, false],
  ] as const)('%j', (failure, expected, transient) => {
    const { host, fact, cause, fix } = connectFinding(target, [key], failure);
    expect(`${host} ${fact} ${cause ?? ''} ${fix}`).toMatch(expected);
    expect(isTransient(failure)).toBe(transient);
  });
});

test('nothing that was said holds a piece of the private key or the passphrase', () => {
  const text = said.join('\n');
  expect(said.length).toBeGreaterThan(20);
  expect(text).not.toContain(PASSPHRASE);
  for (const line of login.privateText.split('\n').slice(1, -2))
    expect(text).not.toContain(line.slice(0, 30));
  const { seed } = /(?<seed>[A-Za-z0-9+/]{30,})/.exec(key.key.getPrivatePEM())?.groups ?? {};
  expect(text).not.toContain(seed ?? 'no seed');
});
