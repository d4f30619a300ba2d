import { setTimeout as sleep } from 'node:timers/promises';
import { type AbsentHost, inOrderOfInputs, resolveAbsent } from '../cluster/absent-members.ts';
import type { ClusterFacts } from '../cluster/gates.ts';
import { resolveMembers } from '../cluster/members.ts';
import type { Settings } from '../inputs/settings.ts';
import { type ClusterAccess, ClusterClients } from '../run/cluster-clients.ts';
import type { Timeline } from '../run/timeline.ts';
import { settleAll } from './collect.ts';
import type { Surroundings } from './context.ts';
import { credentialsFromHosts } from './credentials.ts';
import { hostLabel, lookedAgain, type Observed, secondLook } from './observe.ts';

/** An election takes a second or two; a member that has just started learns of the others. */
const SETTLE_WITHIN_MS = 3_000;
const PAUSE_MS = 250;

/** What the cluster tells of itself; asked again for a moment while it has no leader or its members do not agree. */
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
      const unsettled = answers && (leader === null || findings.some(({ at }) => at === 'members'));
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
 * Asks the cluster where a host has what it takes to ask one: with the best pair of the hosts, and with the next one where the
 * members refuse it. Whether a member is seen to run makes no difference: that none answers is proven by asking, and a
 * connection that is refused costs nothing.
 * @param absent hosts that could not be reached; their members count as not answering.
 */
export async function askCluster(
  settings: Settings,
  observed: readonly Observed[],
  absent: readonly AbsentHost[],
  surroundings: Pick<Surroundings, 'maskSecret' | 'now' | 'timeline' | 'signal'>,
): Promise<AskedCluster | undefined> {
  const access = accessTo(settings, observed, absent, surroundings);
  if (access === undefined) return undefined;
  let first: AskedCluster | undefined;
  for await (const credentials of credentialsFromHosts(observed, settings, surroundings)) {
    const clients = new ClusterClients({ ...access, credentials });
    try {
      const cluster = await watchCluster(clients, surroundings);
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
  observed: readonly Observed[],
  absent: readonly AbsentHost[],
  { now }: Pick<Surroundings, 'now'>,
): Omit<ClusterAccess, 'credentials'> | undefined {
  const { members } = resolveMembers(
    settings.hosts,
    observed.map(({ facts }) => facts),
  );
  const hosts = new Map(
    members.flatMap(({ name }, index) => {
      const seen = observed[index];
      return seen === undefined ? [] : [[name, seen.transport] as const];
    }),
  );
  // two hosts of one name are refused by every operation
  if (hosts.size !== members.length) return undefined;
  const { clientPort, peerPort } = settings;
  const all = inOrderOfInputs(members, resolveAbsent(absent, members));
  return { members: all, clientPort, peerPort, hosts, now };
}

/**
 * Looks once more at hosts of which the cluster tells newer things than were seen there. A member writes its log and then
 * publishes itself, so one that has published itself and was seen without a log has started in between, or has lost its log:
 * the later look tells which.
 * @throws Refusal with each host that could not be examined.
 */
export async function lookBehind(
  observed: readonly Observed[],
  { health }: ClusterFacts,
  settings: Settings,
  timeline: Timeline,
): Promise<Observed[]> {
  const { members } = resolveMembers(
    settings.hosts,
    observed.map(({ facts }) => facts),
  );
  const hasPublished = (name: string | undefined): boolean =>
    health.members.some((member) => member.name === name && member.clientUrls.length > 0);
  const again = secondLook(settings);
  const work = observed.map((one, index) => {
    const host = hostLabel(one.host);
    const isOlder = !one.facts.dataDir.hasLog && hasPublished(members[index]?.name);
    const look = async (): Promise<Observed> => lookedAgain(one, (await one.transport.run(again)).stdout);
    const record = { stage: 'Observe', title: again.title, changes: false, host };
    const result = isOlder ? timeline.record(record, look) : Promise.resolve(one);
    return { host, at: again.title, result };
  });
  return settleAll('not every host could be examined, so nothing was changed on any', work);
}
