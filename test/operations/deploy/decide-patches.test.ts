import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import { patchFolder } from '../../../src/kubeadm/patches.ts';
import { KUBEADM_CONFIG } from '../../../src/kubeadm/paths.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  fileFact,
  finishedCluster,
  guideCluster,
  MEMBERS,
  ownHost,
  recordedWith,
  SHAPE,
} from '../../cluster/example.ts';
import { decide, outline, refusalLines, stepsLike, withFile, withoutFile } from './deciding.ts';

const healthy = { cluster: clusterFacts() };
const patches = [{ name: 'etcd+strategic.yaml', text: 'spec: { priority: 1 }\n' }];
const others = [{ name: 'etcd+strategic.yaml', text: 'spec: { priority: 2 }\n' }];
const FILE = `${patchFolder(patches) ?? ''}/etcd+strategic.yaml`;

function patched(): HostFacts[] {
  const shape = { ...SHAPE, patches };
  return MEMBERS.map((member, index) => ownHost(member, 'finished', { keepsKey: index === 0, shape }));
}

test('patches that are as the inputs ask for change nothing', () => {
  expect(decide(patched(), { ...healthy, settings: { patches } }).verdict.name).toBe('unchanged');
});

describe('a finished cluster is restarted one member at a time', () => {
  test.each([
    ['for its first patches', finishedCluster(), patches],
    ['for other patches', patched(), others],
    ['where its patches are taken back', patched(), []],
  ])('%s', (_what, facts, wanted) => {
    const plan = decide(facts, { ...healthy, settings: { patches: wanted } });
    expect(plan.verdict.name).toBe('converge');
    for (const reason of plan.reasons) {
      expect(reason).toContain('etcd: it was rendered with other patches than those in the inputs');
    }
    expect(outline(plan).slice(2, 5)).toEqual(
      ['infra1', 'infra2', 'infra0'].map((name) => [`move-leadership ${name}`, `restart-member ${name}`]),
    );
    const [delivery] = stepsLike(plan, 'deliver-files');
    const paths = wanted.map(({ name }) => `${patchFolder(wanted) ?? ''}/${name}`);
    expect(delivery?.files.map(({ path, mode }) => [path, mode])).toEqual(
      [...paths, KUBEADM_CONFIG].map((path) => [path, '600']),
    );
  });

  // Interrupted after the delivery: only kubeadm knows what it would render with them.
  test('where a run was cut off before it rendered with them', () => {
    const delivered = patched();
    const before = finishedCluster();
    const facts = delivered.map((host, index) => {
      const recorded = before[index]?.files.get(KUBEADM_CONFIG);
      return recorded === undefined ? host : recordedWith(host, recorded);
    });
    const plan = decide(facts, { ...healthy, settings: { patches } });
    expect(stepsLike(plan, 'restart-member')).toHaveLength(3);
  });
});

test('a patch that was edited or removed on a host is put back, without a restart', () => {
  for (const facts of [
    withFile(patched(), 1, fileFact(FILE, 'spec: {}\n')),
    withoutFile(patched(), 1, FILE),
  ]) {
    const plan = decide(facts, { ...healthy, settings: { patches } });
    expect(outline(plan).flat()).toEqual(['deliver-files infra1', 'record-member infra1']);
  }
});

test('a cluster that was made by hand is taken over without any', () => {
  expect(refusalLines(guideCluster(), { ...healthy, settings: { patches } })).toEqual([
    expect.stringMatching(/^- adopt: `patches` are given \(etcd\+strategic\.yaml\)/),
  ]);
});
