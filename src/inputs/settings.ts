import type { Finding } from '../findings.ts';
import type { EtcdArgument } from '../kubeadm/kubeadm-config.ts';
import type { KubeadmPatch } from '../kubeadm/patches.ts';
import type { CertificatePolicy } from '../pki/authority.ts';
import type { Identity } from '../ssh-keys/certificate.ts';
import type { HostKeyRules } from '../ssh-keys/host-keys.ts';
import type { UsableKey } from '../ssh-keys/private-key.ts';
import type { OperationName } from './table/input.ts';
import type { HealthThresholds } from './thresholds.ts';

/**
 * When a new cluster may be made. `auto`: when this run makes its CA; with a CA that the user brought there may have
 * been a cluster, and it takes `allow`.
 */
export type Bootstrap = 'auto' | 'allow' | 'never';

/** One member as the user named it. */
export interface MemberSettings {
  /** Member name: given by the user, else asked of the host itself (its short hostname). */
  readonly name?: string;
  /** Address of the member, in etcd's URLs and certificates; IPv4 or IPv6 without brackets. */
  readonly address: string;
}

/** Ways to a host: SSH by the library ssh2 or by the runner's own ssh, or none at all, as the runner itself is the host. */
export const TRANSPORTS = ['ssh2', 'openssh', 'local'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** A member, and how its host is reached. */
export type HostSettings = RemoteHost | LocalHost;

/** A member whose host is logged in to. */
export interface RemoteHost extends MemberSettings {
  readonly transport: Exclude<TransportName, 'local'>;
  readonly login: HostLogin;
}

/** A member whose host is the machine that the job runs on. */
export interface LocalHost extends MemberSettings {
  readonly transport: 'local';
}

/** Where a host's SSH server is, and as whom to log in. */
export interface HostLogin {
  /** Without brackets; often the member's own. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

/** How hosts are reached, as far as it is the same for all. */
export interface SshSettings {
  /** What logs in. */
  readonly identity: Identity;
  /** The certificate of its key, as type and base64; only for hosts that the runner's own ssh connects to. */
  readonly certificate?: string;
  readonly hostKeys: HostKeyRules;
  /** For connecting and logging in to one machine, all attempts together. */
  readonly connectTimeoutSeconds: number;
  /** Jumps on the way to every host, in order. Their addresses may be names, which the one before resolves. */
  readonly bastions: readonly HostLogin[];
  /** Logs in on the bastions; absent: `identity` does. Secret. */
  readonly bastionKey?: UsableKey;
}

/**
 * Where the key of the CA is kept. `first-host`: beside ca.crt on one host. `input-only`: on no host; it comes with each run
 * that issues certificates.
 */
export type CaCustody = 'first-host' | 'input-only';

/** A certificate authority that the user brought. */
export interface AuthoritySettings {
  /** PEM, public. */
  readonly certificatePem: string;
  /** PEM. Secret. */
  readonly keyPem: string;
}

/** Credentials for the registry that images are pulled from. */
export interface RegistryLogin {
  /** Host, and port if there is one, as images name it. They are for this registry alone. */
  readonly server: string;
  readonly username: string;
  /** Secret. */
  readonly password: string;
}

/** What is uploaded at the end of a run. */
export interface ArtifactSettings {
  readonly upload: boolean;
  readonly name: string;
  /** Days; absent = the repository's default. */
  readonly retentionDays?: number;
}

/** What the operation `health` is told. */
export interface HealthSettings {
  /** Absolute path of the probe that is installed on the hosts (docs/least-privilege.md); absent: bash as root. */
  readonly probe?: string;
  /** Seconds after which the report is made of what was seen by then. */
  readonly deadlineSeconds: number;
  /** Seconds between two looks at the members' metrics; 0: one look, percentiles since each member's start. */
  readonly metricsWindowSeconds: number;
  /** The mildest status that fails the step; `fail` takes a cluster of which nothing is known with it. */
  readonly failOn: 'fail' | 'warn' | 'never';
  readonly thresholds: HealthThresholds;
  /** Absent: reports of earlier runs are not read. */
  readonly history?: HistorySettings;
}

/** Where the reports of earlier runs are. */
export interface HistorySettings {
  /** Name of their artifacts; with a `*` at its end, what their names begin with. */
  readonly artifact: string;
  /** Secret. */
  readonly token: string;
}

/** Who runs this and where, for locks and records. Nothing of it is secret; it comes from outside, and is only shown. */
export interface RunIdentity {
  /** Of this run and attempt alone: letters, digits and dashes. */
  readonly id: string;
  /** Page of the attempt; empty outside of GitHub Actions. */
  readonly url: string;
  /** Who started this attempt; empty when unknown, as are the others. */
  readonly actor: string;
  /** Commit that the workflow runs for. */
  readonly commit: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Name of the workflow. */
  readonly workflow: string;
}

/** Everything the user asked for, validated and immutable. */
export interface Settings {
  readonly operation: OperationName;
  /** Read and decide only, and say what would be done. */
  readonly dryRun: boolean;
  /** Digest of the only plan that may be carried out, lower-case hex; absent: any plan. */
  readonly approvedPlan?: string;
  readonly bootstrap: Bootstrap;
  /** Whether to write to the data dir's disk for a moment, to see how fast it is. True only for a preflight. */
  readonly diskTest: boolean;
  readonly clusterName: string;
  readonly hosts: readonly HostSettings[];
  /** Hosts of the control plane, which get what their API servers need; none of them is a member. */
  readonly controlPlane: readonly HostSettings[];
  /** Absent: no host is reached by SSH. */
  readonly ssh?: SshSettings;
  /** What sudo is told when it asks. Secret. */
  readonly sudoPassword?: string;
  /** Absent: found on the hosts, else made by the run. */
  readonly authority?: AuthoritySettings;
  readonly caCustody: CaCustody;
  readonly certificates: CertificatePolicy;
  /** A leaf certificate that ends within this many days is reissued; 0: only one that has ended. */
  readonly renewBeforeDays: number;
  /**
   * Fingerprints of the apiserver-etcd-client certificates of which the control plane has a copy: SHA-256, upper-case
   * hex with colons.
   */
  readonly copiedClientCertificates: readonly string[];
  readonly clientPort: number;
  readonly peerPort: number;
  /** Of metrics and health, on loopback. */
  readonly metricsPort: number;
  readonly dataDir: string;
  /** Folder of the write-ahead log; absent: it is in the data dir. */
  readonly walDir?: string;
  /** Path on the runner of an archive with images; absent: the hosts pull them. */
  readonly imageArchive?: string;
  /** Absent: kubeadm's own default. */
  readonly imageRepository?: string;
  /** Absent: the registry asks for no credentials, or the hosts have their own. */
  readonly registry?: RegistryLogin;
  /** Absent: the tag that the host's kubeadm asks for. */
  readonly etcdImageTag?: string;
  /** Flags of etcd that the user adds, those with an input of their own among them, sorted by name; none that the action owns. */
  readonly extraArgs: readonly EtcdArgument[];
  /** kubeadm patches of the static pod, sorted by name; none of them changes what the action relies on. */
  readonly patches: readonly KubeadmPatch[];
  /** Merged into the KubeletConfiguration. */
  readonly kubeletConfig: Readonly<Record<string, unknown>>;
  readonly health: HealthSettings;
  readonly artifacts: ArtifactSettings;
  /** Seconds to wait for the lock of another run; 0: not at all. */
  readonly lockTimeoutSeconds: number;
  /** Seconds that the whole run may take. */
  readonly timeoutSeconds: number;
  readonly run: RunIdentity;
  /** Of all inputs that are not secret, defaults included: SHA-256, hex. */
  readonly inputDigest: string;
  /** What is accepted but deserves a look. */
  readonly warnings: readonly Finding[];
}
