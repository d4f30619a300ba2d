/** A renewed apiserver-etcd-client.crt of which nobody has confirmed yet that the control plane has a copy. */
export interface ClientCopy {
  /** SHA-256 of the renewed certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** ISO 8601, UTC. */
  readonly renewedAt: string;
  /** When the one before ends, with which the control plane may still work; ISO 8601, UTC. */
  readonly oldEndsAt: string;
}

/**
 * What the action writes down on each host (state.json, root only), so that a later run knows its own work.
 * etcd's cluster id cannot tell clusters apart: it follows from names, URLs and token alone.
 */
export interface HostState {
  readonly schema: 1;
  readonly cluster: {
    readonly name: string;
    /** initial-cluster-token; made once per cluster. */
    readonly token: string;
    /** SHA-256 fingerprint of the CA certificate. */
    readonly caFingerprint: string;
    /** Absent: the CA's key may lie on a host. */
    readonly caCustody?: 'input-only';
  };
  readonly member: { readonly name: string; readonly address: string };
  /** `bootstrapping` until the whole cluster has been seen healthy once; `member` from then on. */
  readonly phase: 'bootstrapping' | 'member';
  /** kubeadm's version when the files were made. */
  readonly kubernetesVersion: string;
  /** SHA-256 (hex) of every file that the action put on this host, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly clientCopy?: ClientCopy;
  /** Mount points of disks that the data dir and the folder of the log lie on, by folder; absent: none but the root's. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** The text of state.json. */
export function formatHostState(state: HostState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}

/** Reads state.json; `undefined` when it is not one that this release can read. */
export function parseHostState(text: string): HostState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isHostState(value) ? value : undefined;
}

function isHostState(value: unknown): value is HostState {
  if (!isRecord(value) || value['schema'] !== 1) return false;
  const { cluster, member, phase, kubernetesVersion, files, clientCopy, mounts } = value;
  return (
    (clientCopy === undefined || hasStrings(clientCopy, ['fingerprint', 'renewedAt', 'oldEndsAt'])) &&
    hasStrings(cluster, ['name', 'token', 'caFingerprint']) &&
    isRecord(cluster) &&
    isToken(cluster['token']) &&
    isKnownCustody(cluster) &&
    hasStrings(member, ['name', 'address']) &&
    (phase === 'bootstrapping' || phase === 'member') &&
    typeof kubernetesVersion === 'string' &&
    isTexts(files) &&
    (mounts === undefined || isTexts(mounts))
  );
}

/**
 * Whether a text can be a cluster's token: the token that one host has goes into the configurations of all others, so it
 * has no character that is not seen, and not more of them than any tool makes.
 */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]{1,256}$/.test(value);
}

/** A custody of a later release is not one to be taken for ours. */
function isKnownCustody(cluster: unknown): boolean {
  return isRecord(cluster) && [undefined, 'input-only'].includes(cluster['caCustody'] as string | undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A record of texts alone. */
function isTexts(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function hasStrings(value: unknown, keys: readonly string[]): boolean {
  return isRecord(value) && keys.every((key) => typeof value[key] === 'string');
}
