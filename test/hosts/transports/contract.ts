/** The contract of every transport (src/hosts/transport.ts). */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Readable, type Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import type { HostError } from '../../../src/hosts/host-error.ts';
import type { RemoteResult, RemoteScript, Transport } from '../../../src/hosts/transport.ts';
import { hostError, KeptLog } from '../ssh/client.ts';
import { TemporaryFolder } from '../ssh/tools.ts';
import { commandLine, descendants, processTexts } from './processes.ts';
import { TcpServer } from './tcp-server.ts';
import { leftOut } from '../../needs.ts';

/** A transport to this machine, as root. */
export interface Subject {
  readonly name: string;
  /** Prepares it for connections. */
  start(folder: TemporaryFolder): Promise<void>;
  stop(): Promise<void>;
  connect(log: KeptLog): Promise<Transport>;
  /** The process above all its processes on the host. */
  readonly hostProcess: () => number;
  /** Closes the other end of every connection. Absent if there is none. */
  readonly lose?: () => void;
  /** Texts that no command line and no environment may contain. */
  readonly secrets: () => readonly string[];
  /** True if a port sees the end of one direction while the other continues. */
  readonly halfCloses: boolean;
  /** True if slow work is ended in any state, and not only once it reads or writes. */
  readonly kills: boolean;
  /** `connections`: leaves out tests of scripts that another subject with the same shells has. Default: everything. */
  readonly only?: 'connections';
  /** The log line, once, for TCP connections that are made in another way than usual. */
  readonly tellsOfConnections?: RegExp;
}

/** The tests that must pass with at most one open session, and without forwarding. */
export function describeOneSession(subject: Subject): void {
  describe(subject.name, () => {
    let folder: TemporaryFolder;
    let transport: Transport;
    // Created in beforeAll: a server that a suite opens while it is read stays open if the suite is skipped.
    let server: TcpServer;
    beforeAll(async () => {
      folder = new TemporaryFolder();
      server = new TcpServer();
      await Promise.all([subject.start(folder), server.listening]);
    });
    beforeEach(async () => {
      transport = await subject.connect(new KeptLog());
    });
    afterEach(() => transport.close());
    afterAll(async () => {
      await Promise.all([subject.stop(), server.stop()]);
      folder.remove();
    });

    test('many scripts take turns', async () => {
      const results = await Promise.all(Array.from({ length: 10 }, (_, n) => run(transport, `echo ${n}`)));
      expect(results.map(({ stdout }) => Number(stdout.toString()))).toEqual([...results.keys()]);
    });

    test('a connection is asked to make way for a script', async () => {
      for (let n = 0; n < 3; n += 1) {
        const stream = await transport.openTcp('127.0.0.1', server.port);
        stream.once('wanted', () => stream.destroy());
        expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
        expect(stream.destroyed).toBe(true);
      }
      const script = run(transport, 'sleep 0.3; echo ok');
      const stream = await transport.openTcp('127.0.0.1', server.port);
      stream.once('wanted', () => stream.destroy()); // whichever comes first
      expect((await script).stdout.toString()).toBe('ok\n');
      stream.destroy();
    });

    test('a connection that is made while a script waits is asked, too', async () => {
      const first = await transport.openTcp('127.0.0.1', server.port);
      const second = transport.openTcp('127.0.0.1', server.port);
      const scripts = Array.from({ length: 5 }, () => run(transport, 'echo ok'));
      first.destroy();
      const stream = await second;
      stream.once('wanted', () => stream.destroy());
      for (const { stdout } of await Promise.all(scripts)) expect(stdout.toString()).toBe('ok\n');
      stream.destroy();
    });
  });
}

/** Waits for a condition; the test's own time limit ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve);
  });
}

function run(transport: Transport, script: string, more: Partial<RemoteScript> = {}): Promise<RemoteResult> {
  return transport.run({ title: 'a step', effect: 'changes', script, timeoutMs: 15_000, ...more });
}

const MIB = 1024 * 1024;

/** The suite. */
export function describeContract(subject: Subject): void {
  describe(subject.name, () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
    const servers: TcpServer[] = [];
    const transports: Transport[] = [];
    let folder: TemporaryFolder;
    let log: KeptLog;

    jest.setTimeout(30_000); // starts many processes, on a machine that may be busy

    beforeAll(async () => {
      folder = new TemporaryFolder();
      await subject.start(folder);
    });
    afterAll(async () => {
      await subject.stop();
      folder.remove();
    });
    beforeEach(() => {
      unhandled.length = 0;
      log = new KeptLog();
      process.on('unhandledRejection', onUnhandled);
    });
    afterEach(async () => {
      await Promise.all(transports.splice(0).map((transport) => transport.close()));
      await Promise.all(servers.splice(0).map((server) => server.stop()));
      await sleep(5);
      process.off('unhandledRejection', onUnhandled);
      expect(unhandled).toEqual([]);
    });

    async function connect(): Promise<Transport> {
      const transport = await subject.connect(log);
      transports.push(transport);
      return transport;
    }

    async function listen(...handle: ConstructorParameters<typeof TcpServer>): Promise<TcpServer> {
      const server = new TcpServer(...handle);
      servers.push(server);
      await server.listening;
      return server;
    }

    const describeScripts = subject.only === undefined ? describe : leftOut;
    describeScripts('a script', () => {
      test('gets its input byte for byte, and gives its output so', async () => {
        const input = randomBytes(3_000_000);
        const result = await run(await connect(), 'cat', { input, maxOutput: 4 * MIB });
        const same = result.stdout.equals(input);
        expect({ ...result, stdout: same }).toEqual({ code: 0, stdout: true, stderr: '' });
      });

      test('gets an input that comes in pieces, byte for byte', async () => {
        const transport = await connect();
        const pieces = [1_000_000, 1, 0, 700_000].map((size) => randomBytes(size));
        const input = (): AsyncIterable<Buffer> => Readable.from(pieces);
        const result = await run(transport, 'cat', { input, maxOutput: 4 * MIB });
        expect({ ...result, stdout: result.stdout.equals(Buffer.concat(pieces)) }).toEqual({
          code: 0,
          stdout: true,
          stderr: '',
        });
      });

      // An image of 60 MB goes to several hosts at once; only the part in flight may be in memory.
      test('is given no more of it than it takes', async () => {
        const transport = await connect();
        const piece = Buffer.alloc(256 * 1024);
        let given = 0;
        let givenAtFirst = 0;
        async function* endless(): AsyncGenerator<Buffer> {
          setTimeout(() => (givenAtFirst = given), 500); // half of the time in which the script reads nothing
          while (given < 256) {
            await sleep(0);
            given += 1;
            yield piece;
          }
        }
        const { stdout } = await run(transport, 'sleep 1; wc -c', { input: endless });
        expect(stdout.toString().trim()).toBe(String(256 * piece.length));
        expect(givenAtFirst).toBeGreaterThan(0);
        expect(givenAtFirst).toBeLessThan(64);
      });

      test('may end without reading all of it, and then no more is asked for', async () => {
        const transport = await connect();
        let given = 0;
        async function* endless(): AsyncGenerator<Buffer> {
          for (;;) {
            given += 1;
            await sleep(0);
            yield Buffer.alloc(64 * 1024);
          }
        }
        const { code, stdout } = await run(transport, 'head -c 3; exit 5', { input: endless });
        expect([code, stdout.length]).toEqual([5, 3]);
        const then = given;
        await sleep(50);
        expect(given).toBe(then);
      });

      test('whose input fails on its way notices it, and does not treat the received part as complete', async () => {
        const transport = await connect();
        async function* broken(): AsyncGenerator<Buffer> {
          yield Buffer.from('half');
          await sleep(0);
          throw new Error('read EIO');
        }
        const error = await hostError(run(transport, 'cat; echo whole', { input: broken }));
        expect(error.finding).toMatchObject({
          at: 'a step',
          fact: 'the runner can no longer read the file that it sends: read EIO',
        });
        expect((await run(transport, 'echo next')).stdout.toString()).toBe('next\n');
      });

      test('gives a big output without a line break whole', async () => {
        const size = 4_000_000;
        const script = `head -c ${size} /dev/zero | tr '\\0' x`;
        const result = await run(await connect(), script, { maxOutput: size });
        expect(createHash('sha256').update(result.stdout).digest('hex')).toBe(
          createHash('sha256').update(Buffer.alloc(size, 'x')).digest('hex'),
        );
      });

      test.each([
        ['standard output', 'cat /dev/zero', {}, '1 MiB'],
        ['standard output, more than it has said', 'cat /dev/zero', { maxOutput: 3 * MIB }, '3 MiB'],
        ['standard error', 'cat /dev/zero >&2', {}, '16 MiB'],
        ['standard error, in one line', 'yes | tr -d "\\n" >&2', { onProgress: () => undefined }, '16 MiB'],
      ])('that writes without end to %s is ended, and the host is named', async (_, script, more, limit) => {
        const transport = await connect();
        const error = await hostError(run(transport, script, more));
        expect(error.finding).toMatchObject({ host: 'infra0', at: 'a step' });
        expect(error.message).toContain(`more than ${limit} came on standard`);
        expect((await run(transport, 'echo ok')).stdout.toString()).toBe('ok\n');
      });

      test('may write as much as it has said, and of standard error the end is kept', async () => {
        const transport = await connect();
        const script = 'head -c 1048576 /dev/zero; head -c 3000000 /dev/zero >&2; echo the end >&2';
        const { code, stdout, stderr } = await run(transport, script);
        expect([code, stdout.length, stderr.length]).toEqual([0, MIB, MIB]);
        expect(stderr.endsWith('the end\n')).toBe(true);
      });

      test('has an empty input when none is given', async () => {
        expect((await run(await connect(), 'cat; echo end')).stdout.toString()).toBe('end\n');
      });

      test('need not read its input', async () => {
        const result = await run(await connect(), 'echo end', { input: randomBytes(1_000_000) });
        expect(result).toEqual({ code: 0, stdout: Buffer.from('end\n'), stderr: '' });
      });

      test('may hold quotes, newlines, letters of any kind, a here-document and a comment at its end', async () => {
        const script = `x='it'\\''s "quoted" $HOME'\nprintf '%s\\n' "$x" кінець\ncat <<'END'\n}\nEND\n# done`;
        const { stdout } = await run(await connect(), script);
        expect(stdout.toString()).toBe(`it's "quoted" $HOME\nкінець\n}\n`);
      });

      test('of a megabyte is one, too', async () => {
        const script = `${'# filler, to make it long\n'.repeat(40_000)}cat`;
        const { stdout } = await run(await connect(), script, { input: Buffer.from('x') });
        expect(stdout.toString()).toBe('x');
      });

      test('runs as root in a known environment', async () => {
        const { stdout } = await run(
          await connect(),
          'id -u; pwd; umask; echo "$LC_ALL"; echo "$PATH"; echo $HOME; echo ~root; echo $-',
        );
        const [user, pwd, umask, locale, path = '', home, rootsHome, flags] = stdout.toString().split('\n');
        expect([user, pwd, umask, locale]).toEqual(['0', '/', '0077', 'C']);
        const first = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin:';
        expect(path.slice(0, first.length)).toBe(first);
        expect(home).toBe(rootsHome);
        expect(flags).toMatch(/(?=.*e)(?=.*u)/);
      });

      test.each<[string, string, number]>([
        ['exit', 'exit 42', 42],
        ['exit with the number of a signal', 'exit 137', 137],
        ['set -e', 'false; echo no', 1],
        ['pipefail', 'false | true; echo no', 1],
        ['an unset variable', 'echo "$nothing"; echo no', 1],
        ['a command that is not there', 'no-such-command; echo no', 127],
        ['a syntax error at its end, before which nothing has run', 'echo no\nif true; then', 2],
        ['an open quote, before which nothing has run', "echo no\necho 'x", 2],
      ])('%s', async (_, script, code) => {
        const result = await run(await connect(), script, { input: Buffer.from('echo input\n') });
        expect(result.stdout.toString()).toBe('');
        // bash's own code for a syntax error is 1 or 2, depending on its version.
        if (code === 2) expect([1, 2]).toContain(result.code);
        else expect(result.code).toBe(code);
      });

      test('that a signal ends says so', async () => {
        const result = await run(await connect(), 'echo before; kill -KILL $$');
        const { signal, ...rest } = result;
        expect(rest).toEqual({ code: null, stdout: Buffer.from('before\n'), stderr: '' });
        expect(signal).toMatch(/^(?:SIGKILL|an unknown signal)$/);
      });

      test('tells its progress in whole lines while it runs', async () => {
        const lines: string[] = [];
        const go = folder.at('go-progress');
        const script = `printf one >&2; sleep 0.05; printf '\\ntwo\\nth' >&2; until test -e ${go}; do sleep 0.02; done; printf ree >&2`;
        const running = run(await connect(), script, { onProgress: (line) => lines.push(line) });
        await until(() => lines.length === 2);
        await sleep(50);
        expect(lines).toEqual(['one', 'two']);
        writeFileSync(go, '');
        expect((await running).stderr).toBe('one\ntwo\nthree');
        expect(lines).toEqual(['one', 'two', 'three']);
      });

      // Every user of a machine can read the command lines of all processes, and root their environments.
      test('is in no command line and no environment, nor is its input or any key', async () => {
        const transport = await connect();
        const go = folder.at('go-secrets');
        const started = Promise.withResolvers<string>();
        const running = run(
          transport,
          `: word-of-the-script; echo started >&2; until test -e ${go}; do sleep 0.02; done; cat`,
          { input: Buffer.from('word-of-the-input'), onProgress: started.resolve },
        );
        await started.promise;
        const texts = [...processTexts(subject.hostProcess()), ...processTexts(process.pid)];
        const secrets = ['word-of-the', ...subject.secrets()];
        expect(texts.length).toBeGreaterThan(2);
        expect(texts.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
        writeFileSync(go, '');
        expect((await running).stdout.toString()).toBe('word-of-the-input');
      });
    });

    describeScripts('time', () => {
      test('a script that takes too long ends in an error with its name, and is not there any longer', async () => {
        const transport = await connect();
        const ticks = folder.at('ticks');
        const script = subject.kills
          ? `while :; do echo . >> ${ticks}; sleep 0.05; done`
          : `while :; do echo . >> ${ticks}; sleep 0.05; echo . >&2; done`;
        const error = await hostError(run(transport, script, { title: 'wait for etcd', timeoutMs: 1000 }));
        expect(error.message).toMatch(/^\[infra0\] wait for etcd: it did not finish within 1\.0 s; it /);
        let before: number;
        do {
          before = readFileSync(ticks).length;
          await sleep(500);
        } while (readFileSync(ticks).length > before);
        expect(before).toBeGreaterThan(2);
        expect((await run(transport, 'echo next')).stdout.toString()).toBe('next\n');
      });

      test('output held open by something left behind is distinguished from a long script', async () => {
        const transport = await connect();
        await run(transport, ':');
        const error = await hostError(run(transport, 'sleep 30 & exit 0', { timeoutMs: 1000 }));
        expect(error.message).toMatch(/it has ended, but something that it started/);
      });

      test('a script that comes too late does not run after all', async () => {
        const mark = folder.at('late');
        const transport = await connect();
        await hostError(run(transport, `echo > ${mark}`, { timeoutMs: 1 }));
        await sleep(300);
        expect(existsSync(mark)).toBe(false);
      });
    });

    describe('many at once', () => {
      test('never more than 8, and all are served', async () => {
        const transport = await connect();
        let running = 0;
        let most = 0;
        const count = (line: string): void => {
          running += line === 'begin' ? 1 : -1;
          most = Math.max(most, running);
        };
        const numbers = Array.from({ length: 30 }, (_, n) => `${n}`);
        const results = await Promise.all(
          numbers.map((n) =>
            run(transport, `echo begin >&2; sleep 0.1; echo end >&2; echo ${n}`, { onProgress: count }),
          ),
        );
        expect(results.map(({ stdout }) => stdout.toString().trim())).toEqual(numbers);
        expect(most).toBeGreaterThan(1);
        expect(most).toBeLessThanOrEqual(8);
      });

      test('scripts and TCP connections share what there is', async () => {
        const transport = await connect();
        const { port } = await listen();
        const streams = await Promise.all(
          Array.from({ length: 8 }, () => transport.openTcp('127.0.0.1', port)),
        );
        const wanted = new Promise((resolve) => {
          for (const stream of streams) stream.once('wanted', () => resolve(stream.destroy()));
        });
        const waiting = run(transport, 'echo ok');
        if (transport.statistics().connections > 0) await wanted;
        expect((await waiting).stdout.toString()).toBe('ok\n');
      });
    });

    describe('a TCP connection', () => {
      test('carries both ways at once', async () => {
        const transport = await connect();
        const { port } = await listen();
        const stream = await transport.openTcp('127.0.0.1', port);
        const sent = randomBytes(5_000_000);
        const received: Buffer[] = [];
        let length = 0;
        stream.on('data', (chunk: Buffer) => {
          received.push(chunk);
          length += chunk.length;
        });
        stream.write(sent);
        await until(() => length >= sent.length);
        expect(Buffer.concat(received).equals(sent)).toBe(true);
      });

      const halfClose = subject.halfCloses ? test : leftOut;
      halfClose('tells the port its end, and still hears the answer', async () => {
        const transport = await connect();
        const { port } = await listen();
        const stream = await transport.openTcp('127.0.0.1', port);
        const sent = randomBytes(5_000_000);
        stream.end(sent);
        expect((await buffer(stream)).equals(sent)).toBe(true);
        await closed(stream);
        expect(stream.errored).toBeNull();
      });

      test('hears the end of the port, and is still heard', async () => {
        const transport = await connect();
        const words = randomBytes(200_000);
        const server = await listen((socket) => socket.end(words));
        const stream = await transport.openTcp('127.0.0.1', server.port);
        await sleep(150);
        expect((await buffer(stream)).equals(words)).toBe(true);
        stream.write('and this');
        await until(() => server.heard.includes('and this'));
        stream.destroy();
        await closed(stream);
        expect(stream.errored).toBeNull();
      });

      test('that has ended on our side hears the rest of the answer', async () => {
        const transport = await connect();
        const words = randomBytes(1_000_000);
        const { port } = await listen((socket) =>
          socket.once('data', () => void sleep(200).then(() => socket.end(words))),
        );
        const stream = await transport.openTcp('127.0.0.1', port);
        stream.end('a question');
        expect((await buffer(stream)).equals(words)).toBe(true);
      });

      test('whose reader waits holds the sender back, and loses nothing', async () => {
        const transport = await connect();
        const words = randomBytes(24_000_000);
        const server = await listen((socket) => socket.end(words));
        const stream = await transport.openTcp('127.0.0.1', server.port);
        await sleep(300);
        expect(server.unsent).toBeGreaterThan(5_000_000);
        expect((await buffer(stream)).equals(words)).toBe(true);
      });

      test('to a port where nothing listens is refused in words', async () => {
        const transport = await connect();
        const server = await listen();
        const { port } = server;
        await server.stop();
        for (const [address, place] of [
          ['127.0.0.1', `127.0.0.1:${port}`],
          ['::1', `[::1]:${port}`],
        ] as const) {
          const error = await hostError(transport.openTcp(address, port));
          expect(error.finding.at).toBe(`connect to ${place}`);
          expect(error.message).toContain(`nothing listens on ${place}`);
        }
      });

      test('that is destroyed is closed at the port, and frees its place', async () => {
        const transport = await connect();
        const server = await listen();
        for (let n = 0; n < 20; n += 1) {
          const stream = await transport.openTcp('127.0.0.1', server.port);
          stream.destroy();
          await closed(stream);
        }
        await until(() => server.open === 0);
      });

      test('is logged, once, where it is made in another way than usual', async () => {
        const transport = await connect();
        const { port } = await listen();
        for (let n = 0; n < 3; n += 1) await transport.openTcp('127.0.0.1', port);
        const told = log.lines.filter(
          (line) => subject.tellsOfConnections?.test(line) ?? /forward/.test(line),
        );
        expect(told).toHaveLength(subject.tellsOfConnections === undefined ? 0 : 1);
      });
    });

    const { lose } = subject;
    const describeLost = lose === undefined ? leftOut : describe;
    describeLost('a lost connection', () => {
      test('everything under way ends with its own name', async () => {
        const transport = await connect();
        const { port } = await listen();
        const stream = await transport.openTcp('127.0.0.1', port);
        const streamClosed = closed(stream);
        const errors: Promise<HostError>[] = Array.from({ length: 12 }, (_, n) =>
          hostError(run(transport, 'sleep 20', { title: `step ${n}` })),
        );
        await sleep(300);
        lose?.();
        for (const [n, error] of (await Promise.all(errors)).entries()) {
          expect(error.message).toMatch(new RegExp(`^\\[infra0\\] step ${n}: the SSH connection was lost`));
        }
        await streamClosed;
        expect(stream.errored?.message).toContain('the SSH connection was lost');
        const later = await hostError(run(transport, ':', { title: 'later' }));
        expect(later.message).toContain('later: the SSH connection was lost');
        const refused = await hostError(transport.openTcp('127.0.0.1', 1));
        expect(refused.message).toContain('connect to 127.0.0.1:1: the SSH connection was lost');
      });
    });

    describe('closing', () => {
      test('a second time changes nothing, and pending work ends', async () => {
        const transport = await connect();
        const { port } = await listen();
        const stream = await transport.openTcp('127.0.0.1', port);
        const streamClosed = closed(stream);
        const running = hostError(run(transport, 'sleep 20'));
        await sleep(200);
        await Promise.all([transport.close(), transport.close()]);
        await transport.close();
        expect((await running).message).toContain('this run closed it');
        await streamClosed;
        expect((await hostError(run(transport, ':'))).message).toContain('this run closed it');
      });

      test('leaves no process and no file behind', async () => {
        const before = new Set(descendants(subject.hostProcess()));
        const ours = new Set(descendants(process.pid));
        const transport = await connect();
        const { port } = await listen();
        const stream = await transport.openTcp('127.0.0.1', port);
        await run(transport, 'echo');
        const sleeper = hostError(run(transport, 'while sleep 0.05; do echo .; done'));
        await sleep(200);
        await transport.close();
        await sleeper;
        await closed(stream);
        const added = (): number[] => [
          ...descendants(subject.hostProcess()).filter((pid) => !before.has(pid)),
          ...descendants(process.pid).filter((pid) => !ours.has(pid)),
        ];
        const deadline = performance.now() + 5000;
        while (added().length > 0 && performance.now() < deadline) await sleep(10);
        expect(added().map(commandLine)).toEqual([]);
      });
    });

    test('statistics count what really went over', async () => {
      const transport = await connect();
      await run(transport, ':');
      const before = transport.statistics();
      await run(transport, 'cat > /dev/null; head -c 50000 /dev/zero', { input: Buffer.alloc(100_000) });
      const after = transport.statistics();
      expect(after.connections).toBe(subject.lose === undefined ? 0 : 1);
      expect(after.channels).toBeGreaterThan(0);
      expect(after.bytesSent - before.bytesSent).toBeGreaterThan(100_000);
      expect(after.bytesSent - before.bytesSent).toBeLessThan(110_000);
      expect(after.bytesReceived - before.bytesReceived).toBeGreaterThan(50_000);
      expect(after.bytesReceived - before.bytesReceived).toBeLessThan(60_000);
    });
  });
}
