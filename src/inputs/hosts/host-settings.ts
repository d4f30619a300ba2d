import type { Identity } from '../../ssh-keys/certificate.ts';
import type { HostKeyRules } from '../../ssh-keys/host-keys.ts';
import type { UsableKey } from '../../ssh-keys/private-key.ts';

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
