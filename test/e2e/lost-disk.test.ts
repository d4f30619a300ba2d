import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { get, put, waitReady } from './support/etcd.ts';
import { expectRefusal, succeeded } from './support/expect-run.ts';
import { checkHealthOf, patientHealth } from './support/health.ts';
import { memberProcesses } from './support/processes.ts';

/*
 * Data dirs are disks of their own, and no longer mounted after a reboot of all hosts. kubelet then lets etcd found an
 * empty cluster with the names, ids and certificates of the old one: its members call it healthy.
 */
jest.setTimeout(10 * 60_000);

const UNIT = '/etc/systemd/system/var-lib-etcd.mount';

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab({ variant: 'bookworm+data-disk' });
  succeeded(await runInLab(lab, deployInputs(lab)));
});
afterAll(() => lab.down());

/** Changes the unit that mounts the disk on all hosts, and reboots them. */
async function rebootAll(change: string): Promise<void> {
  await Promise.all(
    lab.hosts.map(async ({ name }) => {
      await lab.sh(name, change);
      await lab.reboot(name);
    }),
  );
  await Promise.all(lab.hosts.map(({ name }) => waitReady(lab, name, 120)));
}

test('an empty cluster in place of the old one is refused by a deploy and reported by a health check', async () => {
  await put(lab, 'infra0', 'kept', 'on-the-disk');
  await rebootAll(`mv ${UNIT} ${UNIT}.away && ln -s /dev/null ${UNIT}`);
  expect(await get(lab, 'infra0', 'kept')).toBe('');

  const before = await memberProcesses(lab);
  const run = await runInLab(lab, deployInputs(lab, { 'extra-args': 'snapshot-count: 5000' }));
  expectRefusal(
    run,
    lab.hosts.map(({ name }) => new RegExp(`\\[${name}\\] data-dir: .*is on that of / now`)),
  );
  expect(await memberProcesses(lab)).toEqual(before);
  const { report } = await checkHealthOf(lab, patientHealth);
  const failed = report.checks.filter(({ status }) => status === 'fail');
  expect(failed.map(({ name, member }) => `${member} ${name}`).toSorted()).toEqual(
    lab.hosts.map(({ name }) => `${name} disk-space`),
  );
});

test('with the disks back all is as it was', async () => {
  await rebootAll(`rm ${UNIT} && mv ${UNIT}.away ${UNIT}`);
  await assertOneClusterHealthy(lab);
  expect(await get(lab, 'infra1', 'kept')).toBe('on-the-disk');
  expect(succeeded(await runInLab(lab, deployInputs(lab))).outputs).toMatchObject({ verdict: 'unchanged' });
});
