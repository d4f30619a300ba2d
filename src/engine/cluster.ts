import { setTimeout as sleep } from 'node:timers/promises';
import { membersInOrder, resolveAbsent } from '../cluster/absent-members.ts';
import { type ClusterFacts, MEMBERSHIP } from '../cluster/gates.ts';
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

/** Asks the cluster for its state; again for a moment while it has no leader or its members do not agree. */
export async function watchCluster(
  clients: ClusterClients,
  { timeline, signal }: { readonly timeline: Timeline; readonly signal: AbortSignal },
): Promise<ClusterFacts> {
  const what = { stage: 'Observe', title: 'the cluster', changes: false };
  return timeline.record(what, async () => {
    const deadline = timeline.elapsedMs() + SETTLE_WITHIN_MS;
    for (;;) {
      const facts = await clients.observe();
      const { leader, findings, endpoints } = facts.health;
      const answers = endpoints.some(({ memberId }) => memberId !== null);
      const unsettled = answers && (leader === null || findings.some(({ code }) => MEMBERSHIP.has(code)));
      if (!unsettled || timeline.elapsedMs() > deadline) return facts;
      signal.throwIfAborted();
      await sleep(PAUSE_MS);
    }
  });
}

/** A cluster that was asked. */
export interface AskedCluster {
  /** For further questions; the caller closes them. */
  readonly clients: ClusterClients;
  readonly cluster: ClusterFacts;
}

/**
 * Asks the cluster with the best client pair of the hosts, and with the next one if the members refuse it. Members that
 * were not seen to run are asked all the same: that none answers is proven by asking, and a refused connection costs
 * nothing.
 * @param members hosts of members that were observed.
 * @param absent the other members' hosts; their members count as not answering.
 * @returns undefined if no host has a client pair.
 */
export async function askCluster(
  settings: Settings,
  members: readonly ObservedHost[],
  absent: readonly AbsentHost[],
  context: Pick<RunContext, 'maskSecret' | 'now' | 'timeline' | 'signal'>,
): Promise<AskedCluster | undefined> {
  const access = accessTo(settings, members, absent, context);
  if (access === undefined) return undefined;
  let first: AskedCluster | undefined;
  for await (const credentials of credentialsFromHosts(members, settings, context)) {
    const clients = new ClusterClients({ ...access, credentials });
    try {
      const cluster = await watchCluster(clients, context);
      const answers = cluster.health.endpoints.some(({ memberId }) => memberId !== null);
      if (answers || !(await clients.isRefused())) {
        first?.clients.close();
        return { clients, cluster };
      }
      if (first === undefined) first = { clients, cluster };
      else clients.close();
    } catch (error) {
      first?.clients.close();
      clients.close();
      throw error;
    }
  }
  return first;
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
 * later probe tells which.
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
    const record = { stage: 'Observe', title: again.title, changes: false, host: name };
    const result = isStale ? timeline.record(record, probe) : Promise.resolve(member);
    return { host: name, at: again.title, result };
  });
  return allOrFindings('not every host could be examined, so nothing was changed on any', work);
}
