import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';

import { HostError } from '../../../src/hosts/host-error.ts';
import type { RemoteResult, Transport } from '../../../src/hosts/transport.ts';
import { connectTo, hostError, KeptLog, pinsOf, usableKey } from '../ssh/client.ts';
import { BadNetwork, type Weather } from '../ssh/proxy.ts';
import { Sshd } from '../ssh/sshd.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(60_000);

const needed = needing('root', 'sshd');

const folder = new TemporaryFolder();
const login = sshKeygen(folder, 'login', 'ed25519');
const key = usableKey(login.privateText);
const toStop: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});
afterAll(() => folder.remove());

needed.describe('a real sshd behind a bad network', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await Sshd.start(folder, 'default', login, {}, ['MaxStartups 100']);
  });
  afterAll(() => sshd.stop());

  async function network(weather: (connection: number) => Weather): Promise<BadNetwork> {
    const started = await BadNetwork.to(sshd.port, weather);
    toStop.push(() => started.stop());
    return started;
  }

  async function connectOver(
    over: BadNetwork,
    options: Partial<Parameters<typeof connectTo>[1]> = {},
  ): Promise<Transport> {
    const [type = '', base64 = ''] = sshd.hostKey.publicLine.split(' ');
    const pins = pinsOf(over.port, `[127.0.0.1]:${over.port} ${type} ${base64}`);
    const transport = await connectTo(over.port, { key, pins, user: 'root', ...options });
    toStop.push(() => transport.close());
    return transport;
  }

  function run(transport: Transport, script: string, timeoutMs = 10_000): Promise<RemoteResult> {
    return transport.run({ title: 'a step', effect: 'reads', script, timeoutMs });
  }

  /** Returns how many bytes sshd sends until the login is complete and the first shell is ready. */
  async function bytesOfLogin(): Promise<number> {
    const clear = await network(() => ({}));
    await run(await connectOver(clear), ':');
    return clear.passed;
  }

  test.each<[string, Weather]>([
    ['bytes that come one by one', { drip: 100_000 }],
    ['a long way', { delayMs: 40 }],
  ])('%s', async (_, weather) => {
    const over = await network(() => weather);
    const transport = await connectOver(over);
    expect((await run(transport, 'echo $((6*7)); seq 300 | wc -l')).stdout.toString()).toBe('42\n300\n');
    expect(over.connections).toBe(1);
  });

  // The first connection is cut at any point: before the login it is retried, and later the run reports the loss.
  test('cut off anywhere, one connection after the other', async () => {
    const total = await bytesOfLogin();
    const ends = { again: 0, login: 0, lost: 0 };
    for (let share = 0; share < 24; share += 1) {
      const cutAfter = Math.max(1, Math.round((total * share) / 24));
      const over = await network((connection) => (connection === 0 ? { cutAfter } : {}));
      const log = new KeptLog();
      try {
        const transport = await connectOver(over, { log });
        await run(transport, 'echo ok');
        expect(over.connections).toBe(2);
        expect(log.lines.join('\n')).toMatch(/before the SSH handshake is done[.,].* Trying again/);
        ends.again += 1;
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        expect(error.message).toMatch(
          /^\[infra0\] (connect: .*closed the connection during authentication|a step: the SSH connection was lost)/,
        );
        expect(over.connections).toBe(1);
        if (error.finding.at === 'connect') ends.login += 1;
        else ends.lost += 1;
      }
      expect(over.mostOpen).toBe(1);
    }
    expect(Math.min(...Object.values(ends))).toBeGreaterThan(0);
  });

  test('silent anywhere, found at the deadline, which names how far it had come', async () => {
    const total = await bytesOfLogin();
    const stages = new Set<string>();
    for (let share = 0; share < 12; share += 1) {
      const stallAfter = Math.max(1, Math.round((total * share) / 12));
      const over = await network(() => ({ stallAfter }));
      const started = performance.now();
      try {
        const transport = await connectOver(over, { connectTimeoutMs: 500, keepaliveMs: 100 });
        await run(transport, 'echo ok');
        throw new Error('a silent network was not noticed');
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        stages.add(
          /\((?:greeting|key exchange)\)|authentication|was lost \(Keepalive timeout\)/.exec(
            error.message,
          )?.[0] ?? error.message,
        );
      }
      expect(performance.now() - started).toBeLessThan(3000);
      expect(over.connections).toBe(1);
    }
    expect([...stages].toSorted()).toEqual([
      '(greeting)',
      '(key exchange)',
      'authentication',
      'was lost (Keepalive timeout)',
    ]);
  });

  test('a network that falls silent in the middle of a step is detected long before the deadline of the step', async () => {
    const over = await network(() => ({}));
    const transport = await connectOver(over, { keepaliveMs: 100 });
    const stream = await transport.openTcp('127.0.0.1', sshd.port);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    const running = hostError(run(transport, 'sleep 20', 30_000));
    const started = performance.now();
    over.stall();
    expect((await running).message).toMatch(
      /^\[infra0\] a step: the SSH connection was lost \(Keepalive timeout\)/,
    );
    await closed;
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('a step that says nothing is not taken for a lost connection', async () => {
    const over = await network(() => ({}));
    const transport = await connectOver(over, { keepaliveMs: 50 });
    expect((await run(transport, 'sleep 1; echo ok')).stdout.toString()).toBe('ok\n');
  });

  test('hosts that come back at the same time are not tried again at the same time', async () => {
    const pauses = await Promise.all(
      [0, 0.5, 1].map(async (chance) => {
        const over = await network((connection) => (connection === 0 ? { cutAfter: 1 } : {}));
        const log = new KeptLog();
        await connectOver(over, { log, random: () => chance, retryPausesMs: [200, 400] });
        return /Trying again in (\S+) s/.exec(log.lines.join('\n'))?.[1];
      }),
    );
    expect(pauses).toEqual(['0.1', '0.2', '0.3']);
  });
});
