import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { Ssh2ConnectOptions } from '../../../src/hosts/ssh2/connector.ts';
import type { RemoteResult, RemoteScript, Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, pinned, usableKey } from '../ssh/client.ts';
import { TcpServer } from '../transports/tcp-server.ts';
import { TestServer, type TestServerOptions } from './server.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';

jest.setTimeout(20_000); // starts many processes, on a machine that may be busy

const folder = new TemporaryFolder();
const hostKey = sshKeygen(folder, 'host', 'ed25519');
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
const toStop: (() => Promise<unknown>)[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

/** A folder with a `sudo` of this text, to come first in the PATH. */
function fakeSudo(name: string, text: string): string {
  const bin = folder.at(name);
  mkdirSync(bin);
  writeFileSync(`${bin}/sudo`, `#!/bin/sh\n${text}\n`);
  chmodSync(`${bin}/sudo`, 0o755);
  return bin;
}

// Admits everyone, with the noise of a real sudo if the host name is not in /etc/hosts.
const goodSudo = fakeSudo(
  'good',
  'echo "sudo: unable to resolve host infra0: Name or service not known" >&2; [ "$1 $2" = "-n --" ] && shift 2 && exec "$@"',
);

beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
});
afterEach(async () => {
  await Promise.all(toStop.splice(0).map((stop) => stop()));
  await sleep(5);
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});
afterAll(() => folder.remove());

interface Setup {
  readonly server: TestServer;
  readonly transport: Transport;
}

async function setUp(
  server: Partial<TestServerOptions> = {},
  options: Partial<Ssh2ConnectOptions> = {},
): Promise<Setup> {
  const started = await TestServer.start({ hostKeys: [hostKey.privateText], path: goodSudo, ...server });
  const pins = pinned(started.port, hostKey.host);
  const transport = await connectTo(started.port, { key, pins, ...options });
  toStop.push(async () => {
    await transport.close();
    await started.stop();
  });
  return { server: started, transport };
}

/** The same with a spare shell that is certainly ready. */
async function setUpWarm(): Promise<Setup> {
  const setup = await setUp();
  await run(setup.transport, ':');
  await until(() => setup.server.commands.length === 2);
  await sleep(200);
  return setup;
}

/** Waits for a condition; the test's own time limit ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

function run(transport: Transport, script: string, more: Partial<RemoteScript> = {}): Promise<RemoteResult> {
  return transport.run({ title: 'a step', effect: 'changes', script, timeoutMs: 10_000, ...more });
}

describe('a script', () => {
  test('is not touched by what start-up files, banners and sudo print', async () => {
    const noise = (command: string): string =>
      `echo Welcome; printf 'no newline'; echo warning >&2; printf 'etcd-ha-root' >&2; ${command}`;
    const { transport } = await setUp({ login: noise });
    const progress: string[] = [];
    const result = await run(transport, 'echo out; echo err >&2', {
      onProgress: (line) => progress.push(line),
    });
    expect(result).toEqual({ code: 0, stdout: Buffer.from('out\n'), stderr: 'err\n' });
    expect(progress).toEqual(['err']);
  });

  test('leaves no trace of itself or its input in command lines', async () => {
    const { server, transport } = await setUp();
    await run(transport, 'echo visible-in-no-argv', { input: Buffer.from('secret') });
    expect(new Set(server.commands).size).toBe(1);
    expect(server.commands.join()).not.toMatch(/visible|secret/);
    expect(server.commands[0]).toMatch(/^env LC_ALL=C sudo -n -- bash --norc -p -c '/);
  });

  test('of user root needs no sudo', async () => {
    const { server, transport } = await setUp({ path: fakeSudo('none', 'exit 1') }, { user: 'root' });
    expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
    expect(server.commands[0]).toMatch(/^env LC_ALL=C bash --norc -p -c '/);
  });
});

describe('the spare shell', () => {
  test('is started at login and with each script, so that the next finds one', async () => {
    const { server, transport } = await setUp();
    for (const n of ['1', '2', '3'])
      expect((await run(transport, `echo ${n}`)).stdout.toString()).toBe(`${n}\n`);
    await until(() => server.commands.length === 4);
    expect(transport.statistics()).toMatchObject({ connections: 1, channels: 4 });
  });

  // Unused, it would cost a sudo and a root bash just when the host has other work to do.
  test('is not started behind a script that is said to be the last, and one that follows all the same finds its own', async () => {
    const { server, transport } = await setUp();
    await run(transport, ':', { isLast: true });
    await sleep(200);
    expect(server.commands).toHaveLength(1);
    expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
    await until(() => server.commands.length === 3);
  });

  test('that has died is replaced', async () => {
    const { server, transport } = await setUp();
    await until(() => server.commands.length === 1);
    server.kill(0);
    await until(() => server.openSessions === 0);
    await sleep(50);
    expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
  });

  test('that failed to start earlier says nothing of now', async () => {
    const { server, transport } = await setUp({
      login: (command, index) => (index === 0 ? 'exit 1' : command),
    });
    await until(() => server.commands.length === 1 && server.openSessions === 0);
    await sleep(50);
    expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
  });
});

describe('no root shell', () => {
  test.each<[string, string, RegExp]>([
    [
      'a password',
      'echo "sudo: a password is required" >&2; exit 1',
      /asks user ubuntu for a password.*NOPASSWD/,
    ],
    ['a terminal', 'echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1', /requires a terminal/],
    ['no rights', 'echo "ubuntu is not in the sudoers file." >&2; exit 1', /may not use sudo/],
    ['no bash', 'echo "sudo: bash: command not found" >&2; exit 1', /no bash/],
  ])('sudo: %s', async (name, text, expected) => {
    const { transport } = await setUp({ path: fakeSudo(name.replaceAll(' ', '-'), text) });
    const error = await hostError(run(transport, 'echo', { title: 'probe' }));
    expect(error.finding).toMatchObject({ host: 'infra0', at: 'probe' });
    expect(error.message).toMatch(expected);
  });

  test('sudo is missing', async () => {
    const { transport } = await setUp({ login: (command) => command.replace('sudo', 'no-such-sudo') });
    expect((await hostError(run(transport, ':'))).message).toMatch(/saying: .*no-such-sudo/);
  });

  // The peer may be anything, so nothing is sent before it has identified itself as the shell.
  test('a forced command gets neither script nor input', async () => {
    const { server, transport } = await setUp({ login: () => 'cat' });
    const error = await hostError(run(transport, 'echo', { input: Buffer.from('secret'), timeoutMs: 300 }));
    expect(error.message).toMatch(/no root shell was ready within 0\.3 s; nothing of this step has run/);
    expect(server.received).toEqual([0]);
  });

  test('shells that never came up hold no channels', async () => {
    const { server, transport } = await setUp({ login: (command, index) => (index < 10 ? 'cat' : command) });
    while (server.commands.length < 10) await hostError(run(transport, ':', { timeoutMs: 60 }));
    expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
    await until(() => server.openSessions === 1);
  });

  test('a forced command that ends is quoted', async () => {
    const { transport } = await setUp({ login: () => 'echo "Only backups here."; exit 3' });
    expect((await hostError(run(transport, ':'))).message).toMatch(
      /ended with status 3, saying: Only backups here\./,
    );
  });
});

describe('time', () => {
  test('a script that takes too long ends in an error with its name, and its channel is closed', async () => {
    const { server, transport } = await setUpWarm();
    const error = await hostError(run(transport, 'sleep 30', { title: 'wait for etcd', timeoutMs: 1000 }));
    expect(error.message).toMatch(
      /^\[infra0\] wait for etcd: it did not finish within 1\.0 s; it may still be running/,
    );
    await until(() => server.openSessions === 1);
    expect((await run(transport, 'echo next')).stdout.toString()).toBe('next\n');
  });

  test('a script whose shell comes too late does not run after all', async () => {
    const { transport } = await setUp({ login: (command) => `sleep 0.3; ${command}` });
    const mark = folder.at('late');
    await hostError(run(transport, `echo > ${mark}`, { timeoutMs: 100 }));
    await sleep(500);
    await expect(run(transport, `test ! -e ${mark}`)).resolves.toMatchObject({ code: 0 });
  });
});

describe('many at once', () => {
  test('never more than 8 sessions, and all are served', async () => {
    const { server, transport } = await setUp();
    const numbers = Array.from({ length: 30 }, (_, n) => `${n}`);
    const results = await Promise.all(numbers.map((n) => run(transport, `sleep 0.02; echo ${n}`)));
    expect(results.map(({ stdout }) => stdout.toString().trim())).toEqual(numbers);
    expect(server.mostSessions).toBe(8);
    expect(server.connections).toBe(1);
  });
});

async function echoServer(): Promise<number> {
  const server = new TcpServer();
  toStop.push(() => server.stop());
  await server.listening;
  return server.port;
}

function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve);
  });
}

describe('a lost connection', () => {
  test.each<[string, (server: TestServer) => void, Partial<Ssh2ConnectOptions>]>([
    ['reset', (server) => server.cut(), {}],
    ['silent, found out by the keepalive', (server) => server.freeze(), { keepaliveMs: 40 }],
  ])('%s: everything under way ends with its own name', async (_, lose, options) => {
    const { server, transport } = await setUp({}, options);
    const stream = await transport.openTcp('127.0.0.1', await echoServer());
    const streamClosed = closed(stream);
    const errors = Array.from({ length: 12 }, (_, n) =>
      hostError(run(transport, 'sleep 20', { title: `step ${n}` })),
    );
    await sleep(150);
    lose(server);
    for (const [n, error] of (await Promise.all(errors)).entries()) {
      expect(error.message).toMatch(new RegExp(`^\\[infra0\\] step ${n}: the SSH connection was lost`));
    }
    await streamClosed;
    expect(stream.errored?.message).toContain('the SSH connection was lost');
    expect((await hostError(run(transport, ':', { title: 'later' }))).message).toContain(
      'later: the SSH connection was lost',
    );
    expect((await hostError(transport.openTcp('127.0.0.1', 1))).message).toContain(
      'connect to 127.0.0.1:1: the SSH',
    );
  });
});

describe('closing', () => {
  // A timer or socket left open would keep a run from ending, which only a process of its own shows.
  test('leaves nothing open that would keep the process alive', async () => {
    const server = await TestServer.start({ hostKeys: [hostKey.privateText], path: goodSudo });
    toStop.push(() => server.stop());
    const script = `
      import { text } from 'node:stream/consumers';
      import { connectTo, pinned, usableKey } from '${new URL('../ssh/client.ts', import.meta.url).href}';
      const { port, login, hostKey } = JSON.parse(await text(process.stdin));
      const host = { type: hostKey.type, blob: Buffer.from(hostKey.base64, 'base64') };
      const transport = await connectTo(port, { key: usableKey(login), pins: pinned(port, host) });
      await transport.run({ title: 'a step', script: ':', timeoutMs: 60_000 });
      transport.run({ title: 'a step', script: 'sleep 20', timeoutMs: 60_000 }).catch(() => undefined);
      await transport.close();
      process.stdout.write('closed');`;
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { type, blob } = hostKey.host;
    child.stdin.end(
      JSON.stringify({
        port: server.port,
        login: login.privateText,
        hostKey: { type, base64: blob.toString('base64') },
      }),
    );
    const exited = once(child, 'exit');
    expect(String((await once(child.stdout, 'data'))[0])).toBe('closed');
    const closedAt = performance.now();
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - closedAt).toBeLessThan(2000);
  });

  test('a host that is gone holds up no one', async () => {
    const { server, transport } = await setUp();
    server.freeze();
    const started = performance.now();
    await transport.close();
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
