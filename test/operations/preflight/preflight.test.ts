import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CHECK_TITLES, isFinding } from '../../../src/checks/check.ts';
import type { HostFacts } from '../../../src/facts/host.ts';
import type { FilesystemFact, PreflightFacts } from '../../../src/facts/preflight.ts';
import { CA_KEY } from '../../../src/kubeadm/paths.ts';
import { type KubernetesVersion, parseKubernetesVersion } from '../../../src/kubeadm/version.ts';
import { preflightChecks } from '../../../src/operations/preflight/checks.ts';
import { archived, archiveOf } from '../../cluster/example-archive.ts';
import { fileFact, MEMBERS } from '../../cluster/example.ts';
import { settingsOf } from '../../inputs/given.ts';
import { type Changes, checksOf, exampleInput, findingsOf, memberByHand, QUIET } from './example.ts';

const GIB = 1024 ** 3;

function version(text: string): KubernetesVersion {
  const parsed = parseKubernetesVersion(text);
  if (parsed === undefined) throw new Error(`${text} is no version`);
  return parsed;
}

/** kubelet and kubeadm of one release on all hosts. */
function allOf(text: string): Changes {
  return { allSeen: { kubeletVersion: version(text) }, allFacts: { kubeadmVersion: version(text) } };
}

function disk(changes: Partial<FilesystemFact>): Changes {
  if (QUIET.filesystem === undefined) throw new Error('the example has a filesystem');
  return { seen: { filesystem: { ...QUIET.filesystem, ...changes } } };
}

/** Puts the log on another disk than the data. */
function logDisk(changes: Partial<FilesystemFact>): Changes {
  if (QUIET.filesystem === undefined) throw new Error('the example has a filesystem');
  const walFilesystem = { ...QUIET.filesystem, mountPoint: '/mnt/wal' };
  return {
    allSeen: { walFilesystem },
    seen: { walFilesystem: { ...walFilesystem, ...changes } },
    settings: { walDir: '/mnt/wal' },
  };
}

/** A member whose log was fsynced `count` times: half below 2 ms, all others in the bucket up to `slowest` seconds. */
function fsyncs(count: number, slowest: number): Changes {
  const bounds = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, Infinity];
  const buckets = bounds.map((le) => ({ le, count: le >= slowest ? count : le >= 0.002 ? count / 2 : 0 }));
  return {
    seen: {
      member: {
        version: '3.6.14',
        walFsync: { buckets, sumSeconds: count * 0.005, count },
        peerRoundTrips: new Map(),
      },
    },
  };
}

/** Lets every host time its connects to every other. */
function roundTripsOf(milliseconds: number): Pick<PreflightFacts, 'connectTimes'> {
  const microseconds = [milliseconds * 4000, ...Array.from({ length: 4 }, () => milliseconds * 1000)];
  return {
    connectTimes: MEMBERS.flatMap(({ address }) =>
      [2379, 2380].map((port) => ({ address, port, microseconds })),
    ),
  };
}

test('nothing is to be said about hosts that are as they should be', () => {
  expect(findingsOf()).toEqual([]);
});

test.each<[string, Changes]>([
  ['that is there', { seen: { resolvConf: { path: '/etc/resolv.conf', state: 'file' } } }],
  ['that is the listed one', { facts: { sources: new Map([['10.0.0.6', '10.0.0.7']]) } }],
  [
    'that is among extra-sans, however it is written',
    {
      facts: { sources: new Map([['fd00::6', 'fd00::27']]) },
      settings: { certificates: { extraSans: ['fd00:0:0::27', 'etcd.example'], leafDays: 365 } },
    },
  ],
  ['that the kernel did not tell', { facts: { sources: new Map() } }],
  [
    'with room, and nothing that is forbidden',
    { seen: { room: [{ path: '/run', freeBytes: GIB }], unwritable: [] } },
  ],
])('a file, a folder or an address %s is no finding', (_, changes) => {
  expect(findingsOf(changes)).toEqual([]);
});

test('a disk that is read-only is reported once, with all that lies on it', () => {
  const { seen } = disk({ readOnly: true });
  const unwritable = [{ path: '/etc/kubernetes', kind: 'folder' as const }];
  expect(findingsOf({ seen: { ...seen, unwritable } })).toEqual([
    expect.stringMatching(/^fail \[infra1\] disk-space: .*is read-only/),
  ]);
});

test('nothing is to be said about a member by hand or one of ours', () => {
  expect(findingsOf({ allFacts: memberByHand() })).toEqual([]);
});

/** Changes, each with the one finding that they cause. */
const said: readonly (readonly [string, Changes, RegExp])[] = [
  [
    'kubelet says no version',
    { seen: { kubeletVersion: undefined } as never },
    /^fail \[infra1\] kubelet-release: .*did not say its version/,
  ],
  [
    'kubelet says something else',
    { seen: { kubeletVersion: undefined, kubeletSaid: 'kubelet: Exec format error' } as never },
    /^fail \[infra1\] kubelet-release: .*did not say its version: kubelet: Exec format error\. Usual cause: .*another processor/,
  ],
  [
    'kubelet too old',
    { seen: { kubeletVersion: version('v1.30.9') } },
    /^fail \[infra1\] kubelet-release: kubelet is v1\.30\.9; this action knows 1\.31 to 1\.37/,
  ],
  [
    'kubelet too new',
    { seen: { kubeletVersion: version('v1.38.0') } },
    /^fail \[infra1\] kubelet-release: kubelet is v1\.38\.0/,
  ],
  [
    'kubelet of another minor',
    { seen: { kubeletVersion: version('v1.33.4') } },
    /^warn \[infra1\] kubelet-release: kubelet is v1\.33\.4 and kubeadm is v1\.34\.4/,
  ],
  [
    'kubelet of another patch',
    { seen: { kubeletVersion: version('v1.34.2') } },
    /^ok \[infra1\] kubelet-release: kubelet is v1\.34\.2 and kubeadm/,
  ],
  [
    'kubeadm of another release on one host',
    { seen: { kubeletVersion: version('v1.34.2') }, facts: { kubeadmVersion: version('v1.34.2') } },
    /^warn kubeadm-release: .*v1\.34\.4 on infra0, infra2; v1\.34\.2 on infra1/,
  ],
  [
    'etcd with known vulnerabilities is asked for',
    { allFacts: { etcdImage: 'r/etcd:3.6.5-0', images: ['r/etcd:3.6.5-0'] } },
    /^warn release: etcd 3\.6\.5 on infra0, infra1 and infra2 .*GHSA-6vch-q96h-7gc3.*GHSA-xg4h-6gfc-h4m8.*fixed in 3\.6\.14/,
  ],
  [
    'one member runs etcd with known vulnerabilities',
    { seen: { member: { version: '3.5.32', peerRoundTrips: new Map() } } },
    /^warn release: etcd 3\.5\.32 on infra1 .*fixed in 3\.5\.33/,
  ],
  [
    'an etcd that gets no more fixes',
    { seen: { member: { version: '3.4.42', peerRoundTrips: new Map() } } },
    /^warn release: etcd 3\.4\.42 on infra1 .*no more fixes/,
  ],
  [
    'cgroup v1 and kubelet 1.35',
    { ...allOf('v1.35.0'), seen: { cgroups: 'v1' } },
    /^fail \[infra1\] cgroups: .*refuses to run/,
  ],
  [
    'cgroups of no known version and kubelet 1.35',
    { ...allOf('v1.35.0'), seen: { cgroups: 'unknown' } },
    /^warn \[infra1\] cgroups: .*neither cgroup v2 nor v1/,
  ],
  [
    'cgroup v1 and kubelet 1.35 that was told to take it',
    { ...allOf('v1.35.0'), seen: { cgroups: 'v1' }, settings: { kubeletConfig: { failCgroupV1: false } } },
    /^warn \[infra1\] cgroups: .*nevertheless/,
  ],
  [
    'cgroup v1 and an older kubelet that was told to refuse it',
    { seen: { cgroups: 'v1' }, settings: { kubeletConfig: { failCgroupV1: true } } },
    /^fail \[infra1\] cgroups/,
  ],
  [
    'cgroup v1 and kubelet 1.34',
    { allSeen: { cgroups: 'v1' } },
    /^ok cgroups: infra0, infra1 and infra2 use cgroup v1/,
  ],
  [
    'kubelet was told another cgroup driver',
    { seen: { kubeletCgroupDriver: { driver: 'cgroupfs', from: '/var/lib/kubelet/config.yaml' } } },
    /^warn \[infra1\] cgroups: .*"cgroupfs" \(\/var\/lib\/kubelet\/config\.yaml\).*"systemd"/,
  ],
  [
    'swap',
    { seen: { swaps: [{ device: '/swap.img', bytes: 4 * GIB }] } },
    /^fail \[infra1\] swap: swap is on \(\/swap\.img, 4 GiB\)/,
  ],
  [
    'swap and a kubelet that was told to take it',
    {
      seen: { swaps: [{ device: '/dev/zram0', bytes: GIB }] },
      settings: { kubeletConfig: { failSwapOn: false } },
    },
    /^warn \[infra1\] swap/,
  ],
  [
    'a drop-in that sorts after ours',
    { seen: { execStartDropIns: ['/etc/systemd/system/kubelet.service.d/99-local.conf'] } },
    /^fail \[infra1\] drop-in: \/etc\/systemd\/system\/kubelet\.service\.d\/99-local\.conf sets ExecStart/,
  ],
  [
    'a clock ahead',
    { facts: { clock: { offsetMs: 3000, uncertaintyMs: 50 } } },
    /^warn \[infra1\] clock: The clock of infra1 is 3 s ahead of the median of all hosts \(± 55 ms\)/,
  ],
  [
    'a clock behind',
    { facts: { clock: { offsetMs: -45_000, uncertaintyMs: 50 } } },
    /^fail \[infra1\] clock: The clock of infra1 is 45 s behind the median/,
  ],
  [
    "a member's disk that others have filled, its data dir included",
    disk({ freeBytes: 4096, dataDirBytes: 3 * GIB }),
    /^fail \[infra1\] disk-space: \/ has 4 KiB free of 40 GiB: etcd ends when it finds no room for the next file of its log/,
  ],
  [
    'a disk without room',
    disk({ freeBytes: 2 * GIB }),
    /^fail \[infra1\] disk-space: \/ has 2 GiB free of 40 GiB; .*quota of 2 GiB and the log take 2\.5 GiB/,
  ],
  [
    'a disk with little room',
    disk({ freeBytes: 4 * GIB }),
    /^warn \[infra1\] disk-space: \/ has 4 GiB free of 40 GiB.*4\.5 GiB while it is defragmented/,
  ],
  [
    'a disk with too little room for the quota that was set',
    {
      ...disk({ freeBytes: 7 * GIB }),
      settings: { extraArgs: [{ name: 'quota-backend-bytes', value: String(Math.round(6.7 * GIB)) }] },
    },
    /^fail \[infra1\] disk-space: .*quota of 6\.7 GiB/,
  ],
  ['a read-only disk', disk({ readOnly: true }), /^fail \[infra1\] disk-space: .*read-only/],
  ['no inodes', disk({ freeInodes: 7 }), /^fail \[infra1\] disk-space: .*7 free inodes/],
  [
    'a filesystem of the network',
    disk({ type: 'nfs4', source: 'nas:/x' }),
    /^warn \[infra1\] disk-space: .*nfs4 \(nas:\/x on \/\), which is reached over a network/,
  ],
  ['a filesystem of the network (cifs)', disk({ type: 'cifs' }), /^warn \[infra1\] disk-space: .*network/],
  ['a filesystem in memory', disk({ type: 'tmpfs' }), /^warn \[infra1\] disk-space: .*memory/],
  ['an overlay', disk({ type: 'overlay' }), /^warn \[infra1\] disk-space: .*upper layer/],
  [
    'a filesystem that cannot be read',
    { seen: { filesystem: undefined } as never },
    /^warn \[infra1\] disk-space: .*could not be read/,
  ],
  [
    'slow fsync',
    fsyncs(1000, 0.032),
    /^warn \[infra1\] wal-fsync: .*takes 31\.7 ms at the 99th percentile, 5 ms on average \(1000 samples since its start\)/,
  ],
  ['little memory', { seen: { memoryBytes: GIB } }, /^warn \[infra1\] memory: it has 1 GiB/],
  [
    'less memory than the quota',
    {
      seen: { memoryBytes: 4 * GIB },
      settings: { extraArgs: [{ name: 'quota-backend-bytes', value: String(8 * GIB) }] },
    },
    /^warn \[infra1\] memory: it has 4 GiB of memory, less than the quota of the database \(8 GiB\)/,
  ],
  [
    'the log on a disk of its own that is too small',
    logDisk({ freeBytes: 100 * 1024 ** 2, dataDirBytes: 0 }),
    /^fail \[infra1\] disk-space \(wal-dir\): \/mnt\/wal has 100 MiB free of .*; the log takes 512 MiB\. /,
  ],
  [
    'the log on a disk of its own that is read-only',
    logDisk({ readOnly: true }),
    /^fail \[infra1\] disk-space \(wal-dir\): the filesystem of the folder of the log/,
  ],
  [
    'the log on a disk that cannot be read',
    { ...logDisk({}), seen: { walFilesystem: undefined } as never },
    /^warn \[infra1\] disk-space \(wal-dir\): the filesystem of \/mnt\/wal could not be read/,
  ],
  ['one processor', { seen: { processors: 1 } }, /^warn \[infra1\] processors: it has 1 processor/],
  [
    'an image that is not there',
    { facts: { images: [] } },
    /^ok image: registry\.k8s\.io\/etcd:3\.6\.14-0 is not on infra1 yet and will be pulled there/,
  ],
  [
    'an image that is not there, and is in the archive',
    { facts: { images: [] }, archive: archiveOf(archived(['registry.k8s.io/etcd:3.6.14-0'])) },
    /^ok image: registry\.k8s\.io\/etcd:3\.6\.14-0 is not on infra1 yet and will be imported from images\.tar there/,
  ],
  [
    'a pause image that is not there',
    { facts: { sandboxImage: 'registry.k8s.io/pause:3.9' } },
    /^ok pause-image: registry\.k8s\.io\/pause:3\.9, the pause image of the container runtime, is not on infra1 yet and will be pulled/,
  ],
  [
    'a pause image that is not there, nor in the archive that was given',
    {
      facts: { sandboxImage: 'registry.k8s.io/pause:3.9' },
      archive: archiveOf(archived(['registry.k8s.io/etcd:3.6.14-0'])),
    },
    /^warn pause-image: registry\.k8s\.io\/pause:3\.9, .* will be pulled/,
  ],
  [
    'the key of the CA, where no host is to keep it',
    {
      facts: { files: new Map([[CA_KEY, fileFact(CA_KEY, 'key')]]) },
      settings: { caCustody: 'input-only' },
    },
    /^ok ca-custody: the key of the CA is on infra1 .*; a deploy removes it there after it has verified the cluster/,
  ],
  [
    'clones by machine-id',
    { allFacts: { machineId: 'beef' } },
    /^warn hosts: infra0, infra1 and infra2 have the same machine-id beef/,
  ],
  [
    'clones by hostname',
    {
      facts: { hostname: 'infra0' },
      settings: { hosts: MEMBERS.map(({ name, address }) => ({ name, address })) },
    },
    /^warn hosts: infra0 and infra1 have the same hostname "infra0"/,
  ],
  [
    'the same hostname and no names',
    { facts: { hostname: 'infra0' } },
    /^fail prerequisite \(names\): 10\.0\.0\.6 and 10\.0\.0\.7 have the same name "infra0"/,
  ],
  [
    'one machine twice',
    { facts: { bootId: 'boot-infra0', machineId: 'machine-infra0' } },
    /^fail prerequisite \(hosts\): 10\.0\.0\.6 and 10\.0\.0\.7 are the same machine/,
  ],
  [
    'an address of somewhere else',
    { facts: { addresses: ['192.168.0.5'] } },
    /^fail \[infra1\] prerequisite \(hosts\): the address 10\.0\.0\.7 is not on any/,
  ],
  [
    'silence',
    { facts: { reach: [{ address: '10.0.0.8', port: 2380, outcome: 'timeout' }] } },
    /^fail \[infra1\] prerequisite \(network\): it cannot reach 10\.0\.0\.8 on TCP port 2380/,
  ],
  [
    'no runtime',
    { facts: { runtime: { sockets: [] } } },
    /^fail \[infra1\] prerequisite \(prerequisites\): no container runtime/,
  ],
  [
    'containers that a verdict needs, and that were not seen',
    {
      facts: {
        unseen: [{ what: 'containers', program: 'crictl ps', words: 'it ended with exit code 1: no' }],
      },
    },
    /^fail \[infra1\] prerequisite \(probe\): `crictl ps` gave no usable answer, so it is unknown whether etcd runs there/,
  ],
  [
    'different images',
    { facts: { etcdImage: 'r/etcd:3.6.15-0', images: ['r/etcd:3.6.15-0'] } },
    /^fail prerequisite \(etcd-image-tag\): kubeadm on the hosts uses different/,
  ],
  [
    'no resolv.conf',
    { seen: { resolvConf: { path: '/etc/resolv.conf', state: 'missing' } } },
    /^fail \[infra1\] resolv-conf: \/etc\/resolv\.conf is missing; kubelet starts no pod/,
  ],
  [
    'a resolv.conf that leads nowhere',
    {
      seen: {
        resolvConf: {
          path: '/etc/resolv.conf',
          state: 'dangling',
          target: '/run/systemd/resolve/stub-resolv.conf',
        },
      },
    },
    /^fail \[infra1\] resolv-conf: .*is a link to \/run\/systemd\/resolve\/stub-resolv\.conf, which is missing.*systemd-resolved/,
  ],
  [
    'a resolv.conf that is a folder',
    { seen: { resolvConf: { path: '/r', state: 'other' } } },
    /^fail \[infra1\] resolv-conf: \/r is not a file/,
  ],
  [
    '/etc read-only',
    {
      seen: {
        unwritable: ['/etc/systemd/system', '/etc/kubernetes', '/etc/kubernetes/manifests'].map((path) => ({
          path,
          kind: 'folder' as const,
          attributes: 'e',
        })),
      },
    },
    /^fail \[infra1\] places: root may not write \/etc\/systemd\/system, \/etc\/kubernetes, \/etc\/kubernetes\/manifests, and a deploy has to\. Usual cause: The file system is read-only\. /,
  ],
  [
    'places of which lsattr tells nothing',
    { seen: { unwritable: [{ path: '/etc/kubernetes', kind: 'folder' }] } },
    /^fail \[infra1\] places: .*read-only, or the place was made immutable/,
  ],
  [
    'chattr +i',
    { seen: { unwritable: [{ path: '/etc/kubernetes/manifests', kind: 'folder', attributes: 'ie' }] } },
    /^fail \[infra1\] places: .*\(lsattr: i\).*`chattr -i \/etc\/kubernetes\/manifests`/,
  ],
  [
    "chattr +i on a member's own file",
    {
      facts: memberByHand(),
      seen: { unwritable: [{ path: '/etc/kubernetes/pki/etcd/ca.crt', kind: 'file', attributes: 'i' }] },
    },
    /^warn \[infra1\] places: .*ca\.crt/,
  ],
  [
    'a full /run',
    { seen: { room: [{ path: '/run', freeBytes: 4096, freeInodes: 5000 }] } },
    /^fail \[infra1\] places: the file system of \/run has 4 KiB and 5000 inodes free/,
  ],
  [
    'no inodes for small files',
    { seen: { room: [{ path: '/etc/kubernetes', freeBytes: GIB, freeInodes: 3 }] } },
    /^fail \[infra1\] places: .*1 GiB and 3 inodes free/,
  ],
  [
    'an address that is listed and not sent from',
    {
      facts: {
        sources: new Map([
          ['10.0.0.6', '10.0.0.27'],
          ['10.0.0.8', '10.0.0.27'],
        ]),
      },
    },
    /^fail \[infra1\] network: it sends from 10\.0\.0\.27 to 10\.0\.0\.6, 10\.0\.0\.8, and is listed as 10\.0\.0\.7.*`extra-sans`/,
  ],
  [
    'the same of a member that runs',
    { facts: { ...memberByHand(), sources: new Map([['10.0.0.6', '10.0.0.27']]) } },
    /^warn \[infra1\] network: it sends from/,
  ],
  [
    'one leftover key',
    { seen: { leftoverKeys: ['/home/my user/pki/etcd/peer.key'] } },
    /^warn \[infra1\] leftovers: a private key is .*`rm -f -- '\/home\/my user\/pki\/etcd\/peer\.key'`/,
  ],
  [
    "leftover keys and the CA's",
    { seen: { leftoverKeys: ['/tmp/10.0.0.7/pki/etcd/ca.key', '/tmp/10.0.0.7/pki/etcd/peer.key'] } },
    /2 private keys are .*the CA's among them.*`rm -f -- \/tmp\/10\.0\.0\.7\/pki\/etcd\/ca\.key \/tmp\/10\.0\.0\.7\/pki\/etcd\/peer\.key`/,
  ],
  [
    'a taken port',
    { facts: { listeners: new Map([[2380, 'nginx']]) } },
    /^fail \[infra1\] prerequisite \(ports\): TCP port 2380, which etcd needs, is taken by "nginx"/,
  ],
  [
    'the metrics port taken',
    { facts: { listeners: new Map([[2381, 'x']]) } },
    /^fail \[infra1\] prerequisite \(ports\): TCP port 2381/,
  ],
  [
    "kubelet's port taken",
    { facts: { listeners: new Map([[10250, 'k3s']]) } },
    /^fail \[infra1\] prerequisite \(ports\): TCP port 10250, which kubelet needs/,
  ],
  [
    'a strange etcd',
    { facts: { listeners: new Map([[2379, 'etcd']]) } },
    /^fail \[infra1\] prerequisite \(ports\): .*taken by "etcd".*did not set up/,
  ],
  [
    "a member's port taken by another",
    { facts: { ...memberByHand(), listeners: new Map([[2379, 'haproxy']]) } },
    /^fail \[infra1\] prerequisite \(ports\): .*"haproxy"/,
  ],
  [
    'a fast disk',
    {
      diskTests: new Map([
        ['10.0.0.7', { outcome: 'measured', writes: 200, p50Ms: 0.8, p99Ms: 3, maxMs: 4 }],
      ]),
    },
    /^ok \[infra1\] disk-test: 200 synced writes took 0\.8 ms at the median/,
  ],
  [
    'a slow disk',
    {
      diskTests: new Map([
        ['10.0.0.7', { outcome: 'measured', writes: 60, p50Ms: 40, p99Ms: 90, maxMs: 120 }],
      ]),
    },
    /^warn \[infra1\] disk-test: .*90 ms at the 99th percentile.*less than 10 ms/,
  ],
  [
    'no disk test on a mount point',
    { diskTests: new Map([['10.0.0.7', { outcome: 'mount-point' }]]) },
    /^ok \[infra1\] disk-test: no write test.*mount point/,
  ],
  [
    'no disk test on a full disk',
    { diskTests: new Map([['10.0.0.7', { outcome: 'no-space' }]]) },
    /^ok \[infra1\] disk-test: no write test.*almost full/,
  ],
];

/** Facts that a runtime did not report are unknown: the runtime's own finding is the only one. */
test('a runtime that answers nothing is one finding, and no image is called missing', () => {
  const unseen = (['containers', 'images', 'runtime'] as const).map((what) => ({
    what,
    program: `crictl ${what}`,
    words: 'it ended with exit code 1: unknown service runtime.v1.RuntimeService',
  }));
  const facts = {
    unseen,
    images: [],
    imageIds: new Map(),
    sandboxImage: 'registry.k8s.io/pause:3.10.1',
    runtime: {
      sockets: ['/run/containerd/containerd.sock'],
      asked: 'unix:///run/containerd/containerd.sock',
      problem: 'unknown service runtime.v1.RuntimeService',
    },
  };
  expect(findingsOf({ facts })).toEqual([
    expect.stringMatching(/^fail \[infra1\] prerequisite \(prerequisites\): .* without the CRI/),
  ]);
});

describe('one thing that is wrong is one finding', () => {
  test.each(said)('%s', (_, changes, finding) => {
    expect(findingsOf(changes)).toEqual([expect.stringMatching(finding)]);
  });
});

test('the checks that are shown are those of docs/preflight.md', () => {
  const made = new Set(said.flatMap(([, changes]) => checksOf(changes).map(({ name }) => name)));
  // patch-trial.test.ts has its cases
  made.add('patches');
  made.add(checksOf({ allSeen: roundTripsOf(2) })[0]?.name ?? 'prerequisite');
  const rows = readFileSync('docs/preflight.md', 'utf8').matchAll(
    /^\| `([a-z-]+)`(?:,[^|]*)? +\| (?!a deploy)/gm,
  );
  const listed = Array.from(rows, ([, name = '']) => name).filter((name) =>
    Object.hasOwn(CHECK_TITLES, name),
  );
  expect([...made].toSorted()).toEqual([...new Set(listed)].toSorted());
});

/** What comes near to one of the findings and is none. */
const silent: readonly (readonly [string, Changes])[] = [
  [
    'etcd in which all that is known is fixed',
    { allFacts: { etcdImage: 'r/etcd:3.7.1-0', images: ['r/etcd:3.7.1-0'] } },
  ],
  [
    'an etcd newer than what is known',
    { allFacts: { etcdImage: 'r/etcd:3.8.0-0', images: ['r/etcd:3.8.0-0'] } },
  ],
  ['a tag without a release', { allFacts: { etcdImage: 'r/etcd:stable', images: ['r/etcd:stable'] } }],
  ['cgroup v2 and kubelet 1.37', allOf('v1.37.2')],
  ['the same cgroup driver', { seen: { kubeletCgroupDriver: { driver: 'systemd', from: 'x' } } }],
  [
    'our own drop-in',
    { seen: { execStartDropIns: ['/etc/systemd/system/kubelet.service.d/20-etcd-service-manager.conf'] } },
  ],
  ['clocks within a second', { facts: { clock: { offsetMs: 900, uncertaintyMs: 5 } } }],
  // Over a slow line small differences cannot be measured.
  ['a difference within its uncertainty', { facts: { clock: { offsetMs: 3000, uncertaintyMs: 2500 } } }],
  [
    'a runner whose own clock is a minute off',
    { allFacts: { clock: { offsetMs: -60_000, uncertaintyMs: 5 } } },
  ],
  // The data in the data dir is part of the needed space.
  ["a disk that a member's data has filled", disk({ freeBytes: 2 * GIB, dataDirBytes: 3 * GIB })],
  ['a filesystem without fixed inodes', disk({ type: 'btrfs', inodes: 0, freeInodes: 0 })],
  ['a small disk of its own for the log', logDisk({ freeBytes: GIB, dataDirBytes: 0 })],
  ['a log that has filled most of its disk', logDisk({ freeBytes: GIB / 4, dataDirBytes: GIB / 2 })],
  ['fast fsync', fsyncs(1000, 0.008)],
  ['too few fsyncs to tell', fsyncs(60, 0.064)],
  ['a machine sold with 2 GB', { seen: { memoryBytes: 1.9 * GIB } }],
  ['an empty machine-id', { allFacts: { machineId: '' } }],
  [
    'kubelet on its own ports',
    {
      facts: {
        listeners: new Map([
          [10250, 'kubelet'],
          [10248, 'kubelet'],
        ]),
      },
    },
  ],
  ['etcd on the ports of a member by hand', { facts: memberByHand() }],
  [
    'an unfinished host of ours on which etcd listens',
    { facts: { state: 'unreadable', listeners: new Map([[2379, 'etcd']]) } },
  ],
  ['a tag for all where kubeadm differs', { settings: { etcdImageTag: '3.6.14-0' } }],
];

describe('states close to a finding', () => {
  test.each(silent)('%s', (_, changes) => {
    expect(findingsOf(changes)).toEqual([]);
  });
});

describe('the clock of the runner', () => {
  // Its certificates would become valid only in ten minutes.
  test('hosts far behind it fail, each', () => {
    const findings = findingsOf({ allFacts: { clock: { offsetMs: -600_000, uncertaintyMs: 5 } } });
    expect(findings).toHaveLength(3);
    expect(findings[0]).toMatch(/^fail \[infra0\] prerequisite \(clock\): .*10 min behind the runner's/);
  });

  test('a host that is far ahead of it fails, and so does one that does not tell the time', () => {
    const clock = { offsetMs: 366 * 86_400_000, uncertaintyMs: 5 };
    expect(findingsOf({ allFacts: { clock } })[0]).toMatch(
      /^fail \[infra0\] prerequisite \(clock\): .*8784 h ahead of the runner's/,
    );
    const unseen = [{ what: 'clock', program: 'date', words: 'it did not report the time' }] as const;
    expect(findingsOf({ facts: { unseen } })).toEqual([
      expect.stringMatching(/^fail \[infra1\] prerequisite \(probe\): `date` gave no usable answer/),
    ]);
  });

  test('two hosts that differ are both named: it is unknown which is right', () => {
    const input = exampleInput({ facts: { clock: { offsetMs: 10_000, uncertaintyMs: 5 } } });
    const hosts = input.settings.hosts.slice(0, 2);
    const findings = preflightChecks({
      ...input,
      settings: { ...input.settings, hosts },
      members: input.members.slice(0, 2),
    });
    expect(findings.filter(isFinding).map(({ member }) => member)).toEqual(['infra0', 'infra1']);
  });
});

describe('round trips', () => {
  test('are reported for each pair, by their median', () => {
    expect(findingsOf({ allSeen: roundTripsOf(2) })).toEqual([
      expect.stringMatching(
        /^ok network: .*: infra0–infra1 2 ms, infra0–infra2 2 ms, infra1–infra2 2 ms\. Good to know: A heartbeat interval/,
      ),
    ]);
  });

  test('too long for the defaults: inputs that the action takes', () => {
    const findings = checksOf({ allSeen: roundTripsOf(143) });
    expect(findings.map(({ status }) => status)).toEqual(['warn', 'ok']);
    expect(findings[0]?.measured).toMatch(/takes 143 ms; .*100 ms .*1000 ms are too short/);
    const named = (findings[0]?.fix ?? '').matchAll(/`([a-z-]+): (\d+)`/g);
    const inputs = Object.fromEntries(Array.from(named, ([, name = '', value = '']) => [name, value]));
    expect(settingsOf(inputs).extraArgs).toEqual([
      { name: 'election-timeout', value: '1500' },
      { name: 'heartbeat-interval', value: '150' },
    ]);
  });

  test('that fit what the user has set', () => {
    const extraArgs = [
      { name: 'election-timeout', value: '1500' },
      { name: 'heartbeat-interval', value: '150' },
    ];
    const findings = findingsOf({ allSeen: roundTripsOf(143), settings: { extraArgs } });
    expect(findings).toEqual([expect.stringMatching(/^ok network/)]);
  });

  test('at the limit of the defaults', () => {
    expect(findingsOf({ allSeen: roundTripsOf(100) })).toEqual([expect.stringMatching(/^ok network/)]);
  });

  // A connect that is rejected on the way ends at once, and is no round trip.
  test('to a host that was not reached do not count', () => {
    const reach: HostFacts['reach'] = MEMBERS.map(({ address }) => ({
      address,
      port: 2379,
      outcome: 'unreachable',
    }));
    const findings = findingsOf({ allSeen: roundTripsOf(2), allFacts: { reach } });
    expect(findings.some((finding) => finding.startsWith('ok network'))).toBe(false);
  });
});

describe('all together', () => {
  test('the worst comes first, and everything has its fix', () => {
    const findings = checksOf({
      allSeen: roundTripsOf(2),
      seen: {
        swaps: [{ device: '/swap', bytes: GIB }],
        memoryBytes: GIB,
        execStartDropIns: ['/x/99-a.conf'],
      },
    });
    expect(findings.map(({ status }) => status)).toEqual(['fail', 'fail', 'warn', 'ok']);
    for (const { status, cause, fix } of findings) {
      if (status !== 'ok') expect([typeof cause, typeof fix]).toEqual(['string', 'string']);
    }
  });

  test('a host that could not be examined does not silence the others', () => {
    const input = exampleInput({ seen: { swaps: [{ device: '/swap', bytes: GIB }] } });
    const findings = preflightChecks({ ...input, members: input.members.slice(1) });
    expect(findings.filter(isFinding)).toEqual([expect.objectContaining({ member: 'infra1', name: 'swap' })]);
  });

  test('a host without an answer of the preflight probe is judged by its known facts', () => {
    const input = exampleInput();
    const [first, ...others] = input.members;
    if (first === undefined) throw new Error('the example has members');
    const broken = { ...first, facts: { ...first.facts, runtime: { sockets: [] } } };
    const members = [broken, ...others];
    const preflight = new Map([...input.preflight].filter(([address]) => address !== first.address));
    expect(preflightChecks({ ...input, members, preflight }).filter(isFinding)).toEqual([
      expect.objectContaining({
        status: 'fail',
        member: 'infra0',
        name: 'prerequisite',
        subject: 'prerequisites',
      }),
    ]);
  });
});
