/** The lock with a real OpenSSH server: the process of a connection is found, and the lock ends with it. */
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { acquireLocks, type HeldLocks } from '../../../src/hosts/lock/acquire-locks.ts';
import type { RemoteScript, Transport } from '../../../src/hosts/transport.ts';
import { LOCK_FILE } from '../../../src/kubeadm/paths.ts';
import { connectTo, KeptLog, pinned, usableKey } from '../ssh/client.ts';
import { Sshd } from '../ssh/sshd.ts';
import { sshKeygen, TemporaryFolder } from '../ssh/tools.ts';
import { needing } from '../../needs.ts';

jest.setTimeout(30_000);

const needed = needing('root', 'sshd');

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

needed.describe('over OpenSSH', () => {
  const login = sshKeygen(folder, 'login', 'ed25519');
  const key = usableKey(login.privateText);
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await Sshd.start(folder, 'lock', login, {});
  });
  afterAll(() => sshd.stop());

  const connect = (): Promise<Transport> =>
    connectTo(sshd.port, { key, pins: pinned(sshd.port, sshd.hostKey.host), user: 'root' });

  function acquire(id: string, transport: Transport, waitMs = 0): Promise<HeldLocks> {
    const owner = { id, run: `https://example.test/${id}`, actor: id, startedAt: '2026-01-02T03:04:05Z' };
    const signal = new AbortController().signal;
    const log = new KeptLog();
    return acquireLocks({ transports: [transport], owner, waitMs, signal, log, random: Math.random });
  }

  const step = (script: string): RemoteScript => ({
    title: 'start kubelet',
    effect: 'changes',
    script,
    timeoutMs: 20_000,
  });

  test('the lock knows the process of its connection, and is free to take when that has ended', async () => {
    const [first, second] = [await connect(), await connect()];
    await acquire('first', first);
    const { stdout } = await first.run(
      step(`IFS='"' read -r line < ${LOCK_FILE}; [[ $line =~ connection\\":\\"([0-9]+) ]]
        cat /proc/\${BASH_REMATCH[1]}/comm`),
    );
    expect(stdout.toString()).toMatch(/^sshd/);
    await expect(acquire('second', second)).rejects.toThrow("first's run https://example.test/first");
    await first.close();
    const locks = await acquire('second', second, 2000);
    expect(locks.takenOver).toEqual([expect.objectContaining({ why: 'connection ended' })]);
    await locks.release();
    await second.close();
  });

  test('a step whose connection has ended keeps the next run out until it has ended too', async () => {
    const [first, second] = [await connect(), await connect()];
    const locks = await acquire('first', first);
    const running = first.run(locks.guard(step('sleep 3'))).catch(() => undefined);
    await sleep(500);
    await first.close();
    await running;
    await sleep(500);
    await expect(acquire('second', second)).rejects.toThrow(
      /a step of an ended run still runs there: .*\(start kubelet\)/,
    );
    const taken = await acquire('second', second, 10_000);
    expect(taken.takenOver).toEqual([expect.objectContaining({ why: 'connection ended' })]);
    await taken.release();
    await second.close();
  });
});
