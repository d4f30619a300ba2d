import type { PlannedCluster } from '../cluster/planned-cluster.ts';
import { Refusal, type Finding } from '../findings.ts';
import { isCrictlWarning } from '../hosts/host-error.ts';
import type { Transport } from '../hosts/transport.ts';
import type { ImageArchive } from '../images/image-archive.ts';
import { ETCD_MANIFEST } from '../kubeadm/paths.ts';
import type { Log } from '../runner/log.ts';
import type { ClusterClients } from '../run/cluster-clients.ts';
import type { Material } from '../run/issued-certificates.ts';
import type { Timeline } from '../run/timeline.ts';
import type { RegistryLogin } from '../inputs/settings.ts';

/** What a step works with. */
export interface StepContext {
  /** The cluster as the plan wants it; absent where the plan writes no configuration and issues no certificate. */
  readonly planned?: PlannedCluster;
  readonly hosts: ReadonlyMap<string, Transport>;
  readonly material: Material;
  /** Credentials of the registry; absent: it asks for none. */
  readonly registry?: RegistryLogin;
  /** Images on the runner; absent: none were given. */
  readonly archive?: ImageArchive;
  /** Clients of all members; made when they are first needed. */
  readonly cluster: () => Promise<ClusterClients>;
  /** Called with every secret as soon as it is known, before it is used. */
  readonly maskSecret: (secret: string) => void;
  readonly now: Date;
  readonly log: Log;
  readonly timeline: Timeline;
}

/** The cluster as the plan wants it, for a step that writes configurations or certificates. @throws Error for other plans */
export function plannedCluster({ planned }: Pick<StepContext, 'planned'>): PlannedCluster {
  if (planned === undefined) throw new Error('the plan names no cluster that its steps could write for');
  return planned;
}

/** The failure of a step, which is called `at`. */
export function stepFailure(at: string, host: string, words: Omit<Finding, 'host' | 'at'>): Refusal {
  return new Refusal(`${at} failed on ${host}`, [{ host, at, ...words }]);
}

/** The connection to a member's host. */
export function transportOf(context: Pick<StepContext, 'hosts'>, host: string): Transport {
  const transport = context.hosts.get(host);
  if (transport === undefined) throw new Error(`no connection to ${host}`);
  return transport;
}

/** What the record of a host will say of its files. */
export function digestsOf({ material }: Pick<StepContext, 'material'>, host: string): Map<string, string> {
  const digests = material.digests.get(host);
  if (digests === undefined) throw new Error(`${host} is no member of the plan`);
  return digests;
}

/** Digest of the manifest that kubeadm has rendered aside on this host. */
export function renderedDigest(host: string, context: Pick<StepContext, 'material'>): string {
  const digest = digestsOf(context, host).get(ETCD_MANIFEST);
  if (digest === undefined) throw new Error('the manifest is rendered before a start');
  return digest;
}

/** Name and address of a member. */
export function memberOf(
  context: Pick<StepContext, 'planned'>,
  host: string,
): { name: string; address: string } {
  const member = plannedCluster(context).shape.members.find(({ name }) => name === host);
  if (member === undefined) throw new Error(`${host} is no member of the plan`);
  return member;
}

/** A line of a script that goes on, as the log of its host. */
export function tell(host: string, line: string, { log }: Pick<StepContext, 'log'>): void {
  if (!isCrictlWarning(line)) log.host(host).info(line);
}
