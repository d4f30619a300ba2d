import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun, RunOptions } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { expectRefusal, finding, logOf, succeeded } from './support/expect-run.ts';
import { loseRunner, stepsOf } from './support/faults.ts';
import { leftoversOfAll } from './support/leftovers.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
beforeAll(async () => {
  lab = await freshLab();
});
afterAll(() => lab.down());

function deploy(
  changes: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, changes), options);
}

test('two first deploys at once: one of them acts, the other waits and finds the work done', async () => {
  const runs = await Promise.all([deploy({}), deploy({})]);
  runs.forEach(succeeded);
  expect(runs.map(({ outputs }) => outputs['changed']).toSorted()).toEqual(['false', 'true']);
  const [acted, waited] = runs[0].outputs['changed'] === 'true' ? runs : runs.toReversed();
  expect(acted?.outputs['verdict']).toBe('create');
  expect(waited?.outputs['verdict']).toBe('unchanged');
  expect(stepsOf(waited ?? { log: [] })).toEqual([]);
  const authority = await assertOneClusterHealthy(lab);
  for (const { outputs } of runs) expect(outputs['ca-fingerprint']).toBe(authority);
  expect(await leftoversOfAll(lab)).toEqual([]);
});

test('during a run that restarts members: a run that may not wait is refused with the holder, one that may waits', async () => {
  let second: Promise<ActionRun> | undefined;
  let third: Promise<ActionRun> | undefined;
  const first = succeeded(
    await deploy(
      { 'extra-args': 'snapshot-count: 5000' },
      {
        github: { GITHUB_RUN_ID: '17000000077', GITHUB_TRIGGERING_ACTOR: 'hubot' },
        onLine: (line) => {
          if (!/\] done: /.test(line)) return;
          second ??= deploy({ 'extra-args': 'snapshot-count: 7000', 'lock-timeout': '0s' });
          third ??= deploy({ 'extra-args': 'snapshot-count: 5000' });
        },
      },
    ),
  );
  expect(first.outputs).toMatchObject({ verdict: 'converge', changed: 'true', healthy: 'true' });
  const refused = await second;
  const waited = await third;
  if (refused === undefined || waited === undefined) throw new Error('no step of the first run was seen');
  expectRefusal(refused, [
    finding('infra[012]', "hubot's run https://github\\.com/octo-org/workspace/actions/runs/17000000077"),
  ]);
  expect(succeeded(waited).outputs).toMatchObject({ verdict: 'unchanged', changed: 'false' });
  const flags = 'grep -o -- --snapshot-count=.* /etc/kubernetes/manifests/etcd.yaml';
  for (const { name } of lab.hosts) expect(await lab.sh(name, flags)).toBe('--snapshot-count=5000\n');
});

test('the lock of a run that was killed is taken over, which is said, and its work is finished', async () => {
  const inputs = deployInputs(lab, { 'extra-args': 'snapshot-count: 6000' });
  const lost = await loseRunner(lab, inputs, { atLine: /\] done: restart member/ });
  expect([lost.reached, lost.conclusion]).toEqual([true, 'lost']);
  for (const { name } of lab.hosts) await lab.sh(name, 'test -e /run/etcd-ha-action/lock.json');
  const next = succeeded(await runInLab(lab, inputs));
  expect(logOf(next)).toMatch(/counts as abandoned and was taken over/);
  expect(next.outputs).toMatchObject({ changed: 'true', healthy: 'true' });
  await assertOneClusterHealthy(lab);
  expect(await leftoversOfAll(lab)).toEqual([]);
});

test('a run that is cancelled gives the lock back', async () => {
  const cancelled = new AbortController();
  const run = await deploy(
    { 'extra-args': 'snapshot-count: 7000' },
    {
      cancel: cancelled.signal,
      onLine: (line) => {
        if (/\] done: render manifest/.test(line)) cancelled.abort();
      },
    },
  );
  expect(run.conclusion).toBe('cancelled');
  expect(run.main.signal).toBeNull(); // it ended by itself, within the runner's 7.5 s
  for (const { name } of lab.hosts) {
    expect(await lab.sh(name, 'ls /run/etcd-ha-action | grep lock.json || true')).toBe('');
  }
  const next = succeeded(await deploy({ 'extra-args': 'snapshot-count: 7000', 'lock-timeout': '0s' }));
  expect(logOf(next)).not.toMatch(/taken over/);
  expect(await leftoversOfAll(lab)).toEqual([]);
});
