import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { Check } from '../../src/checks/check.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from '../e2e/support/action-in-lab.ts';
import { buildByHand } from '../e2e/support/by-hand.ts';
import { assertOneClusterHealthy } from '../e2e/support/cluster.ts';
import { put } from '../e2e/support/etcd.ts';
import { logOf, succeeded } from '../e2e/support/expect-run.ts';
import { checkHealthOf, patientHealth } from '../e2e/support/health.ts';
import { leftoversOfAll } from '../e2e/support/leftovers.ts';
import { memberProcesses } from '../e2e/support/processes.ts';
import { expectRollingChange } from '../e2e/support/rolling-change.ts';
import { changesSince, snapshotHosts } from '../e2e/support/snapshot.ts';
import { lostWrites, Writer } from '../e2e/support/writer.ts';
import { versionsOf } from './versions.ts';

/*
 * The tests that every kind of host has to pass. LAB_VARIANT and LAB_KUBERNETES name the hosts; `npm run test:fleet`
 * runs all rows of scripts/fleet/rows.ts, and `npm test` one of them as a sample. The titles are columns of
 * lab/FLEET.md.
 */
jest.setTimeout(15 * 60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab();
  const file = process.env['LAB_FLEET_VERSIONS'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(await versionsOf(lab)));
});
afterAll(() => lab.down());

const names = (): string[] => lab.hosts.map(({ name }) => name);

function deploy(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, changes));
}

/** Expects a run to find nothing to do: it changes no file, and no process of a member. */
async function expectUnchanged(changes: Readonly<Record<string, string>> = {}): Promise<void> {
  const before = { processes: await memberProcesses(lab), files: await snapshotHosts(lab) };
  const run = succeeded(await deploy(changes));
  expect(run.outputs).toMatchObject({ verdict: 'unchanged', changed: 'false', healthy: 'true' });
  expect(await memberProcesses(lab)).toEqual(before.processes);
  expect(await changesSince(lab, before.files)).toEqual([]);
}

test('preflight', async () => {
  const before = await snapshotHosts(lab);
  const run = succeeded(await deploy({ operation: 'preflight' }));
  const findings = JSON.parse(run.outputs['findings'] ?? '') as Pick<Check, 'name' | 'status'>[];
  // An etcd with known faults is what some of these kubeadms ask for, the kernel is the machine's, and a data disk of the lab is small.
  const expected = [
    'release',
    'cgroups',
    ...(lab.hosts[0]?.variant.includes('data-disk') === true ? ['disk-space'] : []),
  ];
  expect(findings.filter(({ name, status }) => status !== 'ok' && !expected.includes(name))).toEqual([]);
  expect(await changesSince(lab, before)).toEqual([]);
});

test('deploy', async () => {
  const run = succeeded(await deploy());
  expect(run.outputs).toMatchObject({ verdict: 'create', changed: 'true', healthy: 'true' });
  expect(run.annotations).toEqual([]);
  await assertOneClusterHealthy(lab);
  expect(await leftoversOfAll(lab)).toEqual([]);
});

test('run again', () => expectUnchanged());

test('restart', async () => {
  const change = { 'extra-args': 'snapshot-count: 5000' };
  await expectRollingChange(lab, () => deploy(change));
  expect(await leftoversOfAll(lab)).toEqual([]);
  await expectUnchanged(change);
});

test('health', async () => {
  const before = await snapshotHosts(lab);
  const { run, report } = await checkHealthOf(lab, patientHealth);
  const unknown = report.checks.filter(({ status }) => status === 'unknown');
  expect({ conclusion: run.conclusion, status: report.status, unknown, log: logOf(run) }).toMatchObject({
    conclusion: 'success',
    status: 'ok',
    unknown: [],
  });
  expect(await changesSince(lab, before)).toEqual([]);
});

test('adopt', async () => {
  await Promise.all(names().map((host) => lab.reset(host)));
  await buildByHand(lab, { tidy: true });
  const authority = await assertOneClusterHealthy(lab);
  await put(lab, 'infra0', 'adoption/before', 'there');
  const before = await memberProcesses(lab);
  const writer = await Writer.start(lab);
  const run = await deploy();
  const { acknowledged } = await writer.stop();
  expect(succeeded(run).outputs).toMatchObject({ verdict: 'adopt', changed: 'true', healthy: 'true' });
  const etcdOf = (processes: readonly string[]) => processes.map((line) => /etcd .*/.exec(line)?.[0]);
  expect(etcdOf(await memberProcesses(lab))).toEqual(etcdOf(before));
  expect(await lostWrites(lab, [...acknowledged, 'adoption/before'])).toEqual([]);
  expect(await assertOneClusterHealthy(lab)).toBe(authority);
  expect(await leftoversOfAll(lab)).toEqual([]);
  await expectUnchanged();
});
