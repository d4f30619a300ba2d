import { setTimeout as sleep } from 'node:timers/promises';
import { membersInOrder, resolveAbsent } from '../cluster/absent-members.ts';
import { type ClusterFacts, MEMBERSHIP } from '../cluster/gates.ts';
import type { EtcdCredentials } from '../etcd/endpoint.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import type { Settings } from '../inputs/settings.ts';
import { type ClusterAccess, ClusterClients } from '../run/cluster-clients.ts';
import type { AbsentHost, ObservedHost } from '../run/host.ts';
import type { Timeline } from '../run/timeline.ts';
import { allOrFindings } from './collect.ts';
import type { RunContext } from './context.ts';
import { credentialsFromHosts } from './credentials.ts';
import { refreshed, refreshScript } from './observe.ts';

/** An election takes a second or two; a member that has just started learns of the others. */
const SETTLE_WITHIN_MS = 3_000;
const PAUSE_MS = 250;

/** How long the cluster is observed for. */
interface Wait {
  readonly timeline: Timeline;
  /** Milliseconds of the timeline after which the last observation stands. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/**
 * Observes the cluster again and again until nothing is missing any more, or until the deadline.
 * @param missing what the cluster is still waited for, in words for the log; undefined: nothing.
 * @param tell called with each change of what is missing.
 * @returns the last observation; the caller judges what it lacks.
 */
export async function observeUntil(
  clients: Pick<ClusterClients, 'observe'>,
  { timeline, deadline, signal }: Wait,
  missing: (facts: ClusterFacts) => string | undefined,
  tell: (missing: string) => void = () => undefined,
): Promise<ClusterFacts> {
  let said = '';
  for (;;) {
    const facts = await clients.observe();
    const words = missing(facts);
    if (words === undefined || timeline.elapsedMs() > deadline) return facts;
    if (words !== said) tell(words);
    said = words;
    signal.throwIfAborted();
    await sleep(PAUSE_MS);
    signal.throwIfAborted();
  }
}

/** Asks the cluster for its state; again for a moment while it has no leader or its members do not agree. */
export async function watchCluster(
  clients: ClusterClients,
  { timeline, signal }: { readonly timeline: Timeline; readonly signal: AbortSignal },
): Promise<ClusterFacts> {
  const what = { stage: 'Observe', title: 'the cluster', changes: false };
  return timeline.record(what, async () => {
    const deadline = timeline.elapsedMs() + SETTLE_WITHIN_MS;
    return observeUntil(clients, { timeline, deadline, signal }, ({ health }) => {
      const { leader, findings } = health;
      const isSettled = leader !== null && !findings.some(({ code }) => MEMBERSHIP.has(code));
      return isSettled || !answers(health) ? undefined : 'an election, or a member list that all agree on';
    });
  });
}

/** Reports whether a member has answered. */
function answers({ endpoints }: HealthReport): boolean {
  return endpoints.some(({ memberId }) => memberId !== null);
}

/**
 * Opens clients with the first credentials that the members accept. If they refuse all, the clients have the first of
 * them, whose answers give the reason. All other clients are closed.
 * @returns undefined if there are no credentials.
 */
export async function acceptedClients(
  access: Omit<ClusterAccess, 'credentials'>,
  offered: AsyncIterable<EtcdCredentials>,
  isAccepted: (clients: ClusterClients) => Promise<boolean>,
): Promise<ClusterClients | undefined> {
  let first: ClusterClients | undefined;
  for await (const credentials of offered) {
    const clients = new ClusterClients({ ...access, credentials });
    try {
      if (await isAccepted(clients)) {
        first?.close();
        return clients;
      }
    } catch (error) {
      first?.close();
      clients.close();
      throw error;
    }
    if (first === undefined) first = clients;
    else clients.close();
  }
  return first;
}

/** A cluster that was asked. */
export interface QueriedCluster {
  /** For further questions; the caller closes them. */
  readonly clients: ClusterClients;
  readonly cluster: ClusterFacts;
}

/**
 * Asks the cluster with the best client pair of the hosts, and with the next one if the members refuse it. Members that
 * were not seen to run are queried too: only a query shows that none answers, and a refused connection costs
 * nothing.
 * @param members hosts of members that were observed.
 * @param absent the other members' hosts; their members count as not answering.
 * @returns undefined if no host has a client pair.
 */
export async function queryCluster(
  settings: Settings,
  members: readonly ObservedHost[],
  absent: readonly AbsentHost[],
  context: Pick<RunContext, 'maskSecret' | 'now' | 'timeline' | 'signal'>,
): Promise<QueriedCluster | undefined> {
  const access = accessTo(settings, members, absent, context);
  if (access === undefined) return undefined;
  const asked = new Map<ClusterClients, ClusterFacts>();
  const offered = credentialsFromHosts(members, settings, context);
  const clients = await acceptedClients(access, offered, async (opened) => {
    const cluster = await watchCluster(opened, context);
    asked.set(opened, cluster);
    return answers(cluster.health) || !(await opened.isRefused());
  });
  const cluster = clients && asked.get(clients);
  return clients && cluster && { clients, cluster };
}

function accessTo(
  settings: Settings,
  members: readonly ObservedHost[],
  absent: readonly AbsentHost[],
  { now }: Pick<RunContext, 'now'>,
): Omit<ClusterAccess, 'credentials'> | undefined {
  const hosts = new Map(members.map(({ name, transport }) => [name, transport]));
  // every operation refuses two hosts of one name
  if (hosts.size !== members.length) return undefined;
  const { clientPort, peerPort } = settings;
  const all = membersInOrder(settings.hosts, members, resolveAbsent(absent, members));
  return { members: all, clientPort, peerPort, hosts, now };
}

/**
 * Probes again the hosts whose first probe is older than the cluster's view of them. A member writes its log and then
 * publishes itself, so one that is published and was seen without a log has started in between, or has lost its log: the
 * later probe shows which.
 * @throws RunError with each host that could not be probed.
 */
export async function refreshStaleHosts(
  members: readonly ObservedHost[],
  { health }: ClusterFacts,
  settings: Settings,
  timeline: Timeline,
): Promise<ObservedHost[]> {
  const hasPublished = (name: string): boolean =>
    health.members.some((member) => member.name === name && member.clientUrls.length > 0);
  const again = refreshScript(settings);
  const work = members.map((member) => {
    const { name, facts, transport } = member;
    const isStale = !facts.dataDir.hasLog && hasPublished(name);
    const probe = async (): Promise<ObservedHost> => refreshed(member, (await transport.run(again)).stdout);
    const record = { stage: 'Observe', title: again.title, changes: false, host: transport.name };
    const result = isStale ? timeline.record(record, probe) : Promise.resolve(member);
    return { host: transport.name, at: again.title, result };
  });
  return allOrFindings('not every host could be examined, so nothing was changed on any', work);
}
