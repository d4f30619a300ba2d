import { expect } from '@jest/globals';
import type { Lab } from '../../../lab/client.ts';
import type { ActionRun } from '../../github/runner.ts';
import { assertOneClusterHealthy, leaderOf } from './cluster.ts';
import { succeeded } from './expect-run.ts';
import { stepsOf } from './faults.ts';
import { ReadyWatch } from './ready-watch.ts';
import { lostWrites, Writer } from './writer.ts';

/**
 * Expects a deploy to restart all members beside a writer: one after the other, the leader last, without losing a
 * write.
 * @param deploy runs the action with a change that requires a restart.
 */
export async function expectRollingChange(lab: Lab, deploy: () => Promise<ActionRun>): Promise<void> {
  const leader = await leaderOf(lab);
  const writer = await Writer.start(lab);
  const watch = new ReadyWatch(lab);
  const run = await deploy();
  const mostAway = await watch.mostAway();
  const { acknowledged } = await writer.stop();
  expect(succeeded(run).outputs).toMatchObject({ verdict: 'converge', changed: 'true', healthy: 'true' });
  const restarts = stepsOf(run).filter(({ title }) => title === 'restart member');
  expect(restarts.map(({ host }) => host).toSorted()).toEqual(lab.hosts.map(({ name }) => name).toSorted());
  expect(restarts.at(-1)?.host).toBe(leader);
  expect(mostAway).toBe(1);
  await assertOneClusterHealthy(lab);
  expect(await lostWrites(lab, acknowledged)).toEqual([]);
}
