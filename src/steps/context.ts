import type { OpenedBackup } from '../backup/open-backup.ts';
import type { TakenBackup } from '../backup/manifest.ts';
import type { PlannedCluster } from '../cluster/planned-cluster.ts';
import { RunError, type Finding } from '../findings.ts';
import { isCrictlWarning } from '../hosts/host-error.ts';
import type { Transport } from '../hosts/transport.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import type { Log } from '../runner/log.ts';
import type { ClusterClients } from '../run/cluster-clients.ts';
import type { IssuedFiles } from '../run/issued-certificates.ts';
import type { Timeline } from '../run/timeline.ts';
import type { RegistryLogin } from '../inputs/settings.ts';

/** The context in which a step runs. */
export interface StepContext {
  /** The cluster as the plan wants it; absent where the plan writes no configuration and issues no certificate. */
  readonly planned?: PlannedCluster;
  readonly hosts: ReadonlyMap<string, Transport>;
  readonly material: IssuedFiles;
  /** Credentials of the registry; absent: it needs none. */
  readonly registry?: RegistryLogin;
  /** Images on the runner; absent: none were given. */
  readonly archive?: ImageArchive;
  /** The backup that the run restores; absent: it restores none. */
  readonly backup?: OpenedBackup;
  /** Returns the clients of all members; created at the first call. */
  readonly cluster: () => Promise<ClusterClients>;
  /** Called with every secret as soon as it is known, before it is used. */
  readonly maskSecret: (secret: string) => void;
  readonly now: Date;
  readonly log: Log;
  readonly timeline: Timeline;
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal;
  /** Filled by the steps that take one. */
  readonly backups: TakenBackup[];
  /** Uploads a backup as an artifact. @returns undefined, after a warning, if that is impossible. */
  readonly uploadBackup: (
    backup: TakenBackup,
  ) => Promise<{ readonly id: string; readonly url: string } | undefined>;
}

/** The cluster as the plan wants it, for a step that writes configurations or certificates. @throws Error for other plans */
export function plannedCluster({ planned }: Pick<StepContext, 'planned'>): PlannedCluster {
  if (planned === undefined) throw new Error('the plan names no cluster that its steps could write for');
  return planned;
}

/** Returns the failure of the step named `at`. */
export function stepFailure(at: string, host: string, words: Omit<Finding, 'host' | 'at'>): RunError {
  return new RunError(`${at} failed on ${host}`, [{ host, at, ...words }]);
}

/** Returns the connection to a member's host. */
export function transportOf(context: Pick<StepContext, 'hosts'>, host: string): Transport {
  const transport = context.hosts.get(host);
  if (transport === undefined) throw new Error(`no connection to ${host}`);
  return transport;
}

/** Returns the digests of a host's files for its record. */
export function digestsOf({ material }: Pick<StepContext, 'material'>, host: string): Map<string, string> {
  const digests = material.digests.get(host);
  if (digests === undefined) throw new Error(`${host} is no member of the plan`);
  return digests;
}

/** Returns the digest of the manifest that kubeadm has rendered aside on this host. */
export function renderedDigest(host: string, context: Pick<StepContext, 'material'>): string {
  const digest = digestsOf(context, host).get(ETCD_MANIFEST);
  if (digest === undefined) throw new Error('the manifest is rendered before a start');
  return digest;
}

/** Returns name and address of a member. */
export function memberOf(
  context: Pick<StepContext, 'planned'>,
  host: string,
): { name: string; address: string } {
  const member = plannedCluster(context).shape.members.find(({ name }) => name === host);
  if (member === undefined) throw new Error(`${host} is no member of the plan`);
  return member;
}

/** Logs a progress line of a script for its host. */
export function logProgress(host: string, line: string, { log }: Pick<StepContext, 'log'>): void {
  if (!isCrictlWarning(line)) log.host(host).info(line);
}
