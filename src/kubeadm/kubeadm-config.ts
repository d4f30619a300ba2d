import { httpsUrl, metricsUrl } from '../etcd/endpoint.ts';
import { type CertificatePolicy, KUBEADM_POLICY } from '../pki/authority.ts';
import { allPatches, type KubeadmPatch, patchFolder } from './patches.ts';
import { type DataPlaces, DEFAULT_METRICS_PORT, logFolder, PKI_DIR } from './paths.ts';
import { parseKubernetesVersion } from './version.ts';
import { readYamlDocuments, toKubernetesYaml } from './yaml.ts';

/** One member of the cluster. */
export interface MemberIdentity {
  readonly name: string;
  readonly address: string;
}

/** The properties that all members of one cluster share. */
export interface ClusterShape extends DataPlaces {
  readonly members: readonly MemberIdentity[];
  readonly token: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly metricsPort: number;
  readonly imageRepository?: string;
  readonly etcdImageTag?: string;
  /** The user's flags, none of which the action sets itself. */
  readonly extraArgs: readonly EtcdArgument[];
  /** The user's patches of the static pod, in input order. */
  readonly patches: readonly KubeadmPatch[];
}

/** A flag of etcd without its dashes, and its value. */
export interface EtcdArgument {
  readonly name: string;
  readonly value: string;
}

/**
 * Returns the etcd flags that the guide sets through extraArgs (step 2), the user's own, and a token unique to the
 * cluster: without it every cluster with the same names and addresses has the same cluster and member ids
 * (server/etcdserver/api/membership/cluster.go).
 */
export function etcdArguments(shape: ClusterShape, member: MemberIdentity): EtcdArgument[] {
  const clientUrl = httpsUrl(member.address, shape.clientPort);
  const peerUrl = httpsUrl(member.address, shape.peerPort);
  return [
    { name: 'initial-cluster', value: initialClusterOf(shape) },
    { name: 'initial-cluster-state', value: 'new' },
    { name: 'initial-cluster-token', value: shape.token },
    { name: 'name', value: member.name },
    { name: 'listen-peer-urls', value: peerUrl },
    { name: 'listen-client-urls', value: clientUrl },
    { name: 'advertise-client-urls', value: clientUrl },
    { name: 'initial-advertise-peer-urls', value: peerUrl },
    ...metricsArgument(shape, member),
    ...(shape.walDir === undefined ? [] : [{ name: 'wal-dir', value: logFolder(shape) }]),
    ...shape.extraArgs,
  ];
}

/**
 * Returns the metrics URL; kubeadm sets the default port itself, and its probes follow this flag
 * (util/staticpod/utils.go, GetEtcdProbeEndpoint).
 */
function metricsArgument({ metricsPort }: ClusterShape, { address }: MemberIdentity): EtcdArgument[] {
  if (metricsPort === DEFAULT_METRICS_PORT) return [];
  return [{ name: 'listen-metrics-urls', value: metricsUrl(address, metricsPort) }];
}

/** Flags that etcd reads only while it has no data: on a member with data their values have no effect. */
export const BOOTSTRAP_FLAGS: ReadonlySet<string> = new Set([
  'initial-cluster',
  'initial-cluster-state',
  'initial-cluster-token',
  'initial-advertise-peer-urls',
]);

/** etcd's default initial-cluster-token (server/embed/config.go). */
export const DEFAULT_CLUSTER_TOKEN = 'etcd-cluster';

/** Sorted by name: the order of the hosts in the inputs must not change any host's file. */
export function initialClusterOf(shape: ClusterShape): string {
  return [...shape.members]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((member) => `${member.name}=${httpsUrl(member.address, shape.peerPort)}`)
    .join(',');
}

/**
 * Renders the guide's kubeadm configuration for one host (step 2, API v1beta4).
 * @param kubernetesVersion the release of the host's kubeadm; set so that kubeadm does not look one up on the internet.
 */
export function renderKubeadmConfig(
  shape: ClusterShape,
  member: MemberIdentity,
  kubernetesVersion: string,
  certificates: CertificatePolicy,
): string {
  const patches = patchFolder(allPatches(shape.patches, shape.walDir));
  const init = {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'InitConfiguration',
    nodeRegistration: { name: member.name },
    localAPIEndpoint: { advertiseAddress: member.address },
    ...(patches === undefined ? {} : { patches: { directory: patches } }),
  };
  const cluster = {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'ClusterConfiguration',
    kubernetesVersion,
    certificatesDir: PKI_DIR,
    ...certificateFields(certificates, kubernetesVersion),
    etcd: {
      local: {
        dataDir: shape.dataDir,
        ...(shape.imageRepository === undefined ? {} : { imageRepository: shape.imageRepository }),
        ...(shape.etcdImageTag === undefined ? {} : { imageTag: shape.etcdImageTag }),
        serverCertSANs: [member.address, ...certificates.extraSans],
        peerCertSANs: [member.address, ...certificates.extraSans],
        extraArgs: etcdArguments(shape, member),
      },
    },
  };
  return [init, cluster].map((document) => `---\n${toKubernetesYaml(document)}`).join('');
}

/**
 * Renders the ClusterConfiguration part for the control plane that will use this cluster (kubeadm's "external etcd
 * nodes").
 */
export function renderExternalEtcdConfig(shape: ClusterShape): string {
  return toKubernetesYaml({
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'ClusterConfiguration',
    etcd: {
      external: {
        endpoints: shape.members.map((member) => httpsUrl(member.address, shape.clientPort)),
        caFile: `${PKI_DIR}/etcd/ca.crt`,
        certFile: `${PKI_DIR}/apiserver-etcd-client.crt`,
        keyFile: `${PKI_DIR}/apiserver-etcd-client.key`,
      },
    },
  });
}

/** Returns the names in `etcd.local.extraArgs` of a kubeadm configuration (v1beta4); none if it cannot be read. */
export function extraArgNames(configuration: string): string[] {
  return extraArguments(configuration).map(({ name }) => name);
}

/** Returns `etcd.local.extraArgs` of a kubeadm configuration (v1beta4); none if it cannot be read. */
export function extraArguments(configuration: string): EtcdArgument[] {
  return listsOf(configuration, ['extraArgs']).flatMap(argumentOf);
}

/**
 * Returns the names in the server and peer certificates according to a kubeadm configuration, without duplicates; none
 * if it cannot be read.
 */
export function certSans(configuration: string): string[] {
  const sans = listsOf(configuration, ['serverCertSANs', 'peerCertSANs']);
  return [...new Set(sans.filter((san) => typeof san === 'string'))];
}

type ListField = 'extraArgs' | 'serverCertSANs' | 'peerCertSANs';

interface ClusterConfiguration {
  readonly etcd?: { readonly local?: Readonly<Partial<Record<ListField, unknown>>> | null } | null;
}

/** Returns the items of the lists, one list after the other. */
function listsOf(configuration: string, fields: readonly ListField[]): unknown[] {
  const documents = readYamlDocuments(configuration) as (ClusterConfiguration | null)[];
  return fields.flatMap((field) =>
    documents.flatMap((document) => {
      const list = document?.etcd?.local?.[field];
      return Array.isArray(list) ? (list as unknown[]) : [];
    }),
  );
}

function argumentOf(argument: unknown): EtcdArgument[] {
  const { name, value } = (argument ?? {}) as { readonly name?: unknown; readonly value?: unknown };
  return typeof name === 'string' ? [{ name, value: typeof value === 'string' ? value : '' }] : [];
}

/** The first minor release of kubeadm that accepts `ECDSA-P384` (validation.go, ValidateEncryptionAlgorithm). */
export const FIRST_MINOR_WITH_P384 = 34;

/**
 * Returns the certificate fields of the ClusterConfiguration (v1beta4) with which the host's own kubeadm would issue
 * certificates like the action's: only values other than kubeadm's defaults, and none that its release refuses.
 * @param kubernetesVersion the release that the configuration names; kubeadm itself is that one or the next.
 */
function certificateFields(
  { keyAlgorithm, leafDays, authorityDays }: CertificatePolicy,
  kubernetesVersion: string,
): Readonly<Record<string, string>> {
  return {
    ...(leafDays === KUBEADM_POLICY.leafDays ? {} : { certificateValidityPeriod: duration(leafDays) }),
    ...(authorityDays === KUBEADM_POLICY.authorityDays
      ? {}
      : { caCertificateValidityPeriod: duration(authorityDays) }),
    ...(keyAlgorithm === KUBEADM_POLICY.keyAlgorithm || !knows(kubernetesVersion, keyAlgorithm)
      ? {}
      : { encryptionAlgorithm: keyAlgorithm }),
  };
}

/** Formats a duration as Go does, which has no unit for days. */
function duration(days: number): string {
  return `${days * 24}h0m0s`;
}

function knows(kubernetesVersion: string, algorithm: CertificatePolicy['keyAlgorithm']): boolean {
  const minor = parseKubernetesVersion(kubernetesVersion)?.minor ?? 0;
  return algorithm !== 'ECDSA-P384' || minor >= FIRST_MINOR_WITH_P384;
}
