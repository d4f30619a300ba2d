import { NO_IDENTITIES } from '../../src/backup/identities.ts';
import { thresholds } from '../operations/health/example-documents.ts';
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { FileFact, HostFacts } from '../../src/facts/host.ts';
import { formatHostState, type HostState } from '../../src/facts/host-state.ts';
import type { UsableKey } from '../../src/ssh-keys/private-key.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  GUIDE_KUBELET_CONFIG,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  leafFiles,
  STATE_FILE,
} from '../../src/kubeadm/paths.ts';
import {
  etcdArguments,
  renderKubeadmConfig,
  type ClusterShape,
  type EtcdArgument,
  type MemberIdentity,
} from '../../src/kubeadm/kubeadm-config.ts';
import {
  renderKubeletConfig,
  renderKubeletDropIn,
  type RuntimeFacts,
} from '../../src/kubeadm/kubelet-config.ts';
import { allPatches, patchFiles } from '../../src/kubeadm/patches.ts';
import { createAuthority, KUBEADM_POLICY, type NewAuthority } from '../../src/pki/authority.ts';
import { issueMemberLeaves, type Leaf, type LeafProfileName } from '../../src/pki/leaf.ts';
import type { HostSettings, MemberSettings, Settings } from '../../src/inputs/settings.ts';

/** Names and addresses of the example cluster. */
export const MEMBERS: readonly MemberIdentity[] = [
  { name: 'infra0', address: '10.0.0.6' },
  { name: 'infra1', address: '10.0.0.7' },
  { name: 'infra2', address: '10.0.0.8' },
];

/** The same with two more: a cluster that can spare two members. */
export const FIVE_MEMBERS: readonly MemberIdentity[] = [
  ...MEMBERS,
  { name: 'infra3', address: '10.0.0.9' },
  { name: 'infra4', address: '10.0.0.10' },
];

export const IMAGE = 'registry.k8s.io/etcd:3.6.5-0';
export const TOKEN = 'etcd-0123456789abcdef';

/** Two CAs: the cluster's own and another one. */
export const ownCa = await createAuthority({
  algorithm: 'ECDSA-P256',
  now: new Date('2026-01-01T00:00:00Z'),
});
export const otherCa = await createAuthority({
  algorithm: 'ECDSA-P256',
  now: new Date('2026-01-01T00:00:00Z'),
});

/** Issue date of the example's certificates, and a day on which none of them expires soon. */
export const ISSUED_AT = new Date('2026-03-01T00:00:00Z');
export const NOW = new Date('2026-06-01T00:00:00Z');

/** Leaves of one member by profile. */
export type MemberLeaves = Readonly<Record<LeafProfileName, Leaf>>;

/** Certificates for all members of the example, by their names. */
export async function leavesOf(ca: NewAuthority, now: Date): Promise<ReadonlyMap<string, MemberLeaves>> {
  const issued = FIVE_MEMBERS.map(async (member) => {
    const leaves = await issueMemberLeaves(ca, { member, algorithm: 'ECDSA-P256', now });
    return [member.name, leaves] as const;
  });
  return new Map(await Promise.all(issued));
}

const OWN_LEAVES = await leavesOf(ownCa, ISSUED_AT);
const OTHER_LEAVES = await leavesOf(otherCa, ISSUED_AT);

const ADDRESSES: readonly MemberSettings[] = MEMBERS.map(({ address }) => ({ address }));

/** Decisions never read the key. */
const UNUSED_KEY = { type: 'ssh-ed25519', fingerprint: 'SHA256:' } as UsableKey;

/** Changes of settings; decisions do not depend on the login, which may be left out. */
export type SettingsChanges = Partial<Omit<Settings, 'hosts' | 'controlPlane'>> & {
  readonly hosts?: readonly MemberSettings[];
  readonly controlPlane?: readonly MemberSettings[];
};

const withLogin = (host: MemberSettings): HostSettings => ({
  ...host,
  transport: 'ssh2',
  login: { address: host.address, port: 22, user: 'ubuntu' },
});

export function exampleSettings({
  hosts = ADDRESSES,
  controlPlane = [],
  ...changes
}: SettingsChanges = {}): Settings {
  return {
    operation: 'deploy',
    dryRun: false,
    bootstrap: 'auto',
    diskTest: false,
    patchTrial: true,
    clusterName: 'etcd',
    hosts: hosts.map(withLogin),
    controlPlane: controlPlane.map(withLogin),
    ssh: {
      identity: { kind: 'key', key: UNUSED_KEY },
      hostKeys: { knownHosts: [], fingerprints: [], policy: 'strict' },
      connectTimeoutSeconds: 20,
      bastions: [],
    },
    caCustody: 'first-host',
    certificates: KUBEADM_POLICY,
    renewBeforeDays: 30,
    copiedClientCertificates: [],
    clientPort: 2379,
    peerPort: 2380,
    metricsPort: 2381,
    dataDir: '/var/lib/etcd',
    backup: { path: '/runner/temp/etcd.db.age', isOwnPath: true, recipients: [] },
    restore: { from: '/backups/etcd.db.age', identities: NO_IDENTITIES, drill: false },
    extraArgs: [],
    patches: [],
    kubeletConfig: {},
    health: { deadlineSeconds: 60, metricsWindowSeconds: 0, failOn: 'fail', thresholds },
    artifacts: { upload: false, isOwnName: true, name: 'example' },
    lockTimeoutSeconds: 0,
    timeoutSeconds: 900,
    run: {
      id: '1658821493-1-0badcafe',
      url: 'https://github.com/octo/infra/actions/runs/1658821493/attempts/1',
      actor: 'octocat',
      commit: 'ffac537e6cbbf934b08745a378932722df287a53',
      repository: 'octo/infra',
      workflow: 'etcd',
    },
    inputDigest: '5e'.repeat(32),
    warnings: [],
    ...changes,
  };
}

export const SHAPE: ClusterShape = {
  members: MEMBERS,
  token: TOKEN,
  clientPort: 2379,
  peerPort: 2380,
  metricsPort: 2381,
  dataDir: '/var/lib/etcd',
  extraArgs: [],
  patches: [],
};

const RUNTIME: RuntimeFacts = {
  endpoint: 'unix:///run/containerd/containerd.sock',
  cgroupDriver: 'systemd',
};

/** A host after the installation of kubeadm's packages: nothing of etcd on it. */
export function pristineHost(member: MemberIdentity, changes: Partial<HostFacts> = {}): HostFacts {
  return {
    address: member.address,
    hostname: member.name,
    machineId: `machine-${member.name}`,
    bootId: `boot-${member.name}`,
    systemd: true,
    kubeletPath: '/usr/bin/kubelet',
    kubeadmPath: '/usr/bin/kubeadm',
    ctrPath: '/usr/bin/ctr',
    curlPath: '/usr/bin/curl',
    crictlPath: '/usr/bin/crictl',
    kubeadmVersion: { major: 1, minor: 34, patch: 4, text: 'v1.34.4' },
    etcdImage: IMAGE,
    runtime: {
      sockets: ['/run/containerd/containerd.sock'],
      runtime: RUNTIME,
    },
    images: [IMAGE],
    imageIds: new Map([[IMAGE, `sha256:${'e7'.repeat(32)}`]]),
    architecture: 'amd64',
    addresses: ['127.0.0.1', member.address],
    reach: MEMBERS.filter(({ address }) => address !== member.address).flatMap(({ address }) => [
      { address, port: 2379, outcome: 'refused' as const },
      { address, port: 2380, outcome: 'refused' as const },
    ]),
    listeners: new Map([[22, 'sshd']]),
    kubelet: { installed: true, active: false, subState: 'auto-restart', enabled: true, dropIns: [] },
    files: new Map(),
    dataDir: { exists: false, empty: true, hasLog: false, hasBlankLog: false, mode: '' },
    containers: [],
    clock: { offsetMs: 12, uncertaintyMs: 5 },
    locked: false,
    state: 'absent',
    unseen: [],
    ...changes,
  };
}

/** A file fact with its digest. */
export function fileFact(path: string, text: string, mode = '600'): FileFact {
  return {
    path,
    kind: 'file',
    mode,
    owner: '0:0',
    size: text.length,
    sha256: createHash('sha256').update(text).digest('hex'),
    text,
  };
}

/** A file whose digest alone the probe has read, such as a key. */
export function unreadFact(path: string, contents: string, mode = '600'): FileFact {
  const { kind, owner, size, sha256 = '' } = fileFact(path, contents, mode);
  return { path, kind, mode, owner, size, sha256 };
}

/** A member's certificates and keys with kubeadm's modes. */
export function leafFacts(leaves: Readonly<Partial<MemberLeaves>>): FileFact[] {
  return leafFiles().flatMap(({ name, part, path, mode }) => {
    const leaf = leaves[name];
    if (leaf === undefined) return [];
    return [
      part === 'certificate'
        ? fileFact(path, leaf.certificatePem, mode)
        : unreadFact(path, leaf.keyPem, mode),
    ];
  });
}

/** The progress of the example host. */
export type Progress = 'files delivered' | 'started' | 'finished';

/** The differences between example hosts. */
export interface HostOptions {
  readonly keepsKey?: boolean;
  readonly shape?: ClusterShape;
  /** PEM of its CA: that of {@link ownCa} or of {@link otherCa}. */
  readonly ca?: string;
}

/** A host on which the action has begun or finished a member. */
export function ownHost(member: MemberIdentity, progress: Progress, options: HostOptions = {}): HostFacts {
  const shape = options.shape ?? SHAPE;
  const patches = patchFiles(allPatches(shape.patches, shape.walDir));
  const delivered = [
    ...[...patches].map(([path, text]) => fileFact(path, text)),
    fileFact(KUBEADM_CONFIG, renderKubeadmConfig(shape, member, 'v1.34.4', KUBEADM_POLICY)),
    fileFact(KUBELET_DROP_IN, renderKubeletDropIn('/usr/bin/kubelet', shape), '644'),
    fileFact(KUBELET_CONFIG, renderKubeletConfig(RUNTIME, {}), '644'),
    ...pkiFacts(member, options),
    ...(progress === 'files delivered' ? [] : [manifestFact(etcdArguments(shape, member), shape)]),
  ];
  const state: HostState = {
    schema: 1,
    cluster: {
      name: 'etcd',
      token: shape.token,
      caFingerprint: (options.ca === otherCa.certificatePem ? otherCa : ownCa).fingerprint,
    },
    member: { name: member.name, address: member.address },
    phase: progress === 'finished' ? 'member' : 'bootstrapping',
    kubernetesVersion: 'v1.34.4',
    files: Object.fromEntries(delivered.map(({ path, sha256 }) => [path, sha256 ?? ''])),
  };
  return {
    ...pristineHost(member),
    ...(progress === 'files delivered' ? { listeners: new Map() } : runningWith(shape)),
    kubelet: {
      installed: true,
      active: true,
      subState: 'running',
      enabled: true,
      dropIns: [KUBELET_DROP_IN],
    },
    files: byPath([...delivered, fileFact(STATE_FILE, formatHostState(state))]),
    state,
  };
}

/** The same host with another record, in its file and in its fact. */
export function recordedAs(host: HostFacts, changes: Partial<HostState>): HostFacts {
  if (typeof host.state === 'string') throw new Error('the host has no record');
  const state = { ...host.state, ...changes };
  return { ...host, state, ...withFiles(host, [fileFact(STATE_FILE, formatHostState(state))]) };
}

/** The same host with a record that lists the file as it is. */
export function recordedWith(host: HostFacts, { path, sha256 = '' }: FileFact): HostFacts {
  if (typeof host.state === 'string') throw new Error('the host has no record');
  return recordedAs(host, { files: { ...host.state.files, [path]: sha256 } });
}

/** A member that was set up by hand with the guide: no record, no token, the guide's own kubelet files. */
export function unmanagedHost(member: MemberIdentity, options: HostOptions = {}): HostFacts {
  const shape = options.shape ?? SHAPE;
  const flags = etcdArguments(shape, member).filter(({ name }) => name !== 'initial-cluster-token');
  return {
    ...pristineHost(member),
    ...runningWith(shape),
    kubelet: {
      installed: true,
      active: true,
      subState: 'running',
      enabled: true,
      dropIns: [KUBELET_DROP_IN],
    },
    files: byPath([
      fileFact(GUIDE_KUBELET_CONFIG, GUIDE_KUBELET_TEXT, '644'),
      fileFact(KUBELET_DROP_IN, GUIDE_DROP_IN_TEXT, '644'),
      ...pkiFacts(member, options),
      manifestFact(flags, shape),
    ]),
  };
}

/** As written by the guide's step 1, which names the socket by the older path. */
const GUIDE_KUBELET_TEXT = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: false
authorization:
  mode: AlwaysAllow
cgroupDriver: systemd
address: 127.0.0.1
containerRuntimeEndpoint: unix:///var/run/containerd/containerd.sock
staticPodPath: /etc/kubernetes/manifests
`;

const GUIDE_DROP_IN_TEXT = `[Service]
ExecStart=
ExecStart=/usr/bin/kubelet --config=${GUIDE_KUBELET_CONFIG}
Restart=always
`;

/** A host on which etcd runs. */
const RUNNING: Pick<HostFacts, 'dataDir' | 'containers' | 'listeners'> = {
  dataDir: { exists: true, empty: false, hasLog: true, hasBlankLog: false, mode: '700' },
  containers: [{ id: 'c0ffee', running: true, image: IMAGE, attempt: 0 }],
  listeners: new Map([
    [2379, 'etcd'],
    [2380, 'etcd'],
  ]),
};

/** The same, with its log in the folder of the shape. */
function runningWith({ walDir }: ClusterShape): typeof RUNNING {
  const own = { exists: true, empty: false, mode: '700' };
  return walDir === undefined ? RUNNING : { ...RUNNING, dataDir: { ...RUNNING.dataDir, walDir: own } };
}

function pkiFacts(
  { name }: MemberIdentity,
  { ca = ownCa.certificatePem, keepsKey }: HostOptions,
): FileFact[] {
  const leaves = ca === otherCa.certificatePem ? OTHER_LEAVES : OWN_LEAVES;
  return [
    fileFact(CA_CERTIFICATE, ca, '644'),
    ...leafFacts(leaves.get(name) ?? {}),
    ...(keepsKey === true ? [unreadFact(CA_KEY, `key of ${ca}`)] : []),
  ];
}

function byPath(files: readonly FileFact[]): Map<string, FileFact> {
  return new Map(files.map((file) => [file.path, file]));
}

/** The host's files with some replaced or added. */
export function withFiles(host: HostFacts, files: readonly FileFact[]): Pick<HostFacts, 'files'> {
  return { files: new Map([...host.files, ...byPath(files)]) };
}

/** The host's files without some. */
export function withoutFiles(host: HostFacts, ...paths: readonly string[]): Pick<HostFacts, 'files'> {
  return { files: new Map([...host.files].filter(([path]) => !paths.includes(path))) };
}

/** The manifest as rendered by kubeadm 1.34: its own flags, replaced by those of its configuration. */
export function manifestFact(
  flags: readonly EtcdArgument[],
  { image = IMAGE, dataDir }: { readonly image?: string; readonly dataDir: string },
): FileFact {
  const own = {
    'cert-file': '/etc/kubernetes/pki/etcd/server.crt',
    'client-cert-auth': 'true',
    'data-dir': dataDir,
    'feature-gates': 'InitialCorruptCheck=true',
    'key-file': '/etc/kubernetes/pki/etcd/server.key',
    'listen-metrics-urls': 'http://127.0.0.1:2381',
    'peer-cert-file': '/etc/kubernetes/pki/etcd/peer.crt',
    'peer-client-cert-auth': 'true',
    'peer-key-file': '/etc/kubernetes/pki/etcd/peer.key',
    'peer-trusted-ca-file': '/etc/kubernetes/pki/etcd/ca.crt',
    'snapshot-count': '10000',
    'trusted-ca-file': '/etc/kubernetes/pki/etcd/ca.crt',
    'watch-progress-notify-interval': '5s',
  };
  const all = new Map([...Object.entries(own), ...flags.map(({ name, value }) => [name, value] as const)]);
  const command = ['etcd', ...[...all].map(([name, value]) => `--${name}=${value}`)];
  const text = stringify({ kind: 'Pod', spec: { containers: [{ name: 'etcd', image, command }] } });
  return fileFact(ETCD_MANIFEST, text);
}

/** The whole example cluster, finished; infra0 keeps the CA's key. */
export function finishedCluster(): HostFacts[] {
  return MEMBERS.map((member, index) => ownHost(member, 'finished', { keepsKey: index === 0 }));
}

/** The same cluster, set up by hand with the guide, which made the CA on infra0. */
export function guideCluster(): HostFacts[] {
  return MEMBERS.map((member, index) => unmanagedHost(member, { keepsKey: index === 0 }));
}
