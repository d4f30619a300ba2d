import { KUBEADM_POLICY } from '../../src/pki/authority.ts';
import type { FileFact, HostFacts } from '../../src/facts/host.ts';
import type { Plan, Stage } from '../../src/plan/plan.ts';
import {
  CA_CERTIFICATE,
  CA_KEY,
  ETCD_MANIFEST,
  KUBEADM_CONFIG,
  leafFiles,
  leafPath,
  STATE_FILE,
} from '../../src/kubeadm/paths.ts';
import { etcdArguments, renderKubeadmConfig, type ClusterShape } from '../../src/kubeadm/kubeadm-config.ts';
import { issueLeaf } from '../../src/pki/leaf.ts';
import type { PlannedCluster } from '../../src/cluster/planned-cluster.ts';
import { type VerdictName, VERDICTS } from '../../src/operations/deploy/verdicts.ts';
import type { Step } from '../../src/steps/index.ts';
import { fileFact, IMAGE, MEMBERS, ownCa, pristineHost } from '../cluster/example.ts';

/** A token that only the planning run knows. */
export const FRESH_TOKEN = 'etcd-f5e5f5e5f5e5f5e5';

export function sampleShape(changes: Partial<ClusterShape> = {}): ClusterShape {
  return {
    members: MEMBERS,
    token: FRESH_TOKEN,
    clientPort: 2379,
    peerPort: 2380,
    metricsPort: 2381,
    dataDir: '/var/lib/etcd',
    extraArgs: [],
    patches: [],
    ...changes,
  };
}

/** What differs from the sample plan; what belongs to its cluster stands beside the rest. */
export type SampleChanges = Partial<Omit<Plan, 'verdict' | 'cluster'> & PlannedCluster> & {
  readonly verdict?: VerdictName;
};

/** A plan without steps; what a test is about comes as changes. */
export function samplePlan(changes: SampleChanges = {}): Plan {
  const {
    verdict = 'converge',
    clusterName = 'etcd',
    shape = sampleShape(),
    controlPlane = [],
    authority = { from: 'certificate-only', host: 'infra0' },
    authorityCertificate,
    keyKeeper = 'infra0',
    certificates = KUBEADM_POLICY,
    kubernetesVersions = new Map(),
    dataMounts = new Map(),
    issue = new Map(),
    clientCopies = new Map(),
    ...others
  } = changes;
  return {
    verdict: VERDICTS[verdict],
    reasons: ['infra1: its configuration is not what the inputs ask for'],
    clusterName,
    members: { before: shape.members, after: shape.members },
    controlPlane,
    leftOut: [],
    warnings: [],
    stages: [],
    afterVerify: [],
    cluster: {
      clusterName,
      shape,
      controlPlane,
      authority,
      ...(authorityCertificate !== undefined && { authorityCertificate }),
      keyKeeper,
      certificates,
      kubernetesVersions,
      dataMounts,
      issue,
      clientCopies,
    },
    ...others,
  };
}

/** A stage with these steps. */
export function stage(steps: readonly Step[], changes: Partial<Stage> = {}): Stage {
  return { title: 'Stage', steps, ...changes };
}

/** Facts of all hosts, each with these files. */
export function hostsWith(
  files: readonly FileFact[],
  changes: Partial<HostFacts> = {},
): Map<string, HostFacts> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return new Map(MEMBERS.map((member) => [member.name, pristineHost(member, { files: byPath, ...changes })]));
}

/** A file of which the probe has read only the digest. */
export function unreadFact(path: string, content: string, mode: string): FileFact {
  const { sha256 = '', size, kind, owner } = fileFact(path, content, mode);
  return { path, kind, mode, owner, size, sha256 };
}

/** A manifest in kubeadm 1.34's layout, with fewer lines. */
export function sampleManifest(flags: readonly string[], image = IMAGE): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
  - command:
    - etcd
${flags.map((flag) => `    - --${flag}\n`).join('')}    image: ${image}
    imagePullPolicy: IfNotPresent
    name: etcd
  hostNetwork: true
status: {}
`;
}

/** The whole of a first deploy, with its stages. */
export function createPlan(token = FRESH_TOKEN): Plan {
  const shape = sampleShape({ token });
  return samplePlan({
    verdict: 'create',
    madeUp: [token],
    members: { before: [], after: shape.members },
    reasons: ['none of the hosts holds anything of etcd'],
    shape,
    authority: { from: 'made' },
    stages: [
      stage(
        MEMBERS.map((member): Step => ({
          kind: 'deliver-files',
          host: member.name,
          why: 'guide steps 1 and 2',
          files: [
            {
              path: KUBEADM_CONFIG,
              mode: '600',
              content: { from: 'text', text: renderKubeadmConfig(shape, member, 'v1.34.4', KUBEADM_POLICY) },
            },
            ...(member.name === 'infra0'
              ? [{ path: CA_KEY, mode: '600', content: { from: 'authority', part: 'key' } as const }]
              : []),
            { path: CA_CERTIFICATE, mode: '644', content: { from: 'authority', part: 'certificate' } },
            { path: STATE_FILE, mode: '600', content: { from: 'state' } },
          ],
        })),
        { title: 'Configurations of kubelet and kubeadm; the CA' },
      ),
      stage(
        MEMBERS.flatMap((member): Step[] => [
          { kind: 'start-kubelet', host: member.name, restart: true, why: 'guide step 1' },
          {
            kind: 'render-manifest',
            host: member.name,
            image: IMAGE,
            wanted: etcdArguments(shape, member),
            why: "guide step 7: the host's own kubeadm renders it",
          },
          {
            kind: 'deliver-files',
            host: member.name,
            why: 'guide steps 4 and 5',
            files: leafFiles().map(({ name, part, path, mode }) => ({
              path,
              mode,
              content: { from: 'leaf', name, part },
            })),
          },
        ]),
        { title: 'Kubelet, certificates, manifests' },
      ),
      stage(
        MEMBERS.map(({ name }): Step => ({
          kind: 'start-member',
          host: name,
          why: 'guide step 7',
          dataDir: shape.dataDir,
          criEndpoint: 'unix:///run/containerd/containerd.sock',
          placeManifest: true,
          hadContainers: false,
        })),
        { title: 'Start of the members' },
      ),
    ],
    afterVerify: [
      stage(
        MEMBERS.map(({ name }): Step => ({
          kind: 'record-member',
          host: name,
          why: 'the cluster has been verified as healthy',
        })),
        { title: 'Record of the finished cluster' },
      ),
    ],
  });
}

const INFRA1 = MEMBERS[1] ?? { name: '', address: '' };
const OWN_FLAGS = ['data-dir=/var/lib/etcd', 'snapshot-count=10000'];
const FLAGS = etcdArguments(sampleShape(), INFRA1).map(({ name, value }) => `${name}=${value}`);

/** A member's earlier server certificate, and one of another CA. */
export const oldLeaf = await issueLeaf(ownCa, 'server', {
  member: INFRA1,
  algorithm: 'ECDSA-P256',
  now: new Date('2025-06-01T00:00:00Z'),
});

/** A running cluster: each host's public files, and a key without its text. */
export function runningHosts(changes: readonly FileFact[] = []): Map<string, HostFacts> {
  return hostsWith([
    fileFact(KUBEADM_CONFIG, renderKubeadmConfig(sampleShape(), INFRA1, 'v1.34.4', KUBEADM_POLICY)),
    fileFact(CA_CERTIFICATE, ownCa.certificatePem, '640'),
    fileFact(leafPath('server', 'certificate'), oldLeaf.certificatePem, '644'),
    unreadFact(leafPath('server', 'key'), 'key', '640'),
    fileFact(ETCD_MANIFEST, sampleManifest([...OWN_FLAGS, ...FLAGS, 'quota-backend-bytes=4294967296'])),
    ...changes,
  ]);
}

/** Renews a certificate on infra1, and changes a flag with a restart. */
export function convergePlan(
  changes: {
    readonly flag?: string;
    readonly image?: string;
    readonly mode?: string;
    readonly host?: string;
  } = {},
): Plan {
  const { flag = '250', image = IMAGE, mode = '644', host = 'infra1' } = changes;
  const shape = sampleShape({ extraArgs: [{ name: 'heartbeat-interval', value: flag }] });
  const criEndpoint = 'unix:///run/containerd/containerd.sock';
  return samplePlan({
    reasons: ['infra1: etcd: --heartbeat-interval is absent, wanted "250"'],
    shape,
    authority: { from: 'host', host: 'infra0' },
    warnings: [
      {
        code: 'machine-id-shared',
        host: 'infra2',
        at: 'machine-id',
        fact: 'infra1 and infra2 have the same machine id.',
        cause: 'They were cloned.',
        fix: 'Run `systemd-machine-id-setup` on one of them.',
      },
    ],
    stages: [
      stage(
        [
          {
            kind: 'set-modes',
            host,
            why: 'not as kubeadm creates them',
            modes: new Map([[CA_CERTIFICATE, mode]]),
          },
        ],
        {
          title: 'Modes and owners',
        },
      ),
      stage(
        [
          {
            kind: 'deliver-files',
            host,
            why: `${leafPath('server', 'certificate')} ends on 2026-06-01T00:00:00.000Z (12 days left)`,
            files: (['certificate', 'key'] as const).map((part) => ({
              path: leafPath('server', part),
              mode: part === 'key' ? '600' : '644',
              content: { from: 'leaf', name: 'server', part },
            })),
          },
          {
            kind: 'verify-served-certificate',
            host,
            leaves: ['server'],
            why: 'etcd takes a new pair without a restart',
          },
        ],
        { title: `Certificates of ${host}`, order: 'in-turn' },
      ),
      stage(
        [
          {
            kind: 'deliver-files',
            host,
            why: `${KUBEADM_CONFIG} is not what the inputs ask for`,
            files: [
              {
                path: KUBEADM_CONFIG,
                mode: '600',
                content: {
                  from: 'text',
                  text: renderKubeadmConfig(shape, INFRA1, 'v1.34.4', KUBEADM_POLICY),
                },
              },
            ],
          },
          { kind: 'render-manifest', host, image, wanted: etcdArguments(shape, INFRA1), why: 'aside' },
        ],
        { title: 'Configurations and manifests' },
      ),
      stage(
        [
          { kind: 'move-leadership', host, why: 'clients then do not wait for an election' },
          {
            kind: 'restart-member',
            host,
            dataDir: shape.dataDir,
            criEndpoint,
            mayLackData: false,
            why: 'another flag',
          },
        ],
        {
          title: `Restart of ${host}`,
          order: 'in-turn',
          before: { kind: 'quorum-without', member: host },
          after: { kind: 'member', member: host },
        },
      ),
    ],
    afterVerify: [
      stage([{ kind: 'record-member', host, why: 'its files are recorded' }], { title: 'Record' }),
    ],
  });
}

export { fileFact, IMAGE, MEMBERS, ownCa };
