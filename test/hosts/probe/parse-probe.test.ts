import { expect, test } from '@jest/globals';
import { parseHostProbe } from '../../../src/hosts/probe/parse-probe.ts';
import { IncompleteProbeError } from '../../../src/hosts/probe/sections.ts';
import { CA_CERTIFICATE, CA_KEY, ETCD_MANIFEST } from '../../../src/kubeadm/paths.ts';
import { recorded, withSections } from './recorded.ts';

// One host after the installation of kubeadm's packages, and one after a deploy.
const withSection = (name: string, text: string): string =>
  withSections(recorded('pristine'), { [name]: text });

test('an empty host as it answered', () => {
  expect(parseHostProbe('10.77.0.10', recorded('pristine'))).toMatchObject({
    address: '10.77.0.10',
    hostname: 'infra0',
    systemd: true,
    kubeletPath: '/usr/bin/kubelet',
    kubeadmVersion: { text: 'v1.34.4', minor: 34 },
    etcdImage: 'registry.k8s.io/etcd:3.6.5-0',
    runtime: { runtime: { endpoint: 'unix:///run/containerd/containerd.sock', cgroupDriver: 'systemd' } },
    images: ['registry.k8s.io/etcd:3.6.5-0', 'registry.k8s.io/pause:3.10.1'],
    imageIds: new Map([
      ['registry.k8s.io/etcd:3.6.5-0', expect.stringMatching(/^sha256:[0-9a-f]{64}$/)],
      ['registry.k8s.io/pause:3.10.1', expect.stringMatching(/^sha256:[0-9a-f]{64}$/)],
    ]),
    kubelet: { installed: true, active: false, subState: 'auto-restart', enabled: true },
    dataDir: { exists: false, empty: true, hasLog: false, hasBlankLog: false },
    containers: [],
    state: 'absent',
  });
});

test('a member as it answered', () => {
  const facts = parseHostProbe('10.77.0.10', recorded('member'));
  expect(facts).toMatchObject({
    kubelet: { active: true, subState: 'running', enabled: true },
    dataDir: { exists: true, empty: false, hasLog: true, hasBlankLog: false, mode: '700' },
    containers: expect.arrayContaining([expect.objectContaining({ running: true })]),
    state: { phase: 'member', member: { name: 'infra0', address: '10.77.0.10' } },
  });
  expect(facts.listeners.get(2379)).toBe('etcd');
  expect(facts.files.get(ETCD_MANIFEST)).toMatchObject({ kind: 'file', mode: '600', owner: '0:0' });
  expect(facts.files.get(ETCD_MANIFEST)?.text).toContain('--initial-cluster-token=');
  if (typeof facts.state === 'string') throw new Error('the state was recorded');
  for (const [path, digest] of Object.entries(facts.state.files)) {
    expect([path, facts.files.get(path)?.sha256]).toEqual([path, digest]);
  }
});

test('a key is known by its digest only', () => {
  const facts = parseHostProbe('10.77.0.10', recorded('member'));
  expect(facts.files.get(CA_CERTIFICATE)?.text).toContain('BEGIN CERTIFICATE');
  expect(facts.files.get(CA_KEY)).toMatchObject({
    mode: '600',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(facts.files.get(CA_KEY)).not.toHaveProperty('text');
  expect(Buffer.from(recorded('member'), 'utf8').toString()).not.toContain('PRIVATE KEY');
});

test("the cgroup driver in crictl's own words, for `crictl info` is not asked for where they tell it", () => {
  const { runtime } = parseHostProbe(
    '10.77.0.10',
    withSections(recorded('pristine'), {
      'cri.runtime-config': 'cgroup driver:   CGROUPFS\n',
      'cri.info': undefined,
    }),
  );
  expect(runtime.runtime?.cgroupDriver).toBe('cgroupfs');
});

test.each([
  ['x86_64', 'amd64'],
  ['aarch64', 'arm64'],
  ['mips', undefined],
])('the processor %s is what Go calls %s', (machine, architecture) => {
  expect(parseHostProbe('10.77.0.10', withSection('machine', `${machine}\n`)).architecture).toBe(
    architecture,
  );
});

test('an image of CRI-O, whose ids are bare, and the sandbox image where it was asked for', () => {
  const images = JSON.stringify({
    images: [{ id: 'ab'.repeat(32), repoTags: ['a.example/etcd:1'], repoDigests: [] }],
  });
  const answer = withSections(recorded('pristine'), {
    'cri.images': images,
    'cri.sandbox': 'a.example/pause:3\n',
  });
  expect(parseHostProbe('10.77.0.10', answer)).toMatchObject({
    imageIds: new Map([['a.example/etcd:1', `sha256:${'ab'.repeat(32)}`]]),
    sandboxImage: 'a.example/pause:3',
  });
  expect(parseHostProbe('10.77.0.10', recorded('pristine'))).not.toHaveProperty('sandboxImage');
});

// containerd before 2.0 and CRI-O list neither the tag nor the name that kubelet used; from crictl 1.36.
test.each(['', 'sha256:'])('the image of a container that is listed by its id, "%s…"', (prefix) => {
  const id = 'ab'.repeat(32);
  const listed = (image: string): string =>
    JSON.stringify({
      containers: [
        {
          id: 'c0ffee',
          metadata: { attempt: 1 },
          image: { image, userSpecifiedImage: '' },
          state: 'CONTAINER_EXITED',
        },
      ],
    });
  const images = (repoTags: string[]): string =>
    JSON.stringify({
      images: [
        { id: `${prefix}${'cd'.repeat(32)}`, repoTags: ['a.example/pause:3'] },
        { id: `${prefix}${id}`, repoDigests: ['a.example/etcd@sha256:ef'], repoTags },
      ],
    });
  const imageOf = (sections: Record<string, string>): string | undefined =>
    parseHostProbe('10.77.0.10', withSections(recorded('pristine'), sections)).containers[0]?.image;
  expect(
    imageOf({ 'cri.containers': listed(prefix + id), 'cri.images': images(['a.example/etcd:3.6.5-0']) }),
  ).toBe('a.example/etcd:3.6.5-0');
  expect(imageOf({ 'cri.containers': listed(prefix + id), 'cri.images': images([]) })).toBe(prefix + id);
  expect(
    imageOf({
      'cri.containers': listed('b.example/etcd:3.6.4-0'),
      'cri.images': images(['a.example/etcd:1']),
    }),
  ).toBe('b.example/etcd:3.6.4-0');
});

test('an answer that was cut off is no answer', () => {
  expect(() => parseHostProbe('10.77.0.10', recorded('pristine').slice(0, -20))).toThrow(
    IncompleteProbeError,
  );
});

test.each([
  ['10.0.0.7 2380 open', 'open'],
  ['10.0.0.7 2380 1 Connection refused', 'refused'],
  ['10.0.0.7 2380 silence', 'timeout'],
  ['10.0.0.7 2380 1 No route to host', 'unreachable'],
  ['10.0.0.7 2380 1 Network is unreachable', 'unreachable'],
  ['10.0.0.7 2380 1 something else', 'unknown'],
])('reach "%s" is %s', (line, outcome) => {
  expect(parseHostProbe('10.0.0.6', withSection('reach', line)).reach).toEqual([
    { address: '10.0.0.7', port: 2380, outcome, ...(outcome === 'unknown' && { words: 'something else' }) },
  ]);
});

// containerd before 2.0 and CRI-O before 1.28 do not answer RuntimeConfig; containerd shows its configuration.
test.each([
  ['"systemdCgroup": true', 'systemd'],
  ['"SystemdCgroup": false', 'cgroupfs'],
])('a runtime without RuntimeConfig is asked for its configuration: %s', (info, cgroupDriver) => {
  const answer = withSections(recorded('pristine'), {
    'cri.runtime-config': 'unknown method RuntimeConfig',
    'cri.info': info,
  });
  expect(parseHostProbe('10.0.0.6', answer).runtime.runtime).toMatchObject({ cgroupDriver });
});

test('a runtime that does not answer is named with what it said', () => {
  const answer = withSections(recorded('pristine'), {
    'cri.runtime-config': 'connection error: desc = "dial unix"',
    'cri.info': '',
  });
  expect(parseHostProbe('10.0.0.6', answer).runtime).toMatchObject({
    problem: expect.stringContaining('dial unix'),
  });
  expect(parseHostProbe('10.0.0.6', answer).runtime.runtime).toBeUndefined();
});

test('where `ip` is missing, the addresses of `hostname -I` are taken', () => {
  expect(parseHostProbe('10.0.0.6', withSection('addresses', '10.0.0.6 fd00::6 \n')).addresses).toEqual([
    '10.0.0.6',
    'fd00::6',
  ]);
});

test('the folder of a new file system holds no data', () => {
  const answer = withSection(
    'data-dir',
    'log no /var/lib/etcd/member/wal\0data-dir yes /var/lib/etcd\u00000 755 /var/lib/etcd\0',
  );
  const facts = parseHostProbe('10.0.0.6', answer);
  expect(facts.dataDir).toEqual({
    exists: true,
    empty: true,
    hasLog: false,
    hasBlankLog: false,
    mode: '755',
  });
});
