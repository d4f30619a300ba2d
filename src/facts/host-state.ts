import { fieldsOf, isObject } from '../text/json-fields.ts';

/** A renewed apiserver-etcd-client.crt that is not yet confirmed to be on the control plane. */
export interface ClientCopy {
  /** SHA-256 of the renewed certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** ISO 8601, UTC. */
  readonly renewedAt: string;
  /** Expiry of the previous certificate, which the control plane may still use; ISO 8601, UTC. */
  readonly oldEndsAt: string;
}

/**
 * The action's record on each host (state.json, root only), by which a later run recognises its own work. etcd's
 * cluster id cannot distinguish clusters: it is derived from names, URLs and token alone.
 */
export interface HostState {
  readonly schema: 1;
  readonly cluster: {
    readonly name: string;
    /** initial-cluster-token; made once per cluster. */
    readonly token: string;
    /** SHA-256 fingerprint of the CA certificate. */
    readonly caFingerprint: string;
    /** Absent: the CA's key may be on a host. */
    readonly caCustody?: 'input-only';
  };
  readonly member: { readonly name: string; readonly address: string };
  /** `bootstrapping` until the whole cluster was healthy once; `member` from then on. */
  readonly phase: 'bootstrapping' | 'member';
  /** kubeadm's version when the files were made. */
  readonly kubernetesVersion: string;
  /** SHA-256 (hex) of every file that the action put on this host, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly clientCopy?: ClientCopy;
  /** Mount points of the data dir's and the log's disks, by folder; absent: the root filesystem. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** Formats state.json. */
export function formatHostState(state: HostState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}

/** Parses state.json; `undefined` if this release cannot read it. */
export function parseHostState(text: string): HostState | undefined {
  const value = fieldsOf(text);
  return isHostState(value) ? value : undefined;
}

function isHostState(value: unknown): value is HostState {
  if (!isObject(value) || value['schema'] !== 1) return false;
  const { cluster, member, phase, kubernetesVersion, files, clientCopy, mounts } = value;
  return (
    (clientCopy === undefined || hasStrings(clientCopy, ['fingerprint', 'renewedAt', 'oldEndsAt'])) &&
    hasStrings(cluster, ['name', 'token', 'caFingerprint']) &&
    isObject(cluster) &&
    isToken(cluster['token']) &&
    isKnownCustody(cluster) &&
    hasStrings(member, ['name', 'address']) &&
    (phase === 'bootstrapping' || phase === 'member') &&
    typeof kubernetesVersion === 'string' &&
    isTextRecord(files) &&
    (mounts === undefined || isTextRecord(mounts))
  );
}

/**
 * Reports whether a value is valid as a cluster's token: one host's token goes into the configurations of all others,
 * so it has no invisible characters and a bounded length.
 */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]{1,256}$/.test(value);
}

/** Rejects the custody of a later release. */
function isKnownCustody(cluster: unknown): boolean {
  return isObject(cluster) && [undefined, 'input-only'].includes(cluster['caCustody'] as string | undefined);
}

/** Reports whether the value is a record of texts only. */
function isTextRecord(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

function hasStrings(value: unknown, keys: readonly string[]): boolean {
  return isObject(value) && keys.every((key) => typeof value[key] === 'string');
}
