import { describe, expect, test } from '@jest/globals';
import { argumentDifferences, parseEtcdManifest, predictManifest } from '../../src/kubeadm/etcd-manifest.ts';

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

test('another pod is not parsed as etcd', () => {
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

describe('predictManifest', () => {
  const image = 'registry.k8s.io/etcd:3.6.5-0';
  const tail = [
    { name: 'initial-cluster', value: 'infra0=https://10.77.0.10:2380' },
    { name: 'name', value: 'infra0' },
    { name: 'advertise-client-urls', value: 'https://10.77.0.10:2379' },
  ];

  /** Lines as rendered by kubeadm 1.34, with fewer flags. */
  function manifest(flags: readonly string[], of = image): string {
    return `apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/etcd.advertise-client-urls: https://10.77.0.10:2379
  name: etcd
spec:
  containers:
  - command:
    - etcd
${flags.map((flag) => `    - ${flag}\n`).join('')}    image: ${of}
    imagePullPolicy: IfNotPresent
    name: etcd
  hostNetwork: true
status: {}
`;
  }

  const byKubeadm = [
    '--data-dir=/var/lib/etcd',
    '--snapshot-count=10000',
    '--initial-cluster=infra0=https://10.77.0.10:2380',
    '--name=infra0',
    '--advertise-client-urls=https://10.77.0.10:2379',
  ];

  test('values that are as wanted stay byte for byte', () => {
    expect(predictManifest(manifest(byKubeadm), tail, { image, dropFlags: [] })).toBe(manifest(byKubeadm));
  });

  test("extraArgs stand behind kubeadm's own flags, in their order, and take the place of its own", () => {
    const wanted = [
      ...tail,
      { name: 'snapshot-count', value: '5000' },
      { name: 'auto-compaction-mode', value: 'revision' },
    ];
    expect(predictManifest(manifest(byKubeadm), wanted, { image, dropFlags: [] })).toBe(
      manifest([
        '--data-dir=/var/lib/etcd',
        '--initial-cluster=infra0=https://10.77.0.10:2380',
        '--name=infra0',
        '--advertise-client-urls=https://10.77.0.10:2379',
        '--snapshot-count=5000',
        '--auto-compaction-mode=revision',
      ]),
    );
  });

  test('a manifest whose flags are all sorted, as kubeadm 1.31 writes it, stays sorted', () => {
    const sorted = ['--data-dir=/var/lib/etcd', '--name=infra0', '--snapshot-count=10000'];
    const wanted = [
      { name: 'name', value: 'infra0' },
      { name: 'heartbeat-interval', value: '250' },
    ];
    expect(predictManifest(manifest(sorted), wanted, { image, dropFlags: [] })).toBe(
      manifest([
        '--data-dir=/var/lib/etcd',
        '--heartbeat-interval=250',
        '--name=infra0',
        '--snapshot-count=10000',
      ]),
    );
  });

  test('flags are dropped and the image is replaced, in any position', () => {
    const present = [...byKubeadm, '--quota-backend-bytes=8589934592'];
    const options = { image: 'registry.example/etcd:3.6.7-0', dropFlags: ['quota-backend-bytes'] };
    expect(predictManifest(manifest(present), tail, options)).toBe(manifest(byKubeadm, options.image));
    const imageFirst = manifest(present).replace(
      / {2}- command:\n(.*) {4}image: (\S+)\n/s,
      (_all, command: string, name: string) => `  - image: ${name}\n    command:\n${command}`,
    );
    expect(predictManifest(imageFirst, tail, options)).toContain(
      `  - image: ${options.image}\n    command:\n    - etcd\n`,
    );
  });

  test('a value that means something in YAML is quoted as Go does it', () => {
    const wanted = [{ name: 'log-outputs', value: "a: b 'c' #d" }];
    expect(predictManifest(manifest(byKubeadm), wanted, { image, dropFlags: [] })).toContain(
      `    - '--log-outputs=a: b ''c'' #d'\n`,
    );
  });

  test.each([
    ['no etcd pod', 'kind: Pod\n'],
    ['no YAML', '{'],
    ['flags on one line', manifest([]).replace(/- command:\n {4}- etcd\n/, '- command: [etcd, --name=a]\n')],
    ['a flag over two lines', manifest(['--name=a', '"--initial-cluster=a,\n      b"'])],
  ])('nothing is predicted for %s', (_what, text) => {
    expect(predictManifest(text, tail, { image, dropFlags: [] })).toBeUndefined();
  });
});
