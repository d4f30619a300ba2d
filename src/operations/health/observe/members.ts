import { canonicalUrl, type EtcdCredentials, httpsUrl } from '../../../etcd/endpoint.ts';
import { type EndpointObservation, seen } from '../../../etcd/health/observation.ts';
import { observeMember } from '../../../etcd/health/observe.ts';
import type { ListedMember } from '../../../etcd/messages.ts';
import type { RunContext } from '../../../engine/context.ts';
import type { HealthFacts } from '../../../facts/health.ts';
import type { Settings } from '../../../inputs/settings.ts';
import { placesOf } from '../../../kubeadm/paths.ts';
import { type Answers, hashesOf, listenersOf, memberSight, notAsked, rescrapeMetrics } from './figures.ts';
import type { ExaminedHost } from './hosts.ts';
import { askedMember, type AskedMember, routesTo } from './member-client.ts';

/**
 * Asks every member what it knows, each through its own host, or through another where that cannot be reached. Changes
 * nothing and does not throw; what is not there when the signal is aborted is reported as such.
 * @param hosts of members, in the order of the inputs.
 * @param credentials absent: no host has given any.
 */
export async function askMembers(
  hosts: readonly ExaminedHost[],
  credentials: EtcdCredentials | undefined,
  settings: Settings,
  context: RunContext,
  signal: AbortSignal,
): Promise<Omit<HealthFacts, 'controlPlane'>> {
  const routes = routesTo(hosts);
  const asked = new Map(
    [...routes].flatMap(([host, route]) =>
      credentials === undefined
        ? []
        : [[host, askedMember(host.address, host.name, route, credentials, settings)] as const],
    ),
  );
  try {
    const answers = await answersOf(asked, settings, context, signal);
    const endpoints = [...answers.values()].map(({ observation }) => observation.endpoint);
    const names = memberNames(hosts, endpoints, settings.peerPort);
    const members = await Promise.all(
      hosts.map(async (host) => {
        const through = routes.get(host)?.through;
        return memberSight(host, names.get(host) ?? host.address, {
          answers: answers.get(host),
          shippedImage: await host.shippedImage,
          through: through === undefined ? null : (names.get(through) ?? null),
          notAsked: notAsked(credentials === undefined && routes.has(host)),
        });
      }),
    );
    const { clientPort, peerPort } = settings;
    return { now: context.now(), clientPort, peerPort, ...placesOf(settings), members };
  } finally {
    for (const { client } of asked.values()) client.close();
  }
}

async function answersOf(
  asked: ReadonlyMap<ExaminedHost, AskedMember>,
  settings: Settings,
  { timeline }: RunContext,
  signal: AbortSignal,
): Promise<Map<ExaminedHost, Answers>> {
  const looks = await Promise.all(
    [...asked].map(async ([host, member]) => {
      const listeners = listenersOf(member, settings, signal);
      const what = { stage: 'Observe', title: 'ask etcd', changes: false, host: member.name };
      const observation = await timeline.record(what, () => observeMember(member, signal));
      return { host, member, observation, listeners, scrapedAtMs: performance.now() };
    }),
  );
  const hashes = hashesOf(
    looks.map(({ member, observation }) => ({ client: member.client, revision: observation.revision })),
    signal,
  );
  return new Map(
    await Promise.all(
      looks.map(async ({ host, member, observation, listeners, scrapedAtMs }) => {
        const { metricsWindowSeconds: seconds } = settings.health;
        const hash = (await hashes).get(member.client);
        if (hash === undefined) throw new Error('every member that is asked has an answer');
        const window = { scrapedAtMs, seconds, signal };
        const metrics = await rescrapeMetrics(member.client, observation.metrics, window);
        const served = await listeners;
        const { roundTripMs } = member.way;
        return [host, { observation, hash, metrics, served, roundTripMs }] as const;
      }),
    ),
  );
}

/**
 * The name of each member: the one that the inputs give, else the host's own, else the name in the member list for its
 * peer URL, else its address.
 */
export function memberNames<H extends Pick<ExaminedHost, 'name' | 'address' | 'settings' | 'sight'>>(
  hosts: readonly H[],
  observations: readonly Pick<EndpointObservation, 'memberList'>[],
  peerPort: number,
): Map<H, string> {
  const members = observations.flatMap(({ memberList }) => seen(memberList)?.members ?? []);
  return new Map(
    hosts.map((host) => {
      const { name, address, settings, sight } = host;
      const known = 'seen' in sight ? name : settings.name;
      return [host, known ?? listedName(members, httpsUrl(address, peerPort)) ?? address];
    }),
  );
}

function listedName(members: readonly ListedMember[], peerUrl: string): string | undefined {
  return members.find(
    ({ name, peerUrls }) =>
      name !== '' && peerUrls.some((url) => canonicalUrl(url) === canonicalUrl(peerUrl)),
  )?.name;
}
