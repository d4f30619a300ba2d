import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, describe, expect, jest, test } from '@jest/globals';

import { connectLocal } from '../../../src/hosts/local/connect-local.ts';
import { LOCK_READER } from '../../../src/hosts/lock/lock-bash.ts';
import { PrivateFolder } from '../../../src/runner/private-folder.ts';
import { HostError } from '../../../src/hosts/host-error.ts';
import { needing } from '../../needs.ts';
import { KeptLog } from '../ssh/client.ts';
import { TemporaryFolder } from '../ssh/tools.ts';

jest.setTimeout(20_000);

const { test: asRoot } = needing('root');
const temporary = new TemporaryFolder();
const folder = new PrivateFolder(temporary.path);
afterAll(() => temporary.remove());

const options = { name: 'infra0', log: new KeptLog(), folder };

describe('the machine', () => {
  test.each(['127.0.0.1', '::1'])('is the host where that has its address (%s)', async (address) => {
    await connectLocal({ ...options, address }).close();
  });

  test.each(['203.0.113.7', '2001:db8::7'])('is not where it does not (%s)', (address) => {
    let error: unknown;
    try {
      connectLocal({ ...options, address });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HostError);
    const { finding } = error as HostError;
    expect(finding).toMatchObject({ host: 'infra0', at: 'connect' });
    expect(finding.fact).toContain(`this runner is not ${address}: its own addresses are `);
    expect(finding.fix).toContain('runs-on');
  });
});

// A runner that was started in a login session has an sshd above it, which outlives a run.
asRoot('the lock is bound to the process of the run, whatever is above it', async () => {
  const transport = connectLocal({ ...options, address: '127.0.0.1' });
  const { stdout } = await transport.run({
    title: 'whose is it',
    effect: 'reads',
    script: `${LOCK_READER}\nown_connection; echo "$own"`,
    timeoutMs: 10_000,
  });
  const [, rest = ''] = readFileSync('/proc/self/stat', 'utf8').split(') ');
  expect(stdout.toString()).toBe(`${process.pid} ${rest.split(' ')[19]}\n`);
  await transport.close();
});

asRoot('named pipes are gone as soon as they are in use, and unused ones with the folder', async () => {
  const own = new PrivateFolder(temporary.path);
  const transport = connectLocal({ ...options, folder: own, address: '127.0.0.1' });
  await transport.run({ title: 'a step', effect: 'reads', script: ':', timeoutMs: 10_000 });
  const path = own.at('');
  // At most 16 are created at a time; this one and that of the shell that waits for the next script remain.
  while (readdirSync(path).length > 14) await sleep(10);
  await transport.close();
  own.remove();
  expect(existsSync(path)).toBe(false);
});

// As after the loss of the runner: this process cannot clean up.
asRoot('what only waits for a killed run ends', async () => {
  const source = (path: string): string => new URL(`../../../src/${path}`, import.meta.url).href;
  const script = `
    import { connectLocal } from '${source('hosts/local/connect-local.ts')}';
    import { PrivateFolder } from '${source('runner/private-folder.ts')}';
    const log = { info() {}, warning() {}, debug() {}, host: () => log };
    const folder = new PrivateFolder('${temporary.path}');
    const transport = connectLocal({ name: 'infra0', address: '127.0.0.1', log, folder });
    const wait = 'echo $$ >&2; while [ -e /proc/$etcd_ha_served_by ]; do sleep 0.05; done';
    await transport.run({ title: 'wait', effect: 'reads', script: wait, timeoutMs: 60_000, onProgress: console.log });`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(String((await once(child.stdout, 'data'))[0]));
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  while (existsSync(`/proc/${pid}`)) await sleep(20);
});
