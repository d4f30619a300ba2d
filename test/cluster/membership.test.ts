import { expect, test } from '@jest/globals';
import { membershipFindings } from '../../src/cluster/membership.ts';
import { assessHealth } from '../../src/etcd/health/health.ts';
import { observation, PORTS, status, unreachable } from '../etcd/observations.ts';
import { NOW } from './example.ts';

test('two members of two clusters, and no third one to tell which is the right one, are a refusal', () => {
  const stranger = observation(0, { status: { seen: status(0, { clusterId: 'c9', leader: 'a0' }) } });
  const health = assessHealth([stranger, unreachable(1), observation(2)], PORTS, NOW);
  expect(membershipFindings(new Map(), { health })).toMatchObject([
    {
      at: 'cluster id',
      fact: 'The endpoints belong to different clusters: c9 (infra0), c1 (infra2).',
    },
  ]);
});
