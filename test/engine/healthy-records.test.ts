import { expect, test } from '@jest/globals';
import { healthyRecords } from '../../src/engine/audit.ts';
import type { HostFacts } from '../../src/facts/host.ts';
import { clusterFacts, type ClusterState } from '../cluster/example-health.ts';
import { finishedCluster, guideCluster, MEMBERS } from '../cluster/example.ts';
import { decide } from '../operations/deploy/deciding.ts';

const RENEWAL = { settings: { renewBeforeDays: 364 }, cluster: clusterFacts() };

/** Returns the hosts that are recorded after a renewal that left the cluster in this state. */
function recorded(state: ClusterState, facts: readonly HostFacts[] = finishedCluster()): string[] {
  const byName = new Map(MEMBERS.map(({ name }, index) => [name, facts[index] as HostFacts]));
  const stages = healthyRecords(decide(finishedCluster(), RENEWAL), byName, clusterFacts(state).health);
  return stages.flatMap(({ steps }) => steps).map(({ kind, host }) => `${kind} ${host}`);
}

test('healthy members are recorded if another one is down', () => {
  expect(recorded({ down: ['infra1'] })).toEqual(['record-member infra0', 'record-member infra2']);
});

test('all of them if the database is full', () => {
  expect(recorded({ alarm: 'infra1' })).toHaveLength(3);
});

test.each<[string, ClusterState]>([
  ['no majority is healthy', { down: ['infra0', 'infra1'] }],
  ['there is no leader', { leader: null }],
])('none if %s', (_, state) => {
  expect(recorded(state)).toEqual([]);
});

test('none that was not a recorded member before: a take-over needs the whole cluster', () => {
  expect(recorded({ down: ['infra1'] }, guideCluster())).toEqual([]);
});
