import { describe, expect, test } from '@jest/globals';
import { describeGate, gateFindings, MOST_LAG, type Gate } from '../../src/cluster/gates.ts';
import { quorumOf } from '../../src/etcd/quorum.ts';
import { clusterFacts, type ClusterState } from './example-health.ts';
import { FIVE_MEMBERS, MEMBERS } from './example.ts';

const ALL: Gate = { kind: 'all' };
const QUORUM: Gate = { kind: 'quorum' };

function without(member: string): Gate {
  return { kind: 'quorum-without', member };
}

function only(member: string): Gate {
  return { kind: 'member', member };
}

function isOpen(gate: Gate, state: ClusterState = {}, soon: readonly string[] = []): boolean {
  return gateFindings(gate, clusterFacts(state).health, new Set(soon)).length === 0;
}

test('a majority is more than half', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map(quorumOf)).toEqual([1, 2, 2, 3, 3, 4, 4]);
});

test('every gate is open where all is well', () => {
  expect([ALL, QUORUM, without('infra0'), only('infra0')].map((gate) => isOpen(gate))).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

describe('a member that is down', () => {
  test.each<[Gate, boolean]>([
    [ALL, false],
    [QUORUM, true],
    [only('infra2'), false],
    [only('infra1'), true],
    // A member that is down already can be taken away.
    [without('infra2'), true],
    [without('infra1'), false],
  ])('%j of three: %s', (gate, open) => {
    expect(isOpen(gate, { down: ['infra2'] })).toBe(open);
  });

  test.each<[readonly string[], Gate, boolean]>([
    [['infra4'], without('infra1'), true],
    [['infra3', 'infra4'], without('infra1'), false],
    [['infra3', 'infra4'], without('infra4'), true],
    [['infra3', 'infra4'], QUORUM, true],
    [['infra2', 'infra3', 'infra4'], QUORUM, false],
  ])('%j of five, %j: %s', (down, gate, open) => {
    expect(isOpen(gate, { members: FIVE_MEMBERS, down })).toBe(open);
  });

  test('counts where it will be back before the gate is passed', () => {
    expect(isOpen(without('infra1'), { down: ['infra2'] }, ['infra2'])).toBe(true);
    // A member cannot be both counted on and taken away.
    expect(isOpen(without('infra2'), { members: MEMBERS, down: ['infra1'] }, ['infra2'])).toBe(false);
  });
});

test('neither of two members can be spared', () => {
  const members = MEMBERS.slice(0, 2);
  expect(isOpen(without('infra0'), { members })).toBe(false);
  expect(isOpen(ALL, { members })).toBe(true);
});

describe('one leader, no alarm and the expected members belong to every gate', () => {
  test.each<[string, ClusterState]>([
    ['no leader', { leader: null }],
    ['an alarm of a member', { alarm: 'infra2' }],
    ['a stranger', { stranger: true }],
  ])('%s', (_, state) => {
    expect([ALL, QUORUM, without('infra0'), only('infra0')].map((gate) => isOpen(gate, state))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test.each<[Gate, boolean]>([
    [ALL, false],
    [only('infra2'), false],
    [only('infra1'), true],
    [without('infra2'), true],
    [without('infra1'), false],
  ])('a member that is not in the list: %j is open: %s', (gate, open) => {
    expect(isOpen(gate, { missing: ['infra2'] })).toBe(open);
  });
});

test('a member that is far behind does not count; a little behind does', () => {
  expect(isOpen(only('infra2'), { lagging: ['infra2'] })).toBe(false);
  expect(isOpen(without('infra1'), { lagging: ['infra2'] })).toBe(false);
  const { health } = clusterFacts();
  const behind = (lag: number): typeof health => ({
    ...health,
    endpoints: health.endpoints.map((one) =>
      one.name === 'infra2' ? { ...one, raftAppliedIndex: (one.raftIndex ?? 0) - lag } : one,
    ),
  });
  expect(gateFindings(only('infra2'), behind(MOST_LAG))).toEqual([]);
  expect(gateFindings(only('infra2'), behind(MOST_LAG + 1))).toMatchObject([
    { host: 'infra2', fact: expect.stringContaining(`${MOST_LAG + 1} raft entries behind`) },
  ]);
});

test('a learner has no vote', () => {
  const { health } = clusterFacts();
  const endpoints = health.endpoints.map((one) =>
    one.name === 'infra2' ? { ...one, isLearner: true } : one,
  );
  expect(gateFindings(without('infra1'), { ...health, endpoints })).toHaveLength(1);
});

test.each<[Gate, ClusterState, RegExp]>([
  [
    only('infra2'),
    { down: ['infra2'] },
    /^it is not healthy \(.*connection refused.*\), and .* requires that infra2 is healthy\.$/,
  ],
  [ALL, { down: ['infra2'] }, /requires that every member is healthy\.$/],
  [
    without('infra1'),
    { down: ['infra2'] },
    /^1 of 3 members would be healthy without infra1, and 2 are needed \(not healthy: infra2, .*\)\.$/,
  ],
  [QUORUM, { down: ['infra1', 'infra2'] }, /^the members report no leader/],
])('why %j is shut is reported with cause and fix', (gate, state, fact) => {
  const [finding] = gateFindings(gate, clusterFacts(state).health);
  expect(finding?.fact).toMatch(fact);
  expect(finding).toMatchObject({ cause: expect.stringMatching(/./), fix: expect.stringMatching(/./) });
});

test('every gate has words of its own', () => {
  const words = [ALL, QUORUM, without('infra0'), only('infra0')].map(describeGate);
  expect(new Set(words).size).toBe(4);
});
