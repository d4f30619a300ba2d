import type { Surroundings } from '../../../engine/context.ts';
import { hostLabel } from '../../../engine/observe.ts';
import { canonicalUrl, type EtcdCredentials, httpsUrl } from '../../../etcd/endpoint.ts';
import { type EndpointObservation, seen } from '../../../etcd/health/observation.ts';
import { observeMember } from '../../../etcd/health/observe.ts';
import type { Member } from '../../../etcd/messages.ts';
import type { HealthFacts } from '../../../facts/health.ts';
import type { MemberSettings, Settings } from '../../../inputs/settings.ts';
import { placesOf } from '../../../kubeadm/paths.ts';
import { type Answers, hashesOf, listenersOf, memberSight, notAsked, secondLook } from './figures.ts';
import type { ReachedHost } from './hosts.ts';
import { askedMember, type AskedMember, type Route, routesTo } from './member-client.ts';

/**
 * Asks every member what it knows, each through its own host, or through another where that cannot be reached. Changes
 * nothing and does not throw; what is not there when the signal is aborted is told as such.
 * @param credentials absent: no host has given any.
 */
export async function askMembers(
  reached: readonly ReachedHost[],
  credentials: EtcdCredentials | undefined,
  settings: Settings,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Omit<HealthFacts, 'controlPlane'>> {
  const routes = routesTo(reached);
  const asked = reached.map(({ host, sight }, index) => {
    const route = routes[index];
    if (route === undefined || credentials === undefined) return undefined;
    return askedMember(host.address, labelOf({ host, sight }), route, credentials, settings);
  });
  try {
    const answers = await answersOf(asked, settings, surroundings, signal);
    const names = memberNames(
      reached.map(({ host, sight }) => ({
        host,
        ...('seen' in sight && { hostname: sight.seen.facts.hostname }),
      })),
      answers.flatMap((answer) => answer?.observation.endpoint ?? []),
      settings.peerPort,
    );
    const shipped = await Promise.all(reached.map(async ({ shippedImage }) => shippedImage));
    const members = reached.map((host, index) =>
      memberSight(host, names[index] ?? host.host.address, {
        answers: answers[index],
        shippedImage: shipped[index],
        through: throughOf(routes[index], reached, names),
        notAsked: notAsked(credentials === undefined && routes[index] !== undefined),
      }),
    );
    const { clientPort, peerPort } = settings;
    return { now: surroundings.now(), clientPort, peerPort, ...placesOf(settings), members };
  } finally {
    for (const member of asked) member?.client.close();
  }
}

async function answersOf(
  asked: readonly (AskedMember | undefined)[],
  settings: Settings,
  { timeline }: Surroundings,
  signal: AbortSignal,
): Promise<(Answers | undefined)[]> {
  const looks = await Promise.all(
    asked
      .filter((member) => member !== undefined)
      .map(async (member) => {
        const listeners = listenersOf(member, settings, signal);
        const what = { stage: 'Observe', title: 'ask etcd', changes: false, host: member.name };
        const observation = await timeline.record(what, () => observeMember(member, signal));
        return { member, observation, listeners, scrapedAtMs: performance.now() };
      }),
  );
  const hashes = hashesOf(
    looks.map(({ member, observation }) => ({ client: member.client, revision: observation.revision })),
    signal,
  );
  const answers = await Promise.all(
    looks.map(async ({ member, observation, listeners, scrapedAtMs }, index) => {
      const { metricsWindowSeconds: seconds } = settings.health;
      const hash = (await hashes)[index];
      if (hash === undefined) throw new Error('every member that is asked has an answer');
      const metrics = await secondLook(member.client, observation.metrics, { scrapedAtMs, seconds, signal });
      const served = await listeners;
      const { roundTripMs } = member.way;
      return [member, { observation, hash, metrics, served, roundTripMs }] as const;
    }),
  );
  const byMember = new Map(answers);
  return asked.map((member) => member && byMember.get(member));
}

function throughOf(
  route: Route | undefined,
  reached: readonly ReachedHost[],
  names: readonly string[],
): string | null {
  if (route?.through === undefined) return null;
  return names[reached.indexOf(route.through)] ?? null;
}

function labelOf({ host, sight }: Pick<ReachedHost, 'host' | 'sight'>): string {
  return host.name ?? ('seen' in sight ? sight.seen.facts.hostname : hostLabel(host));
}

/** A host, and its own short hostname if it could be asked. */
export interface NamedHost {
  readonly host: MemberSettings;
  readonly hostname?: string;
}

/**
 * The name of each member: the one given, else the host's own, else what the other members call who has its peer URL, else
 * its address.
 */
export function memberNames(
  hosts: readonly NamedHost[],
  observations: readonly Pick<EndpointObservation, 'memberList'>[],
  peerPort: number,
): string[] {
  const members = observations.flatMap(({ memberList }) => seen(memberList)?.members ?? []);
  return hosts.map(
    ({ host, hostname }) =>
      host.name ?? hostname ?? listedName(members, httpsUrl(host.address, peerPort)) ?? host.address,
  );
}

function listedName(members: readonly Member[], peerUrl: string): string | undefined {
  return members.find(
    ({ name, peerUrls }) =>
      name !== '' && peerUrls.some((url) => canonicalUrl(url) === canonicalUrl(peerUrl)),
  )?.name;
}
