import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { FileFact, HostFacts } from '../../src/cluster/host-facts.ts';
import { formatHostState, type HostState } from '../../src/cluster/host-state.ts';
import { leafFiles } from '../../src/kubeadm/file-tree.ts';
import {
  etcdArguments,
  renderKubeadmConfig,
  type ClusterShape,
  type MemberIdentity,
} from '../../src/kubeadm/kubeadm-config.ts';
import { renderKubeletConfig, renderKubeletDropIn } from '../../src/kubeadm/kubelet-config.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  KUBELET_CONFIG,
  KUBELET_DROP_IN,
  STATE_FILE,
} from '../../src/kubeadm/paths.ts';
import { createAuthority } from '../../src/pki/authority.ts';
import type { UsableKey } from '../../src/hosts/ssh/private-key.ts';
import type { Settings } from '../../src/settings/settings.ts';

/** Names and addresses of the example cluster. */
export const MEMBERS: readonly MemberIdentity[] = [
  { name: 'infra0', address: '10.0.0.6' },
  { name: 'infra1', address: '10.0.0.7' },
  { name: 'infra2', address: '10.0.0.8' },
];

export const IMAGE = 'registry.k8s.io/etcd:3.6.5-0';
export const TOKEN = 'etcd-0123456789abcdef';

/** Two CAs, to tell the cluster's own from a stranger's. */
export const ownCa = await createAuthority({
  algorithm: 'ECDSA-P256',
  now: new Date('2026-01-01T00:00:00Z'),
});
export const otherCa = await createAuthority({
  algorithm: 'ECDSA-P256',
  now: new Date('2026-01-01T00:00:00Z'),
});

/** Decisions never look at the key. */
const UNUSED_KEY = { type: 'ssh-ed25519', fingerprint: 'SHA256:' } as UsableKey;

export function exampleSettings(changes: Partial<Settings> = {}): Settings {
  return {
    operation: 'deploy',
    clusterName: 'etcd',
    hosts: MEMBERS.map(({ address }) => ({ address })),
    ssh: { user: 'ubuntu', port: 22, key: UNUSED_KEY, knownHosts: [] },
    keyAlgorithm: 'RSA-2048',
    clientPort: 2379,
    peerPort: 2380,
    dataDir: '/var/lib/etcd',
    kubeletConfig: {},
    artifacts: { upload: false, name: 'example' },
    timeoutSeconds: 900,
    warnings: [],
    ...changes,
  };
}

export const SHAPE: ClusterShape = {
  members: MEMBERS,
  token: TOKEN,
  clientPort: 2379,
  peerPort: 2380,
  dataDir: '/var/lib/etcd',
};

/** A host as kubeadm's packages leave it: nothing of etcd on it. */
export function pristineHost(member: MemberIdentity, changes: Partial<HostFacts> = {}): HostFacts {
  return {
    address: member.address,
    hostname: member.name,
    machineId: `machine-${member.name}`,
    bootId: `boot-${member.name}`,
    systemd: true,
    kubeletPath: '/usr/bin/kubelet',
    kubeadmPath: '/usr/bin/kubeadm',
    crictlPath: '/usr/bin/crictl',
    kubeadmVersion: { major: 1, minor: 34, patch: 4, text: 'v1.34.4' },
    etcdImage: IMAGE,
    runtime: {
      sockets: ['/run/containerd/containerd.sock'],
      runtime: { endpoint: 'unix:///run/containerd/containerd.sock', cgroupDriver: 'systemd' },
    },
    images: [IMAGE],
    addresses: ['127.0.0.1', member.address],
    reach: MEMBERS.filter(({ address }) => address !== member.address).flatMap(({ address }) => [
      { address, port: 2379, outcome: 'refused' as const },
      { address, port: 2380, outcome: 'refused' as const },
    ]),
    listeners: new Map([[22, 'sshd']]),
    kubelet: { installed: true, active: false, subState: 'auto-restart', enabled: true, dropIns: [] },
    files: new Map(),
    dataDir: { exists: false, empty: true, hasLog: false, mode: '' },
    containers: [],
    state: 'absent',
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

/** How far the example host has come. */
export type Progress = 'files delivered' | 'started' | 'finished';

/** A host on which the action has begun or finished a member. */
export function ownHost(
  member: MemberIdentity,
  progress: Progress,
  options: { readonly keepsKey?: boolean; readonly shape?: ClusterShape; readonly ca?: string } = {},
): HostFacts {
  const shape = options.shape ?? SHAPE;
  const pristine = pristineHost(member);
  const ca = options.ca ?? ownCa.certificatePem;
  const delivered = [
    fileFact(KUBEADM_CONFIG, renderKubeadmConfig(shape, member, 'v1.34.4')),
    fileFact(KUBELET_DROP_IN, renderKubeletDropIn('/usr/bin/kubelet', shape.dataDir), '644'),
    fileFact(
      KUBELET_CONFIG,
      renderKubeletConfig(
        { endpoint: 'unix:///run/containerd/containerd.sock', cgroupDriver: 'systemd' },
        {},
      ),
      '644',
    ),
    fileFact(CA_CERTIFICATE, ca, '644'),
    ...leafFiles().map(({ path, mode }) => fileFact(path, `${member.name} ${path}`, mode)),
    ...(options.keepsKey === true ? [fileFact(CA_KEY, 'key')] : []),
    ...(progress === 'files delivered' ? [] : [fileFact(ETCD_MANIFEST, manifestText(shape, member))]),
  ];
  const state: HostState = {
    schema: 1,
    cluster: {
      name: 'etcd',
      token: shape.token,
      caFingerprint: ca === ownCa.certificatePem ? ownCa.fingerprint : otherCa.fingerprint,
    },
    member,
    phase: progress === 'finished' ? 'member' : 'bootstrapping',
    kubernetesVersion: 'v1.34.4',
    files: Object.fromEntries(delivered.map(({ path, sha256 }) => [path, sha256 ?? ''])),
  };
  const files = [...delivered, fileFact(STATE_FILE, formatHostState(state))];
  const runs = progress !== 'files delivered';
  return {
    ...pristine,
    kubelet: {
      installed: true,
      active: true,
      subState: 'running',
      enabled: true,
      dropIns: [KUBELET_DROP_IN],
    },
    files: new Map(files.map((file) => [file.path, file])),
    dataDir: { exists: runs, empty: !runs, hasLog: runs, mode: runs ? '700' : '' },
    containers: runs ? [{ id: 'c0ffee', running: true, image: IMAGE, attempt: 0 }] : [],
    listeners: new Map(
      runs
        ? [
            [2379, 'etcd'],
            [2380, 'etcd'],
          ]
        : [],
    ),
    state,
  };
}

function manifestText(shape: ClusterShape, member: MemberIdentity): string {
  const flags = etcdArguments(shape, member).map(({ name, value }) => `--${name}=${value}`);
  return stringify({ kind: 'Pod', spec: { containers: [{ image: IMAGE, command: ['etcd', ...flags] }] } });
}

/** The whole example cluster, finished; infra0 keeps the CA's key. */
export function finishedCluster(): HostFacts[] {
  return MEMBERS.map((member, index) => ownHost(member, 'finished', { keepsKey: index === 0 }));
}
