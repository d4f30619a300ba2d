import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { succeeded } from './support/expect-run.ts';
import { checkHealthOf, patientHealth } from './support/health.ts';
import { leftoversOfAll } from './support/leftovers.ts';
import { memberProcesses } from './support/processes.ts';
import { expectRollingChange } from './support/rolling-change.ts';

/*
 * Hosts of three kinds in one cluster: another release, another runtime, another userland. Facts about one of them do
 * not apply to the others.
 */
jest.setTimeout(10 * 60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab({ variant: ['bookworm', 'trixie+crio', 'trixie+rust-userland+hardened'] });
});
afterAll(() => lab.down());

test('a deploy makes one cluster of them', async () => {
  const run = succeeded(await runInLab(lab, deployInputs(lab)));
  expect(run.outputs).toMatchObject({ verdict: 'create', changed: 'true', healthy: 'true' });
  expect(run.annotations).toEqual([]);
  await assertOneClusterHealthy(lab);
  expect(await leftoversOfAll(lab)).toEqual([]);
});

test('the same once more finds nothing to do', async () => {
  const before = await memberProcesses(lab);
  const run = succeeded(await runInLab(lab, deployInputs(lab)));
  expect(run.outputs).toMatchObject({ verdict: 'unchanged', changed: 'false', healthy: 'true' });
  expect(await memberProcesses(lab)).toEqual(before);
});

test('a change restarts one member after the other, and no write is lost', async () => {
  const change = { 'extra-args': 'snapshot-count: 5000' };
  await expectRollingChange(lab, () => runInLab(lab, deployInputs(lab, change)));
});

test('health sees all of them', async () => {
  const { run, report } = await checkHealthOf(lab, patientHealth);
  expect(report.checks.filter(({ status }) => status === 'unknown')).toEqual([]);
  expect([run.conclusion, report.status]).toEqual(['success', 'ok']);
});
