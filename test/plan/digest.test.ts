import { VERDICTS } from '../../src/operations/deploy/verdicts.ts';
import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../src/facts/host.ts';
import { describePlan } from '../../src/plan/describe-plan.ts';
import { planDigest } from '../../src/plan/digest.ts';
import type { PlanDocument } from '../../src/plan/document.ts';
import type { Plan, Stage } from '../../src/plan/plan.ts';
import { leafPath } from '../../src/kubeadm/paths.ts';
import { issueLeaf } from '../../src/pki/leaf.ts';
import type { Step } from '../../src/steps/index.ts';
import { finishedCluster, IMAGE, pristineHost } from '../cluster/example.ts';
import { clusterFacts } from '../cluster/example-health.ts';
import { decide } from '../operations/deploy/deciding.ts';
import {
  convergePlan,
  createPlan,
  fileFact,
  hostsWith,
  MEMBERS,
  ownCa,
  runningHosts,
  stage,
} from './sample.ts';

function digest(plan: Plan, facts: ReadonlyMap<string, HostFacts> = runningHosts()): string {
  return describePlan({ plan, operation: 'deploy', facts }).digest;
}

/** Returns the plan with its last stage, the restart, changed. */
function withRestart(change: (restart: Stage) => Stage): Plan {
  const plan = convergePlan();
  return {
    ...plan,
    stages: plan.stages.map((stage, at) => (at === plan.stages.length - 1 ? change(stage) : stage)),
  };
}

const before = digest(convergePlan());

test('is a SHA-256', () => {
  expect(before).toMatch(/^[0-9a-f]{64}$/);
});

describe('stays the same', () => {
  test('for another fresh token', () => {
    expect(digest(createPlan('etcd-other'), hostsWith([]))).toBe(digest(createPlan(), hostsWith([])));
  });

  test('for the same question a second time', () => {
    expect(digest(convergePlan())).toBe(before);
  });

  test('for reasons that tell the days left, and for another warning', () => {
    const plan = convergePlan();
    const later: Plan = {
      ...plan,
      reasons: ['11 days left'],
      warnings: [],
      stages: plan.stages.map((stage) => ({
        ...stage,
        steps: stage.steps.map((step) => ({ ...step, why: '11 days left' })),
      })),
    };
    expect(digest(later)).toBe(before);
  });

  test('whether kubelet happens to run between two of its failures', () => {
    const running = { installed: true, active: true, subState: 'running', enabled: true, dropIns: [] };
    expect(digest(createPlan(), hostsWith([], { kubelet: running }))).toBe(
      digest(createPlan(), hostsWith([])),
    );
  });
});

describe('stays the same between the plan and its approval', () => {
  const of = (facts: readonly HostFacts[], plan: Plan): string =>
    digest(plan, new Map(facts.map((one) => [one.hostname, one])));

  test('when another program has pulled the image', () => {
    const lacking = MEMBERS.map((member) => pristineHost(member, { images: [] }));
    const having = MEMBERS.map((member) => pristineHost(member, { images: [IMAGE] }));
    const kinds = (facts: readonly HostFacts[]) =>
      decide(facts).stages.flatMap(({ steps }) => steps.map(({ kind }) => kind));
    expect(kinds(lacking)).toContain('pull-image');
    expect(kinds(having)).not.toContain('pull-image');
    expect(of(having, decide(having))).toBe(of(lacking, decide(lacking)));
  });

  test('when that was all that a stage did', () => {
    const pull: Step = {
      kind: 'pull-image',
      host: 'infra0',
      image: IMAGE,
      criEndpoint: 'unix:///x',
      why: 'x',
    };
    const plan = convergePlan();
    for (const place of ['stages', 'afterVerify'] as const) {
      expect(digest({ ...plan, [place]: [stage([pull], { before: { kind: 'all' } }), ...plan[place]] })).toBe(
        before,
      );
    }
  });

  test('when another member leads by then', () => {
    const facts = finishedCluster();
    const settings = { extraArgs: [{ name: 'heartbeat-interval', value: '200' }] };
    const led = (leader: string): Plan => decide(facts, { cluster: clusterFacts({ leader }), settings });
    const titles = (leader: string) => led(leader).stages.map(({ title }) => title);
    expect(titles('infra0')).not.toEqual(titles('infra1'));
    expect(of(facts, led('infra0'))).toBe(of(facts, led('infra1')));
  });
});

describe('is another one', () => {
  const [infra0] = MEMBERS;
  const plans: [string, Plan][] = [
    ['file', convergePlan({ flag: '300' })],
    ['mode', convergePlan({ mode: '600' })],
    ['host', convergePlan({ host: 'infra2' })],
    ['image', convergePlan({ image: 'registry.k8s.io/etcd:3.6.6-0' })],
    ['step left out', withRestart((stage) => ({ ...stage, steps: stage.steps.slice(1) }))],
    ['order', withRestart((stage) => ({ ...stage, steps: stage.steps.toReversed() }))],
    ['gate', withRestart((stage) => ({ ...stage, before: { kind: 'quorum' } }))],
    [
      'gate left out',
      withRestart(({ title, order = 'together', steps, before: gate = { kind: 'all' } }) => ({
        title,
        order,
        steps,
        before: gate,
      })),
    ],
    ['manner', withRestart((stage) => ({ ...stage, order: 'together' }))],
    ['step after the verification', { ...convergePlan(), afterVerify: [] }],
    ['cluster name', { ...convergePlan(), clusterName: 'other' }],
    ['verdict', { ...convergePlan(), verdict: VERDICTS.adopt }],
    ['membership', { ...convergePlan(), members: { before: MEMBERS, after: infra0 ? [infra0] : [] } }],
  ];

  test.each(plans)('for another %s', (_what, plan) => {
    expect(digest(plan)).not.toBe(before);
  });

  test('and no two of these are the same', () => {
    expect(new Set(plans.map(([, plan]) => digest(plan))).size).toBe(plans.length);
  });

  test('for another certificate that is replaced', async () => {
    const [, member] = MEMBERS;
    if (member === undefined) throw new Error('the example has three members');
    const now = new Date('2025-06-01T00:00:00Z');
    const other = await issueLeaf(ownCa, 'server', { member, algorithm: 'ECDSA-P256', now });
    const facts = runningHosts([fileFact(leafPath('server', 'certificate'), other.certificatePem, '644')]);
    expect(digest(convergePlan(), facts)).not.toBe(before);
  });

  test('for another CA that is brought', () => {
    const { cluster } = createPlan();
    const plan: Plan = {
      ...createPlan(),
      ...(cluster && { cluster: { ...cluster, authority: { from: 'input' } } }),
    };
    const of = (broughtCertificate: string): string =>
      describePlan({ plan, operation: 'deploy', facts: hostsWith([]), broughtCertificate }).digest;
    expect(of(ownCa.certificatePem)).not.toBe(of(ownCa.certificatePem.replace('MII', 'MIJ')));
  });
});

test('does not hang on the order in which the code sets keys', () => {
  const document = describePlan({ plan: convergePlan(), operation: 'deploy', facts: runningHosts() });
  const entries = Object.entries(document).filter(([key]) => key !== 'digest');
  const reversed = Object.fromEntries(entries.reverse()) as unknown as PlanDocument;
  expect(planDigest(reversed)).toBe(before);
});
