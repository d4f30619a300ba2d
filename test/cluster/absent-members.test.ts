import { describe, expect, test } from '@jest/globals';
import { type AbsentHost, membersInOrder, resolveAbsent } from '../../src/cluster/absent-members.ts';
import { planDeploy } from '../../src/operations/deploy/deploy.ts';
import type { HostFacts } from '../../src/facts/host.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { RunError, type Finding } from '../../src/findings.ts';
import { FRESH, clusterOf, membersOf, withoutFile } from '../operations/deploy/deciding.ts';
import { clusterFacts, type ClusterState } from './example-health.ts';
import {
  exampleSettings,
  finishedCluster,
  MEMBERS,
  NOW,
  pristineHost,
  type SettingsChanges,
} from './example.ts';
import { CA_KEY } from '../../src/kubeadm/paths.ts';
import type { Step } from '../../src/steps/index.ts';

const WHY: Finding = {
  code: 'ssh-host-unreachable',
  host: 'infra2',
  at: 'connect',
  fact: 'it did not answer on port 22 within 20 s.',
  cause: 'It is down.',
  fix: 'Start it.',
};

/** Decides a deploy to the example's hosts, some of which could not be reached. */
function decide(
  away: readonly string[],
  settings: SettingsChanges = {},
  state: ClusterState | null = { down: away },
  facts: readonly HostFacts[] = finishedCluster(),
): Plan {
  const all = exampleSettings(settings);
  const isAway = (index: number): boolean => away.includes(MEMBERS[index]?.name ?? '');
  return planDeploy({
    settings: all,
    members: membersOf(all, facts).filter((_, index) => !isAway(index)),
    absent: all.hosts.flatMap((host, index): AbsentHost[] =>
      isAway(index) ? [{ address: host.address, settings: host, why: [{ ...WHY, host: host.address }] }] : [],
    ),
    ...(state && { cluster: clusterFacts(state) }),
    newToken: FRESH,
    now: NOW,
  });
}

function refusal(...question: Parameters<typeof decide>): readonly Finding[] {
  try {
    decide(...question);
  } catch (error) {
    if (error instanceof RunError) return error.findings;
    throw error;
  }
  throw new Error('there is a plan');
}

function steps({ stages, afterVerify }: Plan): Step[] {
  return [...stages, ...afterVerify].flatMap((stage) => stage.steps);
}

const RENEWAL = { renewBeforeDays: 364 };
const OTHER_FLAG = { extraArgs: [{ name: 'heartbeat-interval', value: '200' }] };

describe('a host of a healthy cluster is away', () => {
  test('the others get new certificates, and nothing is planned for it', () => {
    const plan = decide(['infra2'], RENEWAL);
    expect(new Set(steps(plan).map(({ host }) => host))).toEqual(new Set(['infra0', 'infra1']));
    expect([...clusterOf(plan).issue.keys()]).toEqual(['infra0', 'infra1']);
    expect(steps(plan).filter(({ kind }) => kind === 'record-member')).toHaveLength(2);
  });

  test('the run ends as failed: the plan names the omitted hosts, and why', () => {
    const { leftOut } = decide(['infra2'], RENEWAL);
    expect(leftOut.map(({ host, code }) => `${host ?? ''} ${code}`)).toEqual([
      '10.0.0.8 ssh-host-unreachable',
      'infra2 host-left-out',
    ]);
  });

  test('it stays a member of the cluster: no file of the others changes for it', () => {
    const plan = decide(['infra1']);
    expect(plan.verdict.name).toBe('unchanged');
    expect(plan.cluster?.shape.members.map(({ name }) => name)).toEqual(['infra0', 'infra1', 'infra2']);
    expect(steps(plan)).toEqual([]);
    expect(plan.leftOut).not.toEqual([]);
  });

  test('a restart that would cost the quorum is left out, the renewal is not', () => {
    const plan = decide(['infra2'], { ...RENEWAL, ...OTHER_FLAG });
    expect(steps(plan).filter(({ kind }) => kind === 'restart-member' || kind === 'render-manifest')).toEqual(
      [],
    );
    expect(steps(plan).filter(({ kind }) => kind === 'verify-served-certificate')).toHaveLength(2);
    expect(plan.leftOut.filter(({ fact }) => /not restarted.*heartbeat-interval/.test(fact))).toHaveLength(2);
  });

  test('the certificates wait if the host that is away keeps the key of the CA', () => {
    const plan = decide(['infra0'], { ...RENEWAL, kubeletConfig: { maxPods: 50 } });
    expect([...clusterOf(plan).issue.keys()]).toEqual([]);
    expect(steps(plan).filter(({ kind }) => kind === 'start-kubelet')).toHaveLength(2);
    expect(plan.leftOut.filter(({ fact }) => fact.includes('certificates are not renewed'))).toHaveLength(2);
  });

  test('if nothing else is to be done, a plan without certificates is a refusal with the reason', () => {
    expect(refusal(['infra0'], RENEWAL).map(({ at }) => at)).toContain('ca-key');
  });
});

describe('the run cannot go on without a host that is away', () => {
  test.each<[string, Parameters<typeof decide>, RegExp]>([
    [
      'the cluster is yet to be made',
      [['infra2'], {}, null, MEMBERS.map((member) => pristineHost(member))],
      /^10\.0\.0\.8 connect: it did not answer/,
    ],
    ['most hosts are away', [['infra1', 'infra2']], /1 of 3 hosts are reachable/],
    [
      'too few of the others are healthy',
      [['infra2'], {}, { down: ['infra1', 'infra2'] }],
      /0 of 3 members would be healthy, and 2 are needed/,
    ],
    ['no member answered', [['infra2'], {}, null], /no member answered/],
  ])('%s', (_, question, words) => {
    const lines = refusal(...question).map(({ host = '', at, fact }) => `${host} ${at}: ${fact}`);
    expect(lines[0]).toMatch(/connect: it did not answer/);
    expect(lines.join('\n')).toMatch(words);
  });

  test('findings on the other hosts are reported beside the reason why it was not reached', () => {
    const facts = finishedCluster().map((host) => ({ ...host, state: 'unreadable' as const }));
    expect(refusal(['infra2'], {}, null, facts).map(({ at }) => at)).toEqual(['connect', 'state', 'state']);
  });
});

describe('the name of a member that is away', () => {
  const absent: AbsentHost = { address: '10.0.0.8', settings: {}, why: [WHY] };
  const members = finishedCluster()
    .slice(0, 2)
    .map((facts, index) => ({ name: `infra${index}`, address: `10.0.0.${6 + index}`, facts }));

  test('is what most manifests call it', () => {
    expect(resolveAbsent([absent], members).map(({ name }) => name)).toEqual(['infra2']);
  });

  test('is not what a single one of them says', () => {
    const [first, second] = members;
    if (first === undefined || second === undefined) throw new Error('there are two');
    const silent = {
      ...second,
      facts: withoutFile([second.facts], 0, '/etc/kubernetes/manifests/etcd.yaml')[0],
    };
    if (silent.facts === undefined) throw new Error('there is one');
    expect(resolveAbsent([absent], [first, { ...silent, facts: silent.facts }])).toEqual([]);
  });

  test('the order of the inputs stays', () => {
    const named = resolveAbsent([{ ...absent, address: '10.0.0.9', settings: { name: 'x' } }], members);
    const listed = [{ address: '10.0.0.9' }, ...members];
    expect(membersInOrder(listed, members, named).map(({ name }) => name)).toEqual(['x', 'infra0', 'infra1']);
  });
});

test('the key of the example lies on infra0', () => {
  expect(finishedCluster().map(({ files }) => files.has(CA_KEY))).toEqual([true, false, false]);
});
