import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { patchFolder } from '../../../src/kubeadm/patches.ts';
import type { PatchTrialFact } from '../../../src/facts/preflight.ts';
import { patchTrials } from '../../../src/operations/preflight/patch-trial.ts';
import { exampleSettings, MEMBERS, ownHost, pristineHost, SHAPE } from '../../cluster/example.ts';
import { examplePod } from '../../kubeadm/example-pod.ts';
import { findingsOf } from './example.ts';

const patches = [{ name: 'etcd+strategic.yaml', text: 'spec: { priority: 1 }\n' }];

describe('what the kubeadm of each host is to render', () => {
  const pristine = MEMBERS.map((member) => ({ ...member, facts: pristineHost(member) }));

  test('nothing without patches, not even for the folder of the log', () => {
    expect(patchTrials(pristine, exampleSettings({ walDir: '/wal' }), 'token').size).toBe(0);
  });

  test('the configuration of a deploy, with the patches of the user and the own one', () => {
    const settings = exampleSettings({ patches, walDir: '/wal' });
    const trials = patchTrials(pristine, settings, 'token');
    expect([...trials.keys()]).toEqual(MEMBERS.map(({ address }) => address));
    const trial = trials.get(MEMBERS[1]?.address ?? '');
    expect(trial?.patches.map(({ name }) => name)).toEqual([
      'etcd+strategic.yaml',
      'etcd~wal-dir+strategic.yaml',
    ]);
    expect(trial?.folder).toBe(patchFolder(trial?.patches ?? []));
    expect(trial?.configuration).toContain(`patches:\n  directory: ${trial?.folder}\n`);
    expect(trial?.configuration).toContain('value: token');
    expect(trial?.configuration).toContain('name: infra1');
  });

  test('on a member that is there: what it is rendered with, its token included', () => {
    const members = MEMBERS.map((member) => ({ ...member, facts: ownHost(member, 'finished') }));
    const [trial] = patchTrials(members, exampleSettings({ patches }), 'another').values();
    expect(trial?.configuration).toContain(`value: ${SHAPE.token}`);
    expect(trial?.configuration).not.toContain('another');
  });

  test('nothing where kubeadm is missing', () => {
    const members = pristine.map((member, index) => {
      const { kubeadmVersion, ...others } = member.facts;
      return {
        ...member,
        facts: index === 0 ? others : { ...others, ...(kubeadmVersion && { kubeadmVersion }) },
      };
    });
    expect([...patchTrials(members, exampleSettings({ patches }), 'token').keys()]).toEqual(
      MEMBERS.slice(1).map(({ address }) => address),
    );
  });
});

describe('what it has made of them', () => {
  const places = { dataDir: '/var/lib/etcd', metricsPort: 2381 };
  const plain = stringify(examplePod(places));

  function told(fact: PatchTrialFact): string[] {
    return findingsOf({ patchTrials: new Map([[MEMBERS[1]?.address ?? '', fact]]) });
  }

  test('is as it has to be', () => {
    expect(told({ outcome: 'rendered', plain, patched: plain.replace('failureThreshold: 8', '') })).toEqual(
      [],
    );
  });

  test.each<[PatchTrialFact, RegExp]>([
    [
      { outcome: 'rendered', plain, patched: plain.replace('hostNetwork: true', 'hostNetwork: false') },
      /^fail \[infra1\] patches: with the patches the pod is not as it has to be: hostNetwork is not true.*Fix: Remove that part/,
    ],
    [
      { outcome: 'rendered', plain, patched: plain.replace('- --name=infra0', '- --name=other') },
      /its command is different, but extra-args and other inputs set the flags/,
    ],
    [{ outcome: 'rendered', plain, patched: '' }, /the first container is not named etcd/],
    [
      { outcome: 'patches-refused', said: 'remove operation does not apply' },
      /^fail \[infra1\] patches: kubeadm cannot apply the patches: remove operation does not apply.*Fix: Compare/,
    ],
    [
      { outcome: 'configuration-refused', said: 'no such field' },
      /^fail \[infra1\] patches \(kubeadm\): kubeadm refuses the configuration .* even without a patch: no such field.*Fix: Correct/,
    ],
  ])('%j', (fact, words) => {
    expect(told(fact)).toEqual([expect.stringMatching(words)]);
  });
});
