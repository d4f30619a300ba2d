import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { RunError } from '../../../src/findings.ts';
import { acquireLocks, type AcquireOptions, type HeldLocks } from '../../../src/hosts/lock/acquire-locks.ts';
import { acquireScript } from '../../../src/hosts/lock/acquire-script.ts';
import { explainLockLost, guard, LOCK_LOST } from '../../../src/hosts/lock/guard.ts';
import { heartbeatScript, releaseAbandoned, releaseScript } from '../../../src/hosts/lock/host-lock.ts';
import type { LockOwner } from '../../../src/hosts/lock/lock-bash.ts';
import { withHostName, type RemoteScript, type Transport } from '../../../src/hosts/transport.ts';
import { KeptLog } from '../ssh/client.ts';
import { LocalHost, type LocalTransport } from './local-host.ts';

jest.setTimeout(30_000); // real processes, on a machine that may be busy

const alice: LockOwner = {
  id: '100-1-a',
  run: 'https://github.com/o/r/actions/runs/100',
  actor: 'alice "the \\ root" O\'Hara\n\u{1F511}',
  startedAt: '2026-01-02T03:04:05Z',
};
const bob: LockOwner = {
  id: '200-1-b',
  run: 'https://github.com/o/r/actions/runs/200',
  actor: 'bob',
  startedAt: '2026-01-02T03:05:00Z',
};

let hosts: LocalHost[];
const held: HeldLocks[] = [];
let log: KeptLog;

beforeEach(() => {
  hosts = ['infra0', 'infra1', 'infra2'].map((name) => new LocalHost(name));
  log = new KeptLog();
});
afterEach(async () => {
  await Promise.all(held.splice(0).map((locks) => locks.release()));
  await Promise.all(hosts.map((host) => host.remove()));
});

function connectAll(): Promise<LocalTransport[]> {
  return Promise.all(hosts.map((host) => host.connect()));
}

async function acquire(
  owner: LockOwner,
  transports: readonly LocalTransport[],
  options: Partial<AcquireOptions> = {},
): Promise<HeldLocks> {
  const locks = await acquireLocks({
    transports,
    owner,
    waitMs: 0,
    signal: new AbortController().signal,
    log,
    random: Math.random,
    ...options,
  });
  held.push(locks);
  return locks;
}

/** Returns the message of a run that did not get the lock. */
async function refusal(work: Promise<unknown>): Promise<RunError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RunError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

function step(script: string, more: Partial<RemoteScript> = {}): RemoteScript {
  return { title: 'restart member', effect: 'changes', script, timeoutMs: 20_000, ...more };
}

const owners = (): unknown[] => hosts.map(({ lock }) => lock?.['id']);

async function until(condition: () => boolean, everyMs = 10): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
    await sleep(everyMs);
  }
}

/** Kills scripts with all their processes; ignores those that have just ended, or not begun. */
function killGroups(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      if (pid > 0) process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Starts a run that takes the lock, and kills it this many milliseconds after its script began. */
async function killedAfter(
  delay: number,
  withScript: boolean,
): Promise<{ connection: LocalTransport; attempt: Promise<unknown> }> {
  const connection = await only().connect();
  let ended = false;
  const attempt = acquire({ ...alice, id: `killed-${delay}` }, [connection])
    .catch(() => undefined)
    .finally(() => (ended = true));
  await until(() => ended || connection.pids('lock').some((pid) => pid > 0), 1);
  await sleep(delay);
  if (withScript) killGroups(connection.pids('lock'));
  return { connection, attempt };
}

/** Returns the first host, for tests that need only one. */
function only(): LocalHost {
  const [host] = hosts;
  if (host === undefined) throw new Error('no host');
  return host;
}

describe('two runs', () => {
  test('at once: exactly one gets all locks, and the other none', async () => {
    const [a, b] = [await connectAll(), await connectAll()];
    for (let round = 0; round < 3; round += 1) {
      // Both may get some hosts at first, and release them.
      const outcomes = await Promise.allSettled([
        acquire(alice, a, { waitMs: 2500 }),
        acquire(bob, b, { waitMs: 2500 }),
      ]);
      const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      expect(winners).toHaveLength(1);
      const id = outcomes[0].status === 'fulfilled' ? alice.id : bob.id;
      expect(owners()).toEqual([id, id, id]);
      await winners[0]?.release();
      expect(owners()).toEqual([undefined, undefined, undefined]);
    }
  });

  test('the second names the first, and leaves nothing of its own', async () => {
    await acquire(alice, await connectAll());
    const error = await refusal(acquire(bob, await connectAll()));
    expect(error.message).toContain('another run works on these hosts');
    expect(error.findings.map(({ host }) => host)).toEqual(['infra0', 'infra1', 'infra2']);
    expect(error.findings[0]?.fact).toMatch(
      /^alice "the \\ root" O'Hara \u{1F511}'s run https:\S+\/100 \(since 2026-01-02T03:04:05Z\) works on it; its last heartbeat was [01] s ago\.$/u,
    );
    expect(owners()).toEqual([alice.id, alice.id, alice.id]);
  });

  test('one host that is held keeps the others free', async () => {
    await acquire(alice, [await only().connect()]);
    await refusal(acquire(bob, await connectAll()));
    expect(owners()).toEqual([alice.id, undefined, undefined]);
  });

  test('who waits says once for whom, and goes on when the lock is free', async () => {
    const first = await acquire(alice, await connectAll());
    const second = acquire(bob, await connectAll(), { waitMs: 20_000, random: () => 0 });
    await sleep(1600);
    await first.release();
    await second;
    expect(owners()).toEqual([bob.id, bob.id, bob.id]);
    const said = log.lines.filter((line) => line.startsWith('Waiting'));
    expect(said).toEqual([expect.stringMatching(/^Waiting up to 20 s for alice .*\/100 \(since \S+\)$/)]);
  });

  test('a cancelled wait ends with the reason, and holds nothing', async () => {
    await acquire(alice, [await only().connect()]);
    const cancel = new AbortController();
    const waiting = acquire(bob, await connectAll(), { waitMs: 20_000, signal: cancel.signal });
    setTimeout(() => cancel.abort(new Error('cancelled')), 200);
    await expect(waiting).rejects.toThrow('cancelled');
    expect(owners()).toEqual([alice.id, undefined, undefined]);
  });

  test('the same owner may ask again: a lost answer locks no run out', async () => {
    const transports = await connectAll();
    await acquire(alice, transports);
    await acquire(alice, transports);
    expect(owners()).toEqual([alice.id, alice.id, alice.id]);
  });
});

describe('an abandoned lock', () => {
  test('is taken over when the connection of its owner has ended, and it is said', async () => {
    const connection = await only().connect();
    await acquire(alice, [connection]);
    await connection.cut();
    const locks = await acquire(bob, await connectAll());
    expect(locks.takenOver).toEqual([
      expect.objectContaining({
        host: 'infra0',
        why: 'connection ended',
        owner: expect.objectContaining({ id: alice.id, run: alice.run }),
      }),
    ]);
    expect(log.lines).toEqual([
      expect.stringMatching(/^The lock of alice .*\/100 .* was taken over: its SSH connection has ended/),
    ]);
  });

  test('is taken over when its heartbeat is too old, although the connection lives', async () => {
    const first = await acquire(alice, [await only().connect()], { heartbeatMs: 60_000 });
    only().age(20); // far enough from the limit for a slow machine
    await refusal(acquire(bob, [await only().connect()]));
    only().age(12);
    const locks = await acquire(bob, [await only().connect()]);
    expect(locks.takenOver).toEqual([expect.objectContaining({ why: 'no heartbeat' })]);
    expect(log.lines.at(-1)).toMatch(/there was no heartbeat for (3[2-9]|4\d) s \(allowed: 30 s\)/);
    expect(first.lost.aborted).toBe(false); // it learns that with its next heartbeat
  });

  test('with a pid that another process has now counts as abandoned', async () => {
    await acquire(alice, [await only().connect()]);
    const text = JSON.stringify(only().lock).replace(/"connection":"(\d+) \d+"/, '"connection":"$1 1"');
    writeFileSync(only().lockFile, `${text}\n`);
    expect((await acquire(bob, [await only().connect()])).takenOver).toHaveLength(1);
  });

  test('without a connection on record lives by its heartbeat', async () => {
    await acquire(alice, [await only().connect()], { heartbeatMs: 60_000 });
    const text = JSON.stringify(only().lock).replace(/"connection":"[^"]*"/, '"connection":""');
    writeFileSync(only().lockFile, `${text}\n`);
    await refusal(acquire(bob, [await only().connect()]));
    only().age(31);
    await acquire(bob, [await only().connect()]);
  });

  test('is not taken while a step runs, and the step is named', async () => {
    const connection = await only().connect();
    const first = await acquire(alice, [connection]);
    const running = connection.run(first.guard(step('sleep 3; :'))).catch(() => undefined);
    await until(() => only().lock !== undefined && connection.pids('restart member').some((pid) => pid > 0));
    await sleep(200);
    const [pid] = connection.pids('restart member');
    await connection.cut();
    const error = await refusal(acquire(bob, [await only().connect()]));
    expect(error.findings[0]?.fact).toContain(`a step of an ended run still runs there: `);
    expect(error.findings[0]?.fact).toContain(`${pid} (restart member)`);
    expect(error.findings[0]?.fact).toContain(alice.run);
    // Once the step has ended, the lock is free.
    await acquire(bob, [await only().connect()], { waitMs: 10_000 });
    await running;
  });

  test('nor while a process of the step outlives its bash', async () => {
    const connection = await only().connect();
    const first = await acquire(alice, [connection]);
    const script = `sleep 5 > /dev/null 2>&1 < /dev/null & echo $!`;
    const { stdout } = await connection.run(first.guard(step(script)));
    await connection.cut();
    const error = await refusal(acquire(bob, [await only().connect()]));
    expect(error.findings[0]?.fact).toContain(`${stdout.toString().trim()} (sleep)`);
    process.kill(Number(stdout.toString()));
    await acquire(bob, [await only().connect()], { waitMs: 5000 });
  });

  test('a lock file that cannot be read is not touched', async () => {
    const connection = await only().connect();
    mkdirSync(only().localPaths('/run/etcd-ha-action'));
    writeFileSync(only().lockFile, '{"version":2}\n');
    const error = await refusal(acquire(alice, [connection]));
    expect(error.findings[0]?.fix).toContain('sudo rm /run/etcd-ha-action/lock.json');
    expect(only().lock).toEqual({ version: 2 });
  });
});

describe('a run that is killed while it takes the lock', () => {
  test('leaves nothing that blocks the next, wherever it was', async () => {
    for (let delay = 0; delay < 15; delay += 1) {
      const { connection, attempt } = await killedAfter(delay, true);
      await connection.cut();
      await attempt;
      const next = await acquire({ ...bob, id: `next-${delay}` }, [await only().connect()]);
      await next.release();
      expect(only().lock).toBeUndefined();
    }
  });

  test('while its script goes on without it: at most until no heartbeat has come for 30 s', async () => {
    for (let delay = 0; delay < 15; delay += 1) {
      const { connection, attempt } = await killedAfter(delay, false);
      const scripts = connection.pids('lock').filter((pid) => pid > 0);
      await connection.cut();
      await attempt;
      // The script runs to its end, which takes a busy machine longer.
      await until(() => scripts.every((pid) => !existsSync(`/proc/${pid}`)));
      await sleep(100);
      if (only().lock?.['connection'] === '') only().age(31);
      const next = await acquire({ ...bob, id: `next-${delay}` }, [await only().connect()]);
      await next.release();
      expect(only().lock).toBeUndefined();
    }
  });

  test('stopped while it holds the mutex, it is reported as what it is', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    await locks.release();
    const mutex = only().localPaths('/run/etcd-ha-action/mutex');
    const blocker = connection.run(step(`flock -x ${mutex} sleep 7`)).catch(() => undefined);
    await sleep(300);
    await expect(acquire(bob, [await only().connect()])).rejects.toThrow(
      /another process holds the mutex .* fuser -v \/run\/etcd-ha-action\/mutex/,
    );
    await connection.cut();
    await blocker;
  });
});

describe('a guarded script', () => {
  test('runs with its input, its exit code and its output', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    const input = Buffer.from([0, 10, 255, 10]);
    const result = await connection.run(locks.guard(step('cat; echo err >&2; exit 7', { input })));
    expect(result).toEqual({ code: 7, stdout: input, stderr: 'err\n' });
  });

  test('does nothing when another run has the lock, and names it', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection], { heartbeatMs: 60_000 });
    only().age(31);
    await acquire(bob, [await only().connect()]);
    const result = await connection.run(locks.guard(step('echo ran')));
    expect(result.code).toBe(LOCK_LOST);
    expect(result.stdout.toString()).toBe('');
    expect(explainLockLost(result).fact).toBe(
      `the lock of this run was taken over by bob's run ${bob.run} (since ${bob.startedAt}).`,
    );
  });

  test('does nothing when the lock is gone, as after a boot', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    execFileSync('rm', ['-rf', only().localPaths('/run/etcd-ha-action')]);
    const result = await connection.run(locks.guard(step('echo ran')));
    expect(result).toEqual({ code: LOCK_LOST, stdout: Buffer.alloc(0), stderr: 'etcd-ha-action lock: \n' });
    expect(explainLockLost(result).fact).toBe('the lock of this run is gone.');
  });

  test('of an owner whose id begins with that of the holder is refused', async () => {
    const connection = await only().connect();
    await acquire({ ...alice, id: `${bob.id}0` }, [connection]);
    const locks = await acquire(alice, [await (hosts[1] ?? only()).connect()]);
    expect((await connection.run(locks.guard(step('echo ran')))).code).toBe(LOCK_LOST);
  });

  test('that only reads is left as it is', async () => {
    const locks = await acquire(alice, [await only().connect()]);
    const script = step('cat /proc/uptime', { effect: 'reads' });
    expect(locks.guard(script)).toBe(script);
  });

  test('many at once hold the lock together', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    const results = await Promise.all(
      Array.from({ length: 6 }, () => connection.run(locks.guard(step('sleep 0.3')))),
    );
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('release', () => {
  test('removes only its own lock', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection], { heartbeatMs: 60_000 });
    only().age(31);
    await acquire(bob, [await only().connect()]);
    await locks.release();
    expect(owners()[0]).toBe(bob.id);
    expect(await releaseAbandoned(connection, alice.id)).toBe('not-held');
  });

  test('keeps the lock while a step runs, within 5 s, and says so', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    const running = connection.run(locks.guard(step('sleep 6')));
    await sleep(300);
    const before = performance.now();
    await locks.release();
    expect(performance.now() - before).toBeLessThan(5000);
    expect(owners()[0]).toBe(alice.id);
    expect(log.lines.at(-1)).toContain('A step still runs on this host');
    await running;
    expect(await releaseAbandoned(connection, alice.id)).toBe('released');
    expect(only().lock).toBeUndefined();
  });

  test('waits for a step that is about to end', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    const running = connection.run(locks.guard(step('sleep 1')));
    await sleep(200);
    await locks.release();
    expect(only().lock).toBeUndefined();
    await running;
  });

  test('does a last deed under the lock, in the same round trip', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    const deed = step('cp "$file" "$file.seen"', { title: 'last deed' });
    const file = only().lockFile;
    await locks.release({
      scriptFor: () => ({ ...deed, script: deed.script.replaceAll('$file', file) }),
      onFailure: (_, error) => {
        throw error;
      },
    });
    expect(connection.titles.at(-1)).toBe('last deed, unlock');
    expect(readFileSync(`${file}.seen`, 'utf8')).toContain(`"id":"${alice.id}"`);
    expect(only().lock).toBeUndefined();
  });

  test('is done all the same when the last deed fails, which is reported', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    const failures: unknown[] = [];
    await locks.release({
      scriptFor: () => step('echo no space >&2; exit 1'),
      onFailure: (host, error) => failures.push(host, error),
    });
    expect(failures).toEqual(['infra0', new Error('no space')]);
    expect(only().lock).toBeUndefined();
  });

  test('does no last deed when the lock is another’s by then', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection], { heartbeatMs: 60_000 });
    only().age(31);
    await acquire(bob, [await only().connect()]);
    const failures: string[] = [];
    const mark = join(only().folder, 'mark');
    await locks.release({
      scriptFor: () => step(`: > ${mark}`),
      onFailure: (_, error) => failures.push(String(error)),
    });
    expect(failures).toEqual([expect.stringContaining('lock')]);
    expect(readdirSync(only().folder)).not.toContain('mark');
    expect(owners()[0]).toBe(bob.id);
  });

  test('by the post step of a killed run, over a connection of its own', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection]);
    const running = connection.run(locks.guard(step('sleep 5'))).catch(() => undefined);
    await sleep(300);
    const group = connection.pids('restart member');
    await connection.cut();
    await running;
    const post = await only().connect();
    expect(await releaseAbandoned(post, alice.id)).toBe('still-running');
    killGroups(group);
    expect(await releaseAbandoned(post, alice.id)).toBe('released');
  });

  test('never throws, also when no host can be reached', async () => {
    const transports = await connectAll();
    const locks = await acquire(alice, transports);
    await Promise.all(transports.map((transport) => transport.cut()));
    await expect(locks.release()).resolves.toBeUndefined();
  });
});

describe('the heartbeat', () => {
  test('keeps the lock alive', async () => {
    await acquire(alice, [await only().connect()], { heartbeatMs: 100 });
    only().age(31);
    const aged = only().lock?.['heartbeat'];
    await until(() => only().lock?.['heartbeat'] !== aged);
    await refusal(acquire(bob, [await only().connect()]));
  });

  test('tells when the lock is another’s, with his name', async () => {
    const locks = await acquire(alice, [await only().connect()], { heartbeatMs: 1500 });
    only().age(31);
    await acquire(bob, [await only().connect()]);
    await until(() => locks.lost.aborted);
    expect(locks.lost.reason).toBeInstanceOf(RunError);
    expect((locks.lost.reason as RunError).message).toContain(`taken over by bob's run ${bob.run}`);
  });

  test('that fails because the connection is lost is no loss of the lock', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection], { heartbeatMs: 50 });
    await connection.cut();
    await until(() => connection.titles.filter((title) => title === 'heartbeat of the lock').length > 2);
    expect(locks.lost.aborted).toBe(false);
  });

  test('that was under way when the connection ended does not make the lock look alive', async () => {
    const connection = await only().connect();
    const first = await acquire(alice, [connection], { heartbeatMs: 100 });
    const mutex = only().localPaths('/run/etcd-ha-action/mutex');
    const other = await only().connect();
    const blocker = other.run(step(`flock -x ${mutex} sleep 1`));
    await until(() => connection.pids('heartbeat of the lock').some((pid) => pid > 0));
    await connection.cut();
    await blocker;
    await sleep(300); // the heartbeat has the mutex now, and writes
    expect((await acquire(bob, [other])).takenOver).toEqual([
      expect.objectContaining({ why: 'connection ended' }),
    ]);
    await first.release();
  });

  test('ends with the release', async () => {
    const connection = await only().connect();
    const locks = await acquire(alice, [connection], { heartbeatMs: 50 });
    await locks.release();
    const beats = connection.titles.length;
    await sleep(300);
    expect(connection.titles).toHaveLength(beats);
    expect(locks.lost.aborted).toBe(false);
  });
});

describe('what runs with the lock', () => {
  const then = (script: string): RemoteScript => ({
    title: 'probe',
    effect: 'reads',
    script,
    timeoutMs: 5000,
  });

  test('answers for each host, and costs no round trip of its own', async () => {
    const transports = await connectAll();
    const locks = await acquire(alice, transports, {
      then: (host) => then(`echo ${host}; echo second; echo noise >&2`),
    });
    expect([...locks.answers].map(([host, out]) => [host, out.toString()]).toSorted()).toEqual(
      ['infra0', 'infra1', 'infra2'].map((name) => [name, `${name}\nsecond\n`]),
    );
    expect(transports.flatMap(({ titles }) => titles)).toEqual(['lock', 'lock', 'lock']);
  });

  test('does not run where the lock was not got', async () => {
    await acquire(alice, [await only().connect()]);
    const mark = join(only().folder, 'ran');
    await refusal(acquire(bob, [await only().connect()], { then: () => then(`: > ${mark}`) }));
    expect(readdirSync(only().folder)).toEqual(['run']);
  });

  test('keeps the lock from being taken over, however long it takes', async () => {
    const first = acquire(alice, [await only().connect()], { then: () => then('sleep 2') });
    await until(() => only().lock !== undefined);
    await sleep(100);
    only().age(31);
    const error = await refusal(acquire(bob, [await only().connect()]));
    expect(error.findings[0]?.fact).toContain('a step of an ended run still runs there');
    await first;
  });

  test('that fails gives all locks back', async () => {
    const script = (host: string): RemoteScript => then(host === 'infra1' ? 'echo why >&2; exit 9' : ':');
    await expect(acquire(alice, await connectAll(), { then: script })).rejects.toThrow(
      /\[infra1\] probe: a command on the host ended with exit code 9: why/,
    );
    expect(owners()).toEqual([undefined, undefined, undefined]);
  });
});

describe('a host that cannot be locked', () => {
  test('and does not answer: the others are given back', async () => {
    const transports = await connectAll();
    await transports[2]?.cut();
    await expect(acquire(alice, transports)).rejects.toThrow('[infra2] lock: the SSH connection was lost');
    expect(owners()).toEqual([undefined, undefined, undefined]);
  });

  test('and took the lock before its answer was lost: it is given back too', async () => {
    const transports = await connectAll();
    const third = transports[2];
    if (third === undefined) throw new Error('no third host');
    const run = third.run.bind(third);
    third.run = async (script) => {
      const result = await run(script);
      if (script.title === 'lock') throw new Error('the answer was lost');
      return result;
    };
    await expect(acquire(alice, transports)).rejects.toThrow('the answer was lost');
    expect(owners()).toEqual([undefined, undefined, undefined]);
  });

  test('for lack of flock: fact, cause and fix of all hosts', async () => {
    const bin = join(only().folder, 'bin');
    mkdirSync(bin);
    for (const name of ['bash', 'mkdir', 'mv', 'rm']) symlinkSync(`/bin/${name}`, join(bin, name));
    const transports = await Promise.all(hosts.map((host) => host.connect(bin)));
    const error = await refusal(acquire(alice, transports));
    expect(error.findings.map(({ host }) => host).toSorted()).toEqual(['infra0', 'infra1', 'infra2']);
    expect(error.findings[0]).toMatchObject({
      fact: expect.stringContaining('no command `flock`'),
      fix: expect.stringContaining('util-linux'),
    });
  });
});

describe('what comes late, from a host that stood still,', () => {
  test.each([
    ['a release', releaseScript(alice.id, 1)],
    ['a heartbeat', heartbeatScript(alice, 1)],
    ['a try', acquireScript(alice, 1)],
  ])('%s of an earlier try leaves the lock of the later one as it is', async (_, late) => {
    const connection = await only().connect();
    expect((await connection.run(acquireScript(alice, 1))).stdout.toString()).toMatch(/^got/);
    expect((await connection.run(acquireScript(alice, 2))).stdout.toString()).toMatch(/^got/);
    const before = only().lock;
    expect(before).toMatchObject({ id: alice.id, try: 2 });
    expect((await connection.run(late)).stdout.toString()).not.toMatch(/^(?:released|beat|got)/);
    expect(only().lock).toEqual(before);
    const guarded = await connection.run(guard(alice.id, step('echo worked')));
    expect(guarded.stdout.toString()).toBe('worked\n');
    expect((await connection.run(releaseScript(alice.id, 2))).stdout.toString()).toBe('released\n');
  });

  test('the tries of one run have numbers that grow, and each gives back its own lock', async () => {
    const connection = await only().connect();
    const first = await acquire(alice, [connection]);
    const { try: number } = only().lock ?? {};
    await first.release();
    expect(owners()[0]).toBeUndefined();
    await acquire(alice, [connection]);
    expect(only().lock?.['try']).toBeGreaterThan(number as number);
  });
});

test('a long step renews the lock at its end: no heartbeat comes through meanwhile where one session is allowed', async () => {
  const connection = await only().connect();
  const locks = await acquire(alice, [connection], { heartbeatMs: 1_000_000 });
  const done = connection.run(locks.guard(step('sleep 9; echo out; exit 7')));
  await until(() => connection.pids('restart member')[0] !== 0);
  await sleep(500);
  only().age(100);
  expect(await done).toMatchObject({ code: 7, stdout: Buffer.from('out\n'), stderr: '' });
  await refusal(acquire(bob, [await only().connect()]));
  expect(only().lock).toMatchObject({ id: alice.id, actor: alice.actor });
});

describe('hosts that the run can do without', () => {
  test('are locked with the others', async () => {
    const [first, ...optional] = await connectAll();
    const locks = await acquire(alice, [first as LocalTransport], { optional });
    expect(owners()).toEqual([alice.id, alice.id, alice.id]);
    expect(locks.leftOut).toEqual([]);
    await locks.release();
    expect(owners()).toEqual([undefined, undefined, undefined]);
  });

  test('are left out when they fail', async () => {
    const [first, second, third] = (await connectAll()) as [LocalTransport, LocalTransport, LocalTransport];
    await third.cut();
    const locks = await acquire(alice, [first, second], { optional: [third] });
    expect(owners()).toEqual([alice.id, alice.id, undefined]);
    expect(locks.leftOut).toMatchObject([{ host: 'infra2', error: { finding: { host: 'infra2' } } }]);
  });

  test('are left out when they hang, and what they get late is given back', async () => {
    const [first, second] = (await connectAll()) as [LocalTransport, LocalTransport];
    const hangs = Promise.withResolvers<undefined>();
    const slow = withHostName(second, 'infra1');
    const third: Transport = { ...slow, run: async (script) => (await hangs.promise, slow.run(script)) };
    const locks = await acquire(alice, [first], { optional: [third], optionalMs: 200 });
    expect(locks.leftOut.map(({ error }) => error.message).join()).toMatch(
      /\[infra1\] lock: it did not answer within 0\.2 s after/,
    );
    hangs.resolve(undefined);
    await until(() => second.titles.filter((title) => title === 'unlock').length >= 2);
    await until(() => second.pids('unlock').length === 0);
    expect(owners()).toEqual([alice.id, undefined, undefined]);
  });

  test('that another run works on are waited for as the others are', async () => {
    const [first, second] = (await connectAll()) as [LocalTransport, LocalTransport];
    await acquire(bob, [await (hosts[1] as LocalHost).connect()]);
    const { findings } = await refusal(acquire(alice, [first], { optional: [second] }));
    expect(findings).toMatchObject([{ host: 'infra1', at: 'lock' }]);
    expect(owners()).toEqual([undefined, bob.id, undefined]);
  });
});

test('an id that bash could take for something else is refused', async () => {
  const connection = await only().connect();
  await expect(acquire({ ...alice, id: `a'; rm -rf /` }, [connection])).rejects.toThrow(
    'is no id for a lock',
  );
});

test('the lock file holds what a reader needs, readable by root alone', async () => {
  const connection = await only().connect();
  await acquire(alice, [connection]);
  expect(only().lock).toEqual({
    ...alice,
    heartbeat: expect.any(Number),
    ttl: 30,
    try: expect.any(Number),
    connection: expect.stringMatching(/^\d+ \d+$/),
  });
  const { stdout } = await connection.run(
    step(`stat -c %a ${only().lockFile} $(dirname ${only().lockFile})`),
  );
  expect(stdout.toString()).toBe('600\n700\n');
});
