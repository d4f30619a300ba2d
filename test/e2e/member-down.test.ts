import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { waitReady } from './support/etcd.ts';
import { finding, logOf, succeeded } from './support/expect-run.ts';
import { stepsOf } from './support/faults.ts';
import { leftoversOfAll } from './support/leftovers.ts';
import { lostWrites, Writer } from './support/writer.ts';

jest.setTimeout(15 * 60_000);

const SERVER = '/etc/kubernetes/pki/etcd/server.crt';
const REACHED = ['infra0', 'infra1'];
const CHANGE = {
  'certificate-validity-days': '500',
  'renew-before-days': '400',
  'extra-args': 'snapshot-count: 5000',
};

let lab: Lab;
/** Keys whose writes a member has acknowledged while infra2 was down. */
let acknowledged: readonly string[] = [];

beforeAll(async () => {
  lab = await freshLab();
  succeeded(await deploy());
});
afterAll(() => lab.down());

function deploy(inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, inputs));
}

async function digests(hosts: readonly string[]): Promise<string[]> {
  return Promise.all(hosts.map((host) => lab.sh(host, `sha256sum < ${SERVER}`)));
}

test('a host is down during a renewal: the others get their certificates, and the run says what it left out', async () => {
  const before = await digests(REACHED);
  const writer = await Writer.start(lab);
  await lab.kill('infra2');

  const run = await deploy(CHANGE);
  ({ acknowledged } = await writer.stop());
  expect(run.conclusion).toBe('failure');
  expect(run.outputs).toMatchObject({ verdict: 'converge', changed: 'true', healthy: 'false' });
  const renewed = await digests(REACHED);
  for (const [index, digest] of renewed.entries()) expect(digest).not.toBe(before[index]);

  const log = logOf(run);
  expect(log).toMatch(finding('infra2', 'neither inspected nor changed the host'));
  for (const host of REACHED) {
    expect(log).toMatch(finding(host, 'it is not restarted.*snapshot-count.* are needed'));
    expect(run.summary).toContain(host);
  }
  expect(run.summary).toContain('neither inspected nor changed the host');
});

test('run again while the host is down: no certificate is made twice', async () => {
  const renewed = await digests(REACHED);
  const run = await deploy({ ...CHANGE, 'extra-args': '' });
  expect(run.conclusion).toBe('failure');
  expect(stepsOf(run).map(({ title }) => title)).not.toContain('verify served certificates');
  expect(await digests(REACHED)).toEqual(renewed);
});

test('the host is back: the same run brings all members there', async () => {
  await lab.start('infra2');
  await waitReady(lab, 'infra2');
  const run = succeeded(await deploy(CHANGE));
  expect(run.outputs).toMatchObject({ verdict: 'converge', healthy: 'true' });
  await assertOneClusterHealthy(lab);
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(await lostWrites(lab, acknowledged)).toEqual([]);
  expect(await leftoversOfAll(lab)).toEqual([]);
  expect(succeeded(await deploy(CHANGE)).outputs).toMatchObject({ verdict: 'unchanged', changed: 'false' });
});
