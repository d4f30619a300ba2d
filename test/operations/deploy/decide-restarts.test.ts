import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import type { MemberIdentity } from '../../../src/kubeadm/kubeadm-config.ts';
import { ETCD_MANIFEST, KUBELET_DROP_IN } from '../../../src/kubeadm/paths.ts';
import { describePlan } from '../../../src/plan/describe-plan.ts';
import type { Plan, Stage } from '../../../src/plan/plan.ts';
import { clusterFacts, type ClusterState } from '../../cluster/example-health.ts';
import { fileFact, finishedCluster, FIVE_MEMBERS, MEMBERS, ownHost, SHAPE } from '../../cluster/example.ts';
import {
  decide,
  ETCD_OFF,
  KUBELET_OFF,
  outline,
  refusalLines,
  refusals,
  stepsLike,
  withFile,
  withHost,
  withoutFile,
} from './deciding.ts';

const HEARTBEAT = [{ name: 'heartbeat-interval', value: '200' }];

function clusterOf(members: readonly MemberIdentity[], extraArgs = SHAPE.extraArgs): HostFacts[] {
  const shape = { ...SHAPE, members, extraArgs };
  return members.map((member, index) => ownHost(member, 'finished', { keepsKey: index === 0, shape }));
}

function hostsOf(members: readonly MemberIdentity[]): { readonly address: string }[] {
  return members.map(({ address }) => ({ address }));
}

/** Removes the manifest of these hosts, and their etcd with it. */
function lost(facts: readonly HostFacts[], ...indexes: readonly number[]): HostFacts[] {
  return indexes.reduce(
    (hosts, index) => withHost(withoutFile(hosts, index, ETCD_MANIFEST), index, ETCD_OFF),
    [...facts],
  );
}

/** kubelet is stopped on these hosts, and etcd still runs by another manifest than the present one. */
function goesOnWithout(facts: readonly HostFacts[], ...indexes: readonly number[]): HostFacts[] {
  return indexes.reduce((hosts, index) => withHost(hosts, index, KUBELET_OFF), [...facts]);
}

function edited(facts: readonly HostFacts[], ...indexes: readonly number[]): HostFacts[] {
  return indexes.reduce(
    (hosts, index) => {
      const { text = '' } = hosts[index]?.files.get(ETCD_MANIFEST) ?? {};
      return withFile(hosts, index, fileFact(ETCD_MANIFEST, `${text}# edited\n`));
    },
    [...facts],
  );
}

function names(indexes: readonly number[]): string[] {
  return indexes.map((index) => `infra${index}`);
}

function stagesWith(plan: Plan, kind: string): Stage[] {
  return plan.stages.filter(({ steps }) => steps.some((step) => step.kind === kind));
}

describe('members that do not run are started first, and need no majority', () => {
  test.each<[string, readonly MemberIdentity[], readonly number[]]>([
    ['one of three', MEMBERS, [1]],
    ['two of three', MEMBERS, [0, 1]],
    ['all three', MEMBERS, [0, 1, 2]],
    ['three of five', FIVE_MEMBERS, [0, 1, 2]],
    ['four of five', FIVE_MEMBERS, [0, 1, 2, 3]],
  ])('manifests that are gone on %s', (_, members, gone) => {
    const settings = { hosts: hostsOf(members) };
    const plan = decide(lost(clusterOf(members), ...gone), {
      cluster: clusterFacts({ members, down: names(gone) }),
      settings,
    });
    expect(plan.verdict.name).toBe('converge');
    expect(stepsLike(plan, 'restart-member').map(({ host }) => host)).toEqual(names(gone));
    expect(stagesWith(plan, 'restart-member').every(({ before }) => before === undefined)).toBe(true);
    expect(stepsLike(plan, 'move-leadership')).toEqual([]);
  });

  test('edited ones alike', () => {
    const facts = edited(withHost(withHost(finishedCluster(), 0, ETCD_OFF), 1, ETCD_OFF), 0, 1);
    const plan = decide(facts, { cluster: clusterFacts({ down: ['infra0', 'infra1'] }) });
    expect(stagesWith(plan, 'restart-member')).toMatchObject([
      { steps: [{ host: 'infra0' }, { host: 'infra1' }] },
    ]);
  });

  test('while the cluster works, one after the other', () => {
    const plan = decide(lost(clusterOf(FIVE_MEMBERS), 3, 4), {
      cluster: clusterFacts({ members: FIVE_MEMBERS, down: ['infra3', 'infra4'] }),
      settings: { hosts: hostsOf(FIVE_MEMBERS) },
    });
    expect(stagesWith(plan, 'restart-member')).toMatchObject([
      { steps: [{ host: 'infra3' }], after: { kind: 'member', member: 'infra3' } },
      { steps: [{ host: 'infra4' }], after: { kind: 'member', member: 'infra4' } },
    ]);
  });

  test('together with those that only have to be started, where none gets ready without the others', () => {
    const off = { ...KUBELET_OFF, ...ETCD_OFF };
    const facts = withHost(lost(clusterOf(FIVE_MEMBERS), 0, 1), 2, off);
    const plan = decide(facts, {
      cluster: clusterFacts({ members: FIVE_MEMBERS, down: names([0, 1, 2]) }),
      settings: { hosts: hostsOf(FIVE_MEMBERS) },
    });
    const [stage] = stagesWith(plan, 'start-member');
    expect(stage?.steps.map(({ kind, host }) => `${kind} ${host}`)).toEqual([
      'start-member infra2',
      'restart-member infra0',
      'restart-member infra1',
    ]);
  });

  // The running one is touched only when they are back, after its own gate.
  test('a change of all members waits for them', () => {
    const plan = decide(lost(finishedCluster(), 0, 1), {
      cluster: clusterFacts({ down: ['infra0', 'infra1'], leader: null }),
      settings: { extraArgs: HEARTBEAT },
    });
    expect(stagesWith(plan, 'restart-member')).toMatchObject([
      { steps: [{ host: 'infra0' }, { host: 'infra1' }] },
      {
        steps: [{ kind: 'move-leadership' }, { host: 'infra2' }],
        before: { kind: 'quorum-without', member: 'infra2' },
      },
    ]);
  });

  test('one that cannot be reached is not one that does not run', () => {
    const facts = lost(finishedCluster(), 1);
    const state: ClusterState = { down: ['infra0', 'infra1'] };
    expect(decide(facts, { cluster: clusterFacts(state) }).verdict.name).toBe('converge');
    const { leftOut } = decide(facts, { cluster: clusterFacts(state), settings: { extraArgs: HEARTBEAT } });
    expect(leftOut.map(({ host = '', fact }) => `${host}: ${fact}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^infra2: it is not restarted.* 1 of 3 members would be healthy without infra2/,
        ),
      ]),
    );
  });

  test('before the kubelet of one that runs is changed', () => {
    const off = { ...KUBELET_OFF, ...ETCD_OFF };
    const kubelet = fileFact(KUBELET_DROP_IN, '[Service]\n', '644');
    const facts = withFile(lost(withHost(finishedCluster(), 1, off), 2), 0, kubelet);
    const plan = decide(facts, { cluster: clusterFacts({ down: ['infra1', 'infra2'] }) });
    const hosts = plan.stages.map(({ title }) => title);
    expect(hosts.indexOf('Stopped members are ready')).toBeLessThan(hosts.indexOf('Kubelet of infra0'));
  });
});

describe('a kubelet that would end its etcd', () => {
  test.each([
    ['edited', edited(goesOnWithout(finishedCluster(), 0, 1), 0, 1)],
    [
      'gone',
      goesOnWithout(
        [0, 1].reduce((all, at) => withoutFile(all, at, ETCD_MANIFEST), finishedCluster()),
        0,
        1,
      ),
    ],
  ])('for the manifest is %s: is started in the restart, behind its gate', (_, facts) => {
    const plan = decide(facts, { cluster: clusterFacts() });
    expect(stagesWith(plan, 'start-kubelet')).toMatchObject(
      ['infra1', 'infra0'].map((member) => ({
        title: `Restart of ${member}`,
        order: 'in-turn',
        before: { kind: 'quorum-without', member },
        after: { kind: 'member', member },
        steps: [
          { kind: 'move-leadership', host: member },
          { kind: 'start-kubelet', host: member },
          { kind: 'restart-member', host: member },
        ],
      })),
    );
  });

  test('with its configuration, where that has to be changed too', () => {
    const facts = withoutFile(edited(goesOnWithout(finishedCluster(), 1), 1), 1, KUBELET_DROP_IN);
    const plan = decide(facts, { cluster: clusterFacts() });
    const [stage] = stagesWith(plan, 'start-kubelet');
    expect(stage?.before).toEqual({ kind: 'quorum-without', member: 'infra1' });
    expect(stage?.steps.map(({ kind }) => kind)).toEqual([
      'move-leadership',
      'deliver-files',
      'start-kubelet',
      'restart-member',
    ]);
  });

  test('is not started where the others are no majority', () => {
    const facts = edited(goesOnWithout(finishedCluster(), 0, 1), 0, 1);
    expect(refusalLines(facts, { cluster: clusterFacts({ down: ['infra2'] }) })).toHaveLength(2);
    expect(refusalLines(facts)).toEqual([expect.stringMatching(/^- gate: infra0, infra1 need a restart/)]);
  });

  test('where the manifest is as it was left, kubelets start together', () => {
    const plan = decide(goesOnWithout(finishedCluster(), 0, 1), { cluster: clusterFacts() });
    expect(outline(plan)).toEqual([
      ['start-kubelet infra0', 'start-kubelet infra1'].toReversed(),
      ['start-member infra0', 'start-member infra1'].toReversed(),
    ]);
  });
});

describe('a cluster of two', () => {
  const two = MEMBERS.slice(0, 2);
  const settings = { hosts: hostsOf(two), extraArgs: HEARTBEAT };

  test('is changed in turn, with both healthy before, and the plan says that it is down meanwhile', () => {
    const plan = decide(clusterOf(two), { cluster: clusterFacts({ members: two }), settings });
    expect(stagesWith(plan, 'restart-member')).toMatchObject(
      ['infra1', 'infra0'].map((member) => ({
        before: { kind: 'all' },
        after: { kind: 'member', member },
        steps: [{ kind: 'restart-member', host: member }],
      })),
    );
    expect(plan.warnings).toContainEqual(
      expect.objectContaining({
        at: 'restart',
        fact: 'the cluster is down while infra1 and then infra0 restart, for some seconds each time.',
      }),
    );
  });

  test('is not changed while one is not healthy, and the message names it', () => {
    expect(
      refusalLines(clusterOf(two), {
        cluster: clusterFacts({ members: two, lagging: ['infra1'] }),
        settings,
      }),
    ).toEqual([
      expect.stringMatching(/^infra1 gate: it is not healthy \(it is 100000 raft entries behind\)/),
    ]);
  });

  test('gets a lost member back', () => {
    const plan = decide(lost(clusterOf(two), 1), {
      cluster: clusterFacts({ members: two, down: ['infra1'] }),
      settings,
    });
    expect(stagesWith(plan, 'restart-member').map(({ before }) => before?.kind)).toEqual([undefined, 'all']);
  });

  test('of one and of three: the plan says which members are down meanwhile', () => {
    const one = MEMBERS.slice(0, 1);
    const alone = decide(clusterOf(one), {
      cluster: clusterFacts({ members: one }),
      settings: { hosts: hostsOf(one), extraArgs: HEARTBEAT },
    });
    expect(alone.warnings.map(({ at }) => at)).toEqual(['restart']);
    const three = decide(finishedCluster(), { cluster: clusterFacts(), settings: { extraArgs: HEARTBEAT } });
    expect(three.warnings).toEqual([]);
  });
});

describe('the alarm NOSPACE', () => {
  const full = { cluster: clusterFacts({ alarm: 'infra0' }) };
  const quota = (value: string): { readonly extraArgs: typeof HEARTBEAT } => ({
    extraArgs: [{ name: 'quota-backend-bytes', value }],
  });

  test.each(['8589934592', '-1'])('does not keep members from a larger quota (%s)', (value) => {
    const plan = decide(finishedCluster(), { ...full, settings: quota(value) });
    expect(stagesWith(plan, 'restart-member')).toMatchObject(
      ['infra1', 'infra2', 'infra0'].map((member) => ({
        before: { kind: 'quorum-without', member, despite: 'NOSPACE' },
        after: { kind: 'member', member, despite: 'NOSPACE' },
      })),
    );
    expect(plan.warnings).toContainEqual(
      expect.objectContaining({ fix: expect.stringContaining('alarm disarm') }),
    );
  });

  test.each([
    ['a smaller quota', quota('1073741824')],
    ["etcd's own", quota('0')],
    ['another flag', { extraArgs: HEARTBEAT }],
  ])('keeps them from %s, and the message says what to do', (_, settings) => {
    const found = refusals(finishedCluster(), { ...full, settings });
    expect(found).toEqual([
      expect.objectContaining({
        at: 'alarms',
        fix: expect.stringMatching(/^Compact, .* larger `quota-backend-bytes`/),
      }),
    ]);
  });

  // infra2 alone could continue despite the alarm: its quota grows.
  test('a member that waits for the others says once what keeps them', () => {
    const large = clusterOf(MEMBERS, quota('8589934592').extraArgs);
    const facts = withFile(
      [...large.slice(0, 2), ...finishedCluster().slice(2)],
      0,
      fileFact(KUBELET_DROP_IN, '[Service]\n', '644'),
    );
    const extraArgs = [...quota('8589934592').extraArgs, ...HEARTBEAT];
    const { leftOut } = decide(facts, { ...full, settings: { extraArgs } });
    expect(leftOut.map(({ host = '', fact }) => [host, fact.split('Alarm NOSPACE').length - 1])).toEqual([
      ['infra0', 1],
      ['infra1', 1],
      ['infra2', 1],
    ]);
  });

  test('of a quota that was given, more is more', () => {
    const facts = clusterOf(MEMBERS, quota('4294967296').extraArgs);
    expect(decide(facts, { ...full, settings: quota('8589934592') }).verdict.name).toBe('converge');
    expect(refusalLines(facts, { ...full, settings: quota('2147483648') })).toHaveLength(1);
  });
});

// kubelet ends a pod that runs in another cgroup than its configuration names (SyncPod in pkg/kubelet/kubelet.go).
describe('a kubelet whose pods move to other cgroups', () => {
  const cgroupfs = finishedCluster().map((host): HostFacts => {
    const { runtime } = host.runtime;
    if (runtime === undefined) throw new Error('the example has a runtime');
    return { ...host, runtime: { ...host.runtime, runtime: { ...runtime, cgroupDriver: 'cgroupfs' } } };
  });

  test.each([
    ["the runtime's cgroup driver has changed", cgroupfs, {}],
    ['cgroupRoot is given', finishedCluster(), { kubeletConfig: { cgroupRoot: '/etcd' } }],
    ['cgroupsPerQOS is given', finishedCluster(), { kubeletConfig: { cgroupsPerQOS: false } }],
  ])('is restarted behind the gate of its member, the leader last: %s', (_, facts, settings) => {
    const plan = decide(facts, { cluster: clusterFacts(), settings });
    expect(stagesWith(plan, 'start-kubelet')).toMatchObject(
      ['infra1', 'infra2', 'infra0'].map((member) => ({
        order: 'in-turn',
        before: { kind: 'quorum-without', member },
        steps: [
          { kind: 'move-leadership' },
          { kind: 'deliver-files' },
          { kind: 'start-kubelet' },
          { kind: 'start-member', placeManifest: false, outgoing: [expect.any(String)] },
        ],
        after: { kind: 'member', member },
      })),
    );
  });

  test('is left alone while the cluster cannot spare the member', () => {
    const facts = withHost(cgroupfs, 2, ETCD_OFF);
    const plan = decide(facts, { cluster: clusterFacts({ down: ['infra2'], lagging: ['infra1'] }) });
    expect(plan.leftOut.map(({ host }) => host)).toEqual(['infra0', 'infra1']);
    expect(
      stagesWith(plan, 'start-kubelet').flatMap(({ steps }) => steps.map(({ host }) => host)),
    ).not.toContain('infra0');
  });

  test('is no restart of members where another field changes', () => {
    const plan = decide(finishedCluster(), {
      cluster: clusterFacts(),
      settings: { kubeletConfig: { maxPods: 20 } },
    });
    expect(stagesWith(plan, 'start-kubelet').map(({ before }) => before)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

// Verified or not, a cluster with a working majority may be in use: a failed verification leaves one behind.
describe('a set-up that was cut off, and works', () => {
  const started = MEMBERS.map((member, index) => ownHost(member, 'started', { keepsKey: index === 0 }));
  const settings = { extraArgs: HEARTBEAT };
  const inTurn = (member: string): object => ({
    order: 'in-turn',
    before: { kind: 'quorum-without', member },
    steps: [{ kind: 'move-leadership' }, { kind: 'restart-member', host: member }],
    after: { kind: 'member', member },
  });

  test('has the member that is down started first, and those that run restarted in turn, the leader last', () => {
    const plan = decide(withHost(started, 2, ETCD_OFF), {
      settings,
      cluster: clusterFacts({ down: ['infra2'], leader: 'infra0' }),
    });
    expect(plan.verdict.name).toBe('repair');
    const [first, ...others] = stagesWith(plan, 'restart-member');
    expect(first?.steps.map(({ host }) => host)).toEqual(['infra2']);
    expect(others).toMatchObject(['infra1', 'infra0'].map(inTurn));
  });

  test('has no two members restarted at once while an alarm keeps it from being healthy', () => {
    const plan = decide(started, { settings, cluster: clusterFacts({ alarm: 'infra0' }) });
    expect(plan.verdict.name).toBe('repair');
    expect(stagesWith(plan, 'restart-member')).toMatchObject(['infra1', 'infra2', 'infra0'].map(inTurn));
  });

  test('gets a larger quota in spite of the alarm, before and after each restart', () => {
    const larger = { extraArgs: [{ name: 'quota-backend-bytes', value: '8589934592' }] };
    const plan = decide(started, { settings: larger, cluster: clusterFacts({ alarm: 'infra0' }) });
    expect(stagesWith(plan, 'restart-member')).toMatchObject(
      ['infra1', 'infra2', 'infra0'].map((member) => ({
        before: { kind: 'quorum-without', member, despite: 'NOSPACE' },
        after: { kind: 'member', member, despite: 'NOSPACE' },
      })),
    );
  });

  test('has them started together where it does not work', () => {
    const plan = decide(started, { settings, cluster: clusterFacts({ leader: null }) });
    expect(stagesWith(plan, 'restart-member').map(({ steps }) => steps.length)).toEqual([3]);
  });
});

test('the digest of a plan with restarts does not depend on which member leads', () => {
  const facts = clusterOf(MEMBERS);
  const plans = ['infra0', 'infra2'].map((leader) =>
    decide(facts, { settings: { extraArgs: HEARTBEAT }, cluster: clusterFacts({ leader }) }),
  );
  expect(plans.map((plan) => stagesWith(plan, 'restart-member').at(-1)?.title)).toEqual([
    'Restart of infra0',
    'Restart of infra2',
  ]);
  const byHost = new Map(MEMBERS.map(({ name }, index) => [name, facts[index] ?? failed(name)]));
  const digests = plans.map((plan) => describePlan({ plan, operation: 'deploy', facts: byHost }).digest);
  expect(new Set(digests).size).toBe(1);
});

function failed(name: string): never {
  throw new Error(`there are no facts of ${name}`);
}
