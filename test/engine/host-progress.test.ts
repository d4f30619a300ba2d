import { expect, test } from '@jest/globals';
import { hostProgress } from '../../src/engine/audit.ts';
import { Timeline } from '../../src/run/timeline.ts';
import type { Step } from '../../src/steps/index.ts';
import { samplePlan, stage } from '../plan/sample.ts';

function kubelet(host: string): Step {
  return { kind: 'start-kubelet', host, restart: true, why: 'x' };
}

function record(host: string): Step {
  return { kind: 'record-member', host, why: 'x' };
}

const plan = samplePlan({
  stages: [
    stage([kubelet('infra0'), kubelet('infra1')], { title: 'A' }),
    stage([{ kind: 'set-modes', host: 'infra0', why: 'x', modes: new Map() }], { title: 'B' }),
    // The same kind of step once more, in another stage.
    stage([kubelet('infra0')], { title: 'C' }),
  ],
  afterVerify: [stage([record('infra0'), record('infra1')], { title: 'D' })],
});

async function timeline(): Promise<Timeline> {
  const entries = new Timeline(() => 0);
  const done = (stage: string, title: string, host?: string): Promise<void> =>
    entries.record({ stage, title, changes: true, ...(host !== undefined && { host }) }, () =>
      Promise.resolve(),
    );
  await done('Observe', 'connect', 'infra0');
  await done('A', 'start kubelet', 'infra0');
  await done('B', 'gate: every member is healthy');
  await entries
    .record({ stage: 'A', title: 'start kubelet', changes: true, host: 'infra1' }, () =>
      Promise.reject(new Error('x')),
    )
    .catch(() => undefined);
  return entries;
}

test('of each host, including unchanged ones: finished, failed and unstarted steps', async () => {
  expect(hostProgress(plan, await timeline())).toEqual([
    {
      host: 'infra0',
      done: ['start kubelet'],
      failed: [],
      left: ['set modes', 'start kubelet', 'record member'],
    },
    { host: 'infra1', done: [], failed: ['start kubelet'], left: ['record member'] },
    { host: 'infra2', done: [], failed: [], left: [] },
  ]);
});
