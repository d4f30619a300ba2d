import { describe, expect, test } from '@jest/globals';
import { verificationDocument } from '../../src/checks/make-document.ts';
import type { EtcdErrorKind } from '../../src/etcd/errors.ts';
import { assessHealth } from '../../src/etcd/health/health.ts';
import type { EndpointObservation } from '../../src/etcd/health/observation.ts';
import {
  etcdFailure,
  leaderless,
  member,
  observation,
  PORTS,
  status,
  unreachable,
} from '../etcd/observations.ts';
import { numbers, oneOf } from '../fuzz.ts';
import { thresholds } from '../operations/health/example-documents.ts';
import { reportErrors } from './schema.ts';

const parts = { ...PORTS, clusterName: 'etcd', durationMs: 4321, thresholds, certificates: [] };

function judged(observations: readonly EndpointObservation[]) {
  const report = assessHealth(observations, PORTS, new Date('2026-08-29T03:00:00Z'));
  return { report, document: verificationDocument(report, parts) };
}

const three = [0, 1, 2].map((index) => observation(index));

describe('the health report of a deploy', () => {
  test('has the checks of a verification, and its figures', () => {
    const { document } = judged(three);
    expect(reportErrors(document)).toEqual([]);
    expect(document).toMatchObject({
      status: 'ok',
      healthy: true,
      failureTolerance: 1,
      cluster: { id: 'c1', leader: 'infra1', raftTerm: 2, revision: null },
      metricsWindowSeconds: null,
    });
    expect(document.summary).toBe(
      'etcd cluster "etcd" is healthy: 3 of 3 members answer, infra1 leads, it can lose 1 more member.',
    );
    expect([...new Set(document.checks.map(({ name }) => name))]).toEqual([
      'quorum',
      'leader',
      'cluster-id',
      'membership',
      'alarms',
      'versions',
      'endpoint',
      'read',
    ]);
    expect(document.members[1]).toMatchObject({
      name: 'infra1',
      status: 'ok',
      role: 'leader',
      reachable: true,
      readMs: 16.283339,
      dbSizeBytes: 20_480,
      raftLag: 0,
      quotaBytes: null,
      sshRoundTripMs: null,
      peers: [],
    });
    expect(document.memberList.map(({ name }) => name)).toEqual(['infra0', 'infra1', 'infra2']);
  });

  test('says which member is down, and that the others are a quorum', () => {
    const { document } = judged([observation(0), observation(1), unreachable(2)]);
    expect(document).toMatchObject({ status: 'fail', healthy: false, failureTolerance: 0 });
    const bad = document.checks.filter(({ status: how }) => how !== 'ok');
    expect(bad.map(({ name, member: of, status: how }) => [how, of, name])).toEqual([
      ['fail', 'infra2', 'endpoint'],
      ['warn', null, 'quorum'],
    ]);
    expect(document.members.map(({ status: how }) => how)).toEqual(['ok', 'ok', 'fail']);
  });

  test('a member that does not give its member list is not ok, whatever else it answers', () => {
    const failed = { failure: etcdFailure('permission-denied', 'permission denied', 2) };
    const { document } = judged([observation(0), observation(1), observation(2, { memberList: failed })]);
    expect(document.members[2]?.status).toBe('fail');
  });
});

describe('clusters of any kind', () => {
  const kinds: readonly EtcdErrorKind[] = [
    'timeout',
    'no-leader',
    'rejected',
    'permission-denied',
    'unreachable',
  ];

  function broken(index: number, random: () => number): EndpointObservation {
    const failed = { failure: etcdFailure(oneOf(kinds, random), 'it did not work', index) };
    const alarm = { memberId: 'a1', alarm: oneOf(['NOSPACE', 'CORRUPT'], random) };
    const others = { clusterId: 'c1', members: [member(0), member(1), member(2, { isLearner: true })] };
    if (random() < 0.6) return observation(index);
    return oneOf(
      [
        unreachable(index),
        leaderless(index),
        observation(index, { readNs: failed }),
        observation(index, { readNs: failed, alarms: failed }),
        observation(index, { alarms: failed }),
        observation(index, { memberList: failed }),
        observation(index, { roundTripNs: failed }),
        observation(index, { alarms: { seen: [alarm] } }),
        observation(index, { memberList: { seen: others } }),
        observation(index, { status: { seen: status(index, { version: '3.5.9' }) } }),
        observation(index, { status: { seen: status(index, { leader: 'a0', raftTerm: 1 }) } }),
        observation(index, { status: { seen: status(index, { clusterId: 'c2' }) } }),
        observation(index, { status: { seen: status(index, { errors: ['memberID:161 alarm:CORRUPT '] }) } }),
        observation(index, { status: { seen: status(index, { errors: ['etcdserver: odd'] }) } }),
      ],
      random,
    );
  }

  test('the document is healthy exactly if the report is, and follows the schema', () => {
    const verdicts = new Map<boolean, number>();
    for (let seed = 0; seed < 400; seed += 1) {
      const random = numbers(seed);
      const { report, document } = judged([0, 1, 2].map((index) => broken(index, random)));
      expect({ seed, errors: reportErrors(document) }).toEqual({ seed, errors: [] });
      expect({ seed, healthy: document.healthy }).toEqual({ seed, healthy: report.healthy });
      verdicts.set(report.healthy, (verdicts.get(report.healthy) ?? 0) + 1);
    }
    expect(verdicts.get(true)).toBeGreaterThan(10);
    expect(verdicts.get(false)).toBeGreaterThan(200);
  });

  // Each answers for itself, and believes what it likes about the others.
  test('the same where the members contradict each other', () => {
    const lists = [
      [member(0), member(1), member(2)],
      [member(0), member(1)],
      [member(1)],
      [member(0), member(1), member(2), member(3)],
      [],
    ];
    let withoutList = 0;
    for (let seed = 0; seed < 400; seed += 1) {
      const random = numbers(seed);
      const size = oneOf([1, 2, 3], random);
      const observations = Array.from({ length: size }, (_, index) =>
        observation(index, {
          status: {
            seen: status(index, {
              leader: oneOf(['a0', 'a1', 'a2', null], random),
              clusterId: random() < 0.9 ? 'c1' : 'c2',
            }),
          },
          memberList: { seen: { clusterId: 'c1', members: oneOf(lists, random) } },
        }),
      );
      const { report, document } = judged(observations);
      expect({ seed, healthy: document.healthy }).toEqual({ seed, healthy: report.healthy });
      const disagree = report.findings.filter(({ code }) => code === 'members-disagree').length;
      const told = document.checks.filter(({ code }) => code === 'members-disagree');
      expect({ seed, told: told.length }).toEqual({ seed, told: disagree });
      if (report.members.length === 0 && disagree > 0) withoutList += 1;
    }
    expect(withoutList).toBeGreaterThan(20);
  });
});

test('members that contradict each other, and of which none leads, are a failure', () => {
  const status0 = { seen: status(0, { leader: 'a0' }) };
  const alone = { seen: { clusterId: 'c1', members: [member(0)] } };
  const { report, document } = judged([
    observation(0, { status: status0, memberList: alone }),
    observation(1, { memberList: { seen: { clusterId: 'c1', members: [member(0), member(1)] } } }),
  ]);
  expect(report.healthy).toBe(false);
  expect(document.healthy).toBe(false);
  expect(document.checks.filter(({ name }) => name === 'membership')).toMatchObject([
    { status: 'fail', code: 'members-disagree', member: 'infra0' },
    { status: 'fail', code: 'members-disagree', member: 'infra1' },
  ]);
});
