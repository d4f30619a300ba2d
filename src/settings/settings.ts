import type { Finding } from '../findings.ts';
import type { KnownHost } from '../hosts/ssh/known-hosts.ts';
import type { UsableKey } from '../hosts/ssh/private-key.ts';
import type { KeyAlgorithm } from '../pki/keys.ts';

/** The operations a user can ask for. */
export type OperationName = 'deploy';

/** One host as the user named it. */
export interface HostSettings {
  /** Member name: given by the user, else asked of the host itself (its short hostname). */
  readonly name?: string;
  /** Address of the member, in etcd's URLs and certificates; IPv4 or IPv6 without brackets. */
  readonly address: string;
}

/** How hosts are reached. */
export interface SshSettings {
  readonly user: string;
  readonly port: number;
  /** The private key, opened. Secret. */
  readonly key: UsableKey;
  /** The lines of known_hosts that count. */
  readonly knownHosts: readonly KnownHost[];
}

/** A certificate authority that the user brought. */
export interface AuthoritySettings {
  /** PEM, public. */
  readonly certificatePem: string;
  /** PEM. Secret. */
  readonly keyPem: string;
}

/** What is uploaded at the end of a run. */
export interface ArtifactSettings {
  readonly upload: boolean;
  readonly name: string;
  /** Days; absent = the repository's default. */
  readonly retentionDays?: number;
}

/** Everything the user asked for, validated and immutable. */
export interface Settings {
  readonly operation: OperationName;
  readonly clusterName: string;
  readonly hosts: readonly HostSettings[];
  readonly ssh: SshSettings;
  /** Absent: found on the hosts, else made by the run. */
  readonly authority?: AuthoritySettings;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly dataDir: string;
  /** Absent: kubeadm's own default. */
  readonly imageRepository?: string;
  /** Absent: the tag that the host's kubeadm asks for. */
  readonly etcdImageTag?: string;
  /** Merged into the KubeletConfiguration. */
  readonly kubeletConfig: Readonly<Record<string, unknown>>;
  readonly artifacts: ArtifactSettings;
  /** Seconds that the whole run may take. */
  readonly timeoutSeconds: number;
  /** What is accepted but deserves a look. */
  readonly warnings: readonly Finding[];
}
