import type { Identity } from '../../ssh-keys/certificate.ts';
import type { HostKeyRules } from '../../ssh-keys/host-keys.ts';
import type { UsableKey } from '../../ssh-keys/private-key.ts';

/** One member as the user named it. */
export interface MemberSettings {
  /** From the inputs, else read on the host (its short hostname). */
  readonly name?: string;
  /** Used in etcd's URLs and certificates; IPv4 or IPv6 without brackets. */
  readonly address: string;
}

/** Kinds of transport: SSH by the library ssh2 or by the runner's own ssh, or local if the runner itself is the host. */
export const TRANSPORTS = ['ssh2', 'openssh', 'local'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** A member and the transport to its host. */
export type HostSettings = RemoteHost | LocalHost;

/** A member whose host is reached by SSH. */
export interface RemoteHost extends MemberSettings {
  readonly transport: Exclude<TransportName, 'local'>;
  readonly login: HostLogin;
}

/** A member whose host is the machine that runs the job. */
export interface LocalHost extends MemberSettings {
  readonly transport: 'local';
}

/** Address and user of a host's SSH login. */
export interface HostLogin {
  /** Without brackets; often equal to the member's. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

/** SSH settings that all hosts share. */
export interface SshSettings {
  /** The key, or the agent, that logs in. */
  readonly identity: Identity;
  /** The certificate of the key, as type and base64; only for hosts that the runner's own ssh connects to. */
  readonly certificate?: string;
  readonly hostKeys: HostKeyRules;
  /** Limits connecting and logging in to one machine, including all attempts. */
  readonly connectTimeoutSeconds: number;
  /** Jumps on the way to every host, in order. The previous machine resolves each address, which may be a name. */
  readonly bastions: readonly HostLogin[];
  /** Logs in to the bastions; absent: `identity` does. Secret. */
  readonly bastionKey?: UsableKey;
}
