import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { Ssh2ConnectOptions } from '../../../src/hosts/ssh2/connect.ts';
import type { RemoteResult, RemoteScript, Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, pinned, usableKey } from '../ssh/client.ts';
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

// Lets everybody through, with the noise that real ones make when the host name is not in /etc/hosts.
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

/** The same with a spare shell that is surely ready. */
async function setUpWarm(): Promise<Setup> {
  const setup = await setUp();
  await run(setup.transport, ':');
  await until(() => setup.server.commands.length === 2);
  await sleep(200);
  return setup;
}

/** Waits until something has come about; the test's own time limit ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

function run(transport: Transport, script: string, more: Partial<RemoteScript> = {}): Promise<RemoteResult> {
  return transport.run({ title: 'a step', effect: 'changes', script, timeoutMs: 10_000, ...more });
}

describe('a script', () => {
  test('gets its input byte for byte, and gives its output so', async () => {
    const { transport } = await setUp();
    const input = randomBytes(3_000_000);
    const result = await run(transport, 'cat', { input });
    expect({ ...result, stdout: result.stdout.equals(input) }).toEqual({ code: 0, stdout: true, stderr: '' });
  });

  test('has an empty input when none is given', async () => {
    const { transport } = await setUp();
    expect((await run(transport, 'cat; echo end')).stdout.toString()).toBe('end\n');
  });

  test('may hold quotes, newlines, letters of any kind, a here-document and a comment at its end', async () => {
    const { transport } = await setUp();
    const script = `x='it'\\''s "quoted" $HOME'\nprintf '%s\\n' "$x" кінець\ncat <<'END'\n}\nEND\n# done`;
    expect((await run(transport, script)).stdout.toString()).toBe(`it's "quoted" $HOME\nкінець\n}\n`);
  });

  test('of a megabyte is one, too', async () => {
    const { transport } = await setUp();
    const script = `${'# filler, to make it long\n'.repeat(40_000)}cat`;
    expect((await run(transport, script, { input: Buffer.from('x') })).stdout.toString()).toBe('x');
  });

  test('runs in a known environment', async () => {
    const { transport } = await setUp();
    const { stdout } = await run(
      transport,
      'pwd; umask; echo "$LC_ALL"; echo "$PATH"; echo $HOME ~root; echo $-',
    );
    const [pwd, umask, locale, path = '', home = '', flags] = stdout.toString().split('\n');
    expect({ pwd, umask, locale }).toEqual({ pwd: '/', umask: '0077', locale: 'C' });
    expect(path).toMatch(
      /^\/usr\/local\/sbin:\/usr\/local\/bin:\/usr\/sbin:\/usr\/bin:\/sbin:\/bin:\/opt\/bin:/,
    );
    expect(home.split(' ')[0]).toBe(home.split(' ')[1]);
    expect(flags).toMatch(/(?=.*e)(?=.*u)/);
  });

  test.each<[string, string, number]>([
    ['exit', 'exit 42', 42],
    ['set -e', 'false; echo no', 1],
    ['pipefail', 'false | true; echo no', 1],
    ['an unset variable', 'echo "$nothing"; echo no', 1],
    ['a command that is not there', 'no-such-command; echo no', 127],
    ['a syntax error at its end, before which nothing has run', 'echo no\nif true; then', 2],
    ['an open quote, before which nothing has run', "echo no\necho 'x", 2],
  ])('%s', async (_, script, code) => {
    const { transport } = await setUp();
    const result = await run(transport, script, { input: Buffer.from('echo input\n') });
    expect({ failed: result.code !== 0, stdout: result.stdout.toString() }).toEqual({
      failed: true,
      stdout: '',
    });
    if (code !== 2) expect(result.code).toBe(code);
  });

  test('that a signal ends says so', async () => {
    const { transport } = await setUp();
    const result = await run(transport, 'echo before; kill -KILL $$');
    expect(result).toEqual({ code: null, signal: 'SIGKILL', stdout: Buffer.from('before\n'), stderr: '' });
  });

  test('tells its progress in whole lines while it runs', async () => {
    const { transport } = await setUp();
    const lines: string[] = [];
    const go = folder.at('go');
    const script = `printf one >&2; sleep 0.05; printf '\\ntwo\\nth' >&2; until test -e ${go}; do sleep 0.02; done; printf ree >&2`;
    const running = run(transport, script, { onProgress: (line) => lines.push(line) });
    await until(() => lines.length === 2);
    await sleep(50);
    expect(lines).toEqual(['one', 'two']);
    writeFileSync(go, '');
    expect((await running).stderr).toBe('one\ntwo\nthree');
    expect(lines).toEqual(['one', 'two', 'three']);
  });

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
    expect(server.commands[0]).toMatch(/^env LC_ALL=C sudo -n -- bash --norc -c '/);
  });

  test('of user root needs no sudo', async () => {
    const { server, transport } = await setUp({ path: fakeSudo('none', 'exit 1') }, { user: 'root' });
    expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
    expect(server.commands[0]).toMatch(/^env LC_ALL=C bash --norc -c '/);
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
    ['a terminal', 'echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1', /wants a terminal/],
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

  // What answers may be anything, so nothing may be sent before it has said that it is the shell.
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

  test('output held open by something left behind is told from a long script', async () => {
    const { transport } = await setUpWarm();
    const error = await hostError(run(transport, 'sleep 30 & exit 0', { timeoutMs: 1000 }));
    expect(error.message).toMatch(/it has ended, but something that it started/);
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

  test('the spare shell yields its channel to a forwarded connection', async () => {
    const { transport } = await setUp();
    const port = await echoServer();
    const streams = await Promise.all(Array.from({ length: 8 }, () => transport.openTcp('127.0.0.1', port)));
    const waiting = run(transport, 'echo ok');
    streams[0]?.destroy();
    expect((await waiting).stdout.toString()).toBe('ok\n');
    for (const stream of streams) stream.destroy();
  });
});

/** A TCP server that does with each connection what `handle` says; default: says what it hears. */
async function echoServer(
  handle: (socket: Socket) => void = (socket) => socket.pipe(socket),
): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  toStop.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

describe('forwarded connections', () => {
  test('carry both ways, each with its own end', async () => {
    const { transport } = await setUp();
    const stream = await transport.openTcp('127.0.0.1', await echoServer());
    const sent = randomBytes(5_000_000);
    stream.end(sent);
    expect((await buffer(stream)).equals(sent)).toBe(true);
    await closed(stream);
    expect(stream.errored).toBeNull();
  });

  test('what the other end said before it closed can still be read', async () => {
    const { transport } = await setUp();
    const words = randomBytes(200_000);
    const stream = await transport.openTcp('127.0.0.1', await echoServer((socket) => socket.end(words)));
    await sleep(150);
    expect((await buffer(stream)).equals(words)).toBe(true);
    await closed(stream);
  });

  test('a reader that waits holds the sender back, and loses nothing', async () => {
    const { transport } = await setUp();
    const words = randomBytes(8_000_000);
    const stream = await transport.openTcp('127.0.0.1', await echoServer((socket) => socket.end(words)));
    const before = transport.statistics().bytesReceived;
    await sleep(200);
    expect(transport.statistics().bytesReceived - before).toBeLessThan(5_000_000);
    expect((await buffer(stream)).equals(words)).toBe(true);
  });

  test('nothing listens', async () => {
    const { transport } = await setUp({ forwarding: false });
    const error = await hostError(transport.openTcp('::1', 2379));
    expect(error.finding.at).toBe('forward to [::1]:2379');
    expect(error.message).toContain('AllowTcpForwarding');
  });

  test('destroying one frees its channel', async () => {
    const { transport } = await setUp();
    const port = await echoServer();
    for (let n = 0; n < 20; n += 1) {
      const stream = await transport.openTcp('127.0.0.1', port);
      stream.destroy();
      await closed(stream);
    }
  });
});

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
      'forward to 127.0.0.1:1: the SSH',
    );
  });
});

describe('closing', () => {
  test('twice is once, and what is under way ends', async () => {
    const { transport } = await setUp();
    const running = hostError(run(transport, 'sleep 20'));
    await sleep(100);
    await Promise.all([transport.close(), transport.close()]);
    expect((await running).message).toContain('this run closed it');
    await transport.close();
  });

  // A timer or socket left open would keep a run from ending; only a process of its own shows that.
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

test('statistics count what really went over the wire', async () => {
  const { transport } = await setUp();
  const before = transport.statistics();
  await run(transport, 'cat > /dev/null; head -c 50000 /dev/zero', { input: Buffer.alloc(100_000) });
  const after = transport.statistics();
  expect(after.bytesSent - before.bytesSent).toBeGreaterThan(100_000);
  expect(after.bytesSent - before.bytesSent).toBeLessThan(110_000);
  expect(after.bytesReceived - before.bytesReceived).toBeGreaterThan(50_000);
  expect(after.bytesReceived - before.bytesReceived).toBeLessThan(60_000);
});
