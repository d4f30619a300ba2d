import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import { type Check, isFinding } from '../../src/checks/check.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { expectRefusal, logOf, succeeded } from './support/expect-run.ts';
import { changesSince, type HostSnapshot, snapshotHosts } from './support/snapshot.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
let before: ReadonlyMap<string, HostSnapshot>;
beforeAll(async () => {
  lab = await freshLab();
  before = await snapshotHosts(lab);
});
afterAll(() => lab.down());

type Inputs = Readonly<Record<string, string>>;

function run(inputs: Inputs): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, inputs));
}

async function dryRun(inputs: Inputs = {}): Promise<ActionRun> {
  const dry = succeeded(await run({ ...inputs, 'dry-run': 'true' }));
  expect(dry.outputs['changed']).toBe('false');
  expect(dry.outputs['plan-digest']).toMatch(/^[0-9a-f]{64}$/);
  expect(dry.droppedOutputs).toEqual([]);
  return dry;
}

async function expectUntouched(): Promise<void> {
  expect(await changesSince(lab, before)).toEqual([]);
}

async function preflight(inputs: Inputs = {}): Promise<void> {
  const looked = succeeded(await run({ ...inputs, operation: 'preflight' }));
  expect(looked.outputs['changed']).toBe('false');
  const findings = JSON.parse(looked.outputs['findings'] ?? '') as Check[];
  for (const check of findings) {
    expect(check.status).toMatch(/^(warn|ok)$/);
    expect(isFinding(check)).toBe(true);
    expect([check.name, check.measured]).not.toContain('');
  }
}

describe('hosts that hold nothing', () => {
  let digest: string;

  test('a dry run plans to create, twice the same, and changes nothing', async () => {
    const [one, other] = [await dryRun(), await dryRun()];
    expect(one.outputs['verdict']).toBe('create');
    digest = one.outputs['plan-digest'] ?? '';
    expect(other.outputs['plan-digest']).toBe(digest);
    const plan = one.outputs['plan'] ?? '';
    expect(plan).not.toMatch(/PRIVATE KEY/);
    for (const { name } of lab.hosts) {
      expect(plan).toContain(name);
      expect(one.summary).toContain(name);
    }
    for (const path of ['/etc/kubernetes/pki/etcd/ca.key', '/etc/kubernetes/manifests/etcd.yaml']) {
      expect(plan).toContain(path);
      expect(logOf(one)).toContain(path);
    }
    await expectUntouched();
  });

  test('a preflight tells what it sees and changes nothing', async () => {
    await preflight();
    await expectUntouched();
  });

  test('an unapproved plan is not carried out', async () => {
    const other = await run({ 'approved-plan': 'ab'.repeat(32) });
    expectRefusal(other, [/approved-plan: .*Fix: .*dry-run/]);
    await expectUntouched();
    // Other inputs, another plan.
    expectRefusal(await run({ 'approved-plan': digest, 'extra-args': 'snapshot-count: 5000' }), [
      /approved-plan/,
    ]);
    await expectUntouched();
  });

  test('the plan that was approved is', async () => {
    const done = succeeded(await run({ 'approved-plan': digest }));
    expect(done.outputs).toMatchObject({
      verdict: 'create',
      changed: 'true',
      healthy: 'true',
      'plan-digest': digest,
    });
    await assertOneClusterHealthy(lab);
    // The plan is carried out now, so the same plan no longer applies.
    expectRefusal(await run({ 'approved-plan': digest }), [/approved-plan/]);
  });
});

describe('a cluster that lives', () => {
  beforeAll(async () => {
    before = await snapshotHosts(lab);
  });

  test('a dry run has nothing to do, and says so', async () => {
    const dry = await dryRun();
    expect(dry.outputs).toMatchObject({ verdict: 'unchanged', healthy: 'true' });
    await expectUntouched();
  });

  test('a dry run of a change shows what becomes of each file and who restarts, and changes nothing', async () => {
    const change = { 'extra-args': 'snapshot-count: 5000' };
    const [one, other] = [await dryRun(change), await dryRun(change)];
    expect(one.outputs['verdict']).toBe('converge');
    expect(other.outputs['plan-digest']).toBe(one.outputs['plan-digest']);
    const { hosts } = JSON.parse(one.outputs['plan'] ?? '') as {
      hosts: { restarts: string[]; files: { path: string; diff?: string }[] }[];
    };
    expect(hosts).toHaveLength(3);
    for (const { restarts, files } of hosts) {
      expect(restarts).not.toEqual([]);
      const diffs = files.map(({ diff }) => diff ?? '').join('\n');
      expect(diffs).toMatch(/^\+.*snapshot-count/m);
    }
    await expectUntouched();
  });

  test('a dry run of a renewal has the same digest twice, though keys and serials would be fresh', async () => {
    const change = { 'certificate-validity-days': '500', 'renew-before-days': '400' };
    const [one, other] = [await dryRun(change), await dryRun(change)];
    expect(one.outputs['verdict']).toBe('converge');
    expect(other.outputs['plan-digest']).toBe(one.outputs['plan-digest']);
    await expectUntouched();
  });

  test('a preflight beside it, with and without the write test, changes nothing', async () => {
    await preflight();
    await preflight({ 'disk-test': 'true' });
    await expectUntouched();
  });
});
