import { expect, test } from '@jest/globals';
import { argumentDifferences, parseEtcdManifest } from '../../src/kubeadm/etcd-manifest.ts';

const MANIFEST = `
apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - etcd
    - --name=infra0
    - --client-cert-auth
    - --initial-cluster=infra0=https://10.0.0.6:2380,infra1=https://10.0.0.7:2380
    image: registry.k8s.io/etcd:3.6.5-0
    name: etcd
`;

test('flags are read with the "=" in their values', () => {
  const manifest = parseEtcdManifest(MANIFEST);
  expect(manifest?.image).toBe('registry.k8s.io/etcd:3.6.5-0');
  expect(manifest?.arguments.get('client-cert-auth')).toBe('');
  expect(manifest?.arguments.get('initial-cluster')).toBe(
    'infra0=https://10.0.0.6:2380,infra1=https://10.0.0.7:2380',
  );
});

test('what is no etcd pod is not taken for one', () => {
  for (const text of ['', '{', 'kind: Pod', MANIFEST.replace('- etcd\n', '- sh\n')]) {
    expect(parseEtcdManifest(text)).toBeUndefined();
  }
});

test('differences name the flag, what it is and what it has to be', () => {
  const manifest = parseEtcdManifest(MANIFEST);
  if (manifest === undefined) throw new Error('the example is an etcd pod');
  expect(
    argumentDifferences(manifest, [
      { name: 'name', value: 'infra0' },
      { name: 'client-cert-auth', value: 'true' },
      { name: 'data-dir', value: '/var/lib/etcd' },
    ]),
  ).toEqual(['--client-cert-auth is "", wanted "true"', '--data-dir is absent, wanted "/var/lib/etcd"']);
});
