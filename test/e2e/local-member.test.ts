import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { logOf, succeeded } from './support/expect-run.ts';
import { patientHealth } from './support/health.ts';
import { RunnerOnHost } from './support/runner-on-host.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
let runner: RunnerOnHost;
let run: ActionRun;

/** A workflow that runs on infra0 and deploys to it and two others. */
function inputs(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return deployInputs(lab, { 'local-host': lab.hosts[0]?.address ?? '', ...changes });
}

beforeAll(async () => {
  lab = await freshLab();
  runner = await RunnerOnHost.install(lab, 'infra0');
  run = await runner.run(inputs());
});
afterAll(() => lab.down());

test('a runner that is a member deploys itself and the others', async () => {
  succeeded(run);
  expect(run.annotations).toEqual([]);
  await assertOneClusterHealthy(lab);
});

test('run again it changes nothing, and health and preflight work', async () => {
  const again = succeeded(await runner.run(inputs()));
  expect(again.outputs['changed']).toBe('false');
  const health = succeeded(await runner.run(inputs({ operation: 'health', ...patientHealth })));
  expect(health.outputs['status']).toBe('ok');
  succeeded(await runner.run(inputs({ operation: 'preflight' })));
});

test('a runner that is another machine is refused before anything else', async () => {
  const elsewhere = await runner.run(inputs({ 'local-host': lab.hosts[1]?.address ?? '' }));
  expect(elsewhere.conclusion).toBe('failure');
  expect(logOf(elsewhere)).toContain(`this runner is not ${lab.hosts[1]?.address}`);
});
