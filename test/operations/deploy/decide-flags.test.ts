import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import { etcdArguments, renderKubeadmConfig } from '../../../src/kubeadm/kubeadm-config.ts';
import { KUBEADM_CONFIG } from '../../../src/kubeadm/paths.ts';
import { KUBEADM_POLICY } from '../../../src/pki/authority.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  fileFact,
  manifestFact,
  MEMBERS,
  ownHost,
  recordedWith,
  SHAPE,
  withFiles,
} from '../../cluster/example.ts';
import { decide, pristine, refusalLines, stepsLike } from './deciding.ts';

/*
 * kubeadm up to 1.33 writes flags that etcd 3.7 has dropped, and from 1.36 on flags that etcd 3.5 does not have yet.
 * Every supported kubeadm accepts an external etcd of 3.5 for a control plane, so packages are updated around it.
 */
const healthy = { cluster: clusterFacts() };
const OLD = '3.5.24-0';

function kubeadm(facts: readonly HostFacts[], text: string): HostFacts[] {
  const [major = 0, minor = 0, patch = 0] = text.slice(1).split('.').map(Number);
  return facts.map((host) => ({ ...host, kubeadmVersion: { major, minor, patch, text } }));
}

/** A finished cluster that runs etcd 3.5, on hosts whose kubeadm is of this release. */
function oldCluster(version: string): HostFacts[] {
  const image = `registry.k8s.io/etcd:${OLD}`;
  const shape = { ...SHAPE, etcdImageTag: OLD };
  const facts = MEMBERS.map((member, index) => {
    const host = ownHost(member, 'finished', { keepsKey: index === 0, shape });
    const files = [
      manifestFact(etcdArguments(SHAPE, member), { ...SHAPE, image }),
      fileFact(KUBEADM_CONFIG, renderKubeadmConfig(shape, member, version, KUBEADM_POLICY)),
    ];
    const changed = { ...host, ...withFiles(host, files) };
    return files.reduce((now, file) => recordedWith(now, file), changed);
  });
  return kubeadm(facts, version);
}

const HEARTBEAT = { extraArgs: [{ name: 'heartbeat-interval', value: '200' }] };

describe('a cluster that keeps an etcd of which the kubeadm on its hosts writes no flags any longer', () => {
  test.each(['v1.36.3', 'v1.37.2'])('is refused a manifest by kubeadm %s', (version) => {
    expect(refusalLines(oldCluster(version), { ...healthy, settings: HEARTBEAT })).toEqual(
      MEMBERS.map(
        ({ name }) =>
          `${name} etcd-image-tag: its kubeadm ${version} writes flags into the manifest that etcd 3.5.24 does not know: etcd would not start.`,
      ),
    );
  });

  test('is managed while nothing about its manifests changes', () => {
    const plan = decide(oldCluster('v1.36.3'), healthy);
    expect(stepsLike(plan, 'restart-member')).toEqual([]);
    expect(stepsLike(plan, 'render-manifest')).toEqual([]);
  });

  test.each(['v1.33.13', 'v1.34.4', 'v1.35.4'])('gets its manifest by kubeadm %s', (version) => {
    const plan = decide(oldCluster(version), { ...healthy, settings: HEARTBEAT });
    expect(stepsLike(plan, 'render-manifest')).toHaveLength(3);
  });
});

test.each([
  ['v1.36.3', '3.5.24-0'],
  ['v1.37.2', '3.5.24-0'],
  ['v1.31.0', '3.7.0-0'],
  ['v1.33.13', 'v3.7.2'],
])(
  'a new cluster by kubeadm %s with etcd %s is refused before anything is touched',
  (version, etcdImageTag) => {
    const lines = refusalLines(kubeadm(pristine(), version), { settings: { etcdImageTag } });
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('does not know: etcd would not start.');
  },
);

test.each([
  ['v1.36.3', '3.6.8-0'],
  ['v1.33.13', '3.6.5-0'],
  ['v1.34.4', '3.5.24-0'],
  ['v1.35.4', '3.7.0-0'],
])('a new cluster by kubeadm %s with etcd %s is made', (version, etcdImageTag) => {
  expect(decide(kubeadm(pristine(), version), { settings: { etcdImageTag } }).verdict.name).toBe('create');
});
