import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import { RefusedError } from '../../../src/findings.ts';
import { CA_CERTIFICATE, CA_KEY, KUBELET_DROP_IN, leafPath, STATE_FILE } from '../../../src/kubeadm/paths.ts';
import type { Stage } from '../../../src/plan/plan.ts';
import type { Step } from '../../../src/steps/index.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import { finishedCluster, guideCluster, ownCa, withoutFiles } from '../../cluster/example.ts';
import { type Circumstances, decide, pristine, stepsLike, withoutFile } from './deciding.ts';
import { carriedOut, cutOff } from './simulation.ts';

const healthy = { cluster: clusterFacts() };
const brought = { certificatePem: ownCa.certificatePem, keyPem: ownCa.keyPem };
const INPUT_ONLY = { authority: brought, caCustody: 'input-only', bootstrap: 'allow' } as const;
const HEARTBEAT = [{ name: 'heartbeat-interval', value: '200' }];

/** On hosts that do not wait for each other the others may get their first files before the one that keeps the key. */
function othersFirst({ steps, order }: Stage): readonly Step[] {
  if (order !== 'by-host') return steps;
  const first = steps.filter((step, index) => steps.findIndex(({ host }) => host === step.host) === index);
  const early = first.filter(({ host }) => host !== 'infra0').toReversed();
  return [...early, ...steps.filter((step) => !early.includes(step))];
}

/** The circumstances once members run: they answer, and nothing is known of the cluster before. */
function asked(facts: readonly HostFacts[]): Circumstances {
  const runs = facts.map(({ containers }) => containers.some(({ running }) => running));
  const down = ['infra0', 'infra1', 'infra2'].filter((_, index) => runs[index] !== true);
  const unpublished = ['infra0', 'infra1', 'infra2'].filter(
    (_, index) => facts[index]?.dataDir.hasLog !== true,
  );
  return down.length === 3 ? {} : { cluster: clusterFacts({ down, unpublished }) };
}

/** Number of interruptions that are continued to the end, which takes time. */
const SAMPLE = 15;

describe.each<[string, HostFacts[], Circumstances, typeof othersFirst | undefined]>([
  ['a new cluster', pristine(), {}, undefined],
  ['a new cluster, others first', pristine(), {}, othersFirst],
  ["a new cluster whose CA's key lies on no host", pristine(), { settings: INPUT_ONLY }, undefined],
  [
    'renewed certificates, other flags, a drop-in',
    withoutFile(finishedCluster(), 1, KUBELET_DROP_IN),
    { ...healthy, settings: { renewBeforeDays: 300, extraArgs: HEARTBEAT } },
    undefined,
  ],
  ['a take-over', guideCluster(), healthy, undefined],
])('a deploy that was cut off behind any file of %s', (_, facts, circumstances, order) => {
  const { settings } = circumstances;
  const pem = settings?.authority?.certificatePem;

  test('goes on, and leaves nothing to be done', () => {
    const cuts = cutOff(decide(facts, circumstances), facts, pem, order);
    expect(cuts.length).toBeGreaterThan(10);
    const stuck = cuts.flatMap(({ behind, facts: found }, index) => {
      const now = { ...circumstances, ...asked(found) };
      try {
        const plan = decide(found, now);
        if (index % SAMPLE !== 0) return [];
        const { verdict, reasons } = decide(carriedOut(plan, found, pem), { ...now, ...healthy });
        return verdict.name === 'unchanged' ? [] : [`${behind}: ${verdict.name} ${reasons.join()}`];
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        return [`${behind}: ${error.message}`];
      }
    });
    expect(stuck).toEqual([]);
  });
});

test('the record is the first file that a new host gets', () => {
  const plan = decide(pristine());
  for (const host of ['infra0', 'infra1', 'infra2']) {
    const [first] = stepsLike(plan, 'deliver-files').filter((step) => step.host === host);
    expect(first?.files[0]?.path).toBe(STATE_FILE);
  }
});

test('certificates without a record are not taken for our own, however few', () => {
  const { facts = [] } =
    cutOff(decide(pristine()), pristine(), undefined).find(({ behind }) =>
      behind.endsWith(`infra1 ${leafPath('server', 'certificate')}`),
    ) ?? {};
  expect(facts[0]?.files.has(CA_KEY) === true && facts[0].files.has(CA_CERTIFICATE)).toBe(true);
  const without = facts.map((host, index) =>
    index === 1 ? { ...host, ...withoutFiles(host, STATE_FILE), state: 'absent' as const } : host,
  );
  expect(() => decide(without)).toThrow('it holds an etcd that this action did not set up');
});
