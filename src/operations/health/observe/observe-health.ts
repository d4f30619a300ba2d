import { memberFindings } from '../../../cluster/members.ts';
import type { RunContext } from '../../../engine/context.ts';
import { candidatesOn, isKeyOf } from '../../../engine/credentials.ts';
import { canonicalUrl, type EtcdCredentials, httpsUrl } from '../../../etcd/endpoint.ts';
import { type EndpointObservation, failure, seen } from '../../../etcd/health/observation.ts';
import { observeMember } from '../../../etcd/health/observe.ts';
import type { ListedMember } from '../../../etcd/messages.ts';
import type { ControlPlaneFacts, HealthFacts } from '../../../facts/health.ts';
import { RefusedError } from '../../../findings.ts';
import type { HealthAnswer } from '../../../hosts/probe/health-probe.ts';
import type { Settings } from '../../../inputs/settings.ts';
import { placesOf } from '../../../kubeadm/paths.ts';
import { hostLabel, listHosts, withRole } from '../../../run/host.ts';
import { type Answers, hashesOf, listenersOf, memberFacts, notQueried, rescrapeMetrics } from './figures.ts';
import { type ExaminedHost, examineHost } from './hosts.ts';
import { memberConnection, type MemberConnection, routesTo } from './member-client.ts';

/** The part of the deadline for the login and the probe of a host; the rest is for etcd. */
const SHARE_OF_HOSTS = 0.5;
/** Time limit for closing the connections. */
const CLOSE_MS = 500;

/**
 * Observes hosts and members, and changes nothing. What cannot be observed is reported as such; the observation ends with the
 * deadline of the settings.
 * @throws RefusedError when two of the hosts are one; what the run's own signal was aborted with.
 */
export async function observeHealth(settings: Settings, context: RunContext): Promise<HealthFacts> {
  const { log, signal } = context;
  const deadlineMs = settings.health.deadlineSeconds * 1000;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs - CLOSE_MS)]);
  const forHosts = AbortSignal.any([deadline, AbortSignal.timeout(deadlineMs * SHARE_OF_HOSTS)]);
  const listed = listHosts(settings);
  log.info(`Connecting to ${listed.map(({ name }) => name).join(', ')}`);
  const hosts = await Promise.all(listed.map((host) => examineHost(host, settings, context, forHosts)));
  const members = withRole(hosts, 'member');
  try {
    signal.throwIfAborted();
    refuseDuplicates(members);
    const facts = await queryWithBest(members, settings, context, deadline);
    signal.throwIfAborted();
    return { ...facts, controlPlane: withRole(hosts, 'control-plane').map(controlPlaneFacts) };
  } finally {
    await closeAll(hosts);
  }
}

/** Queries with the best pair, and with the next one if the members refuse it. */
async function queryWithBest(
  members: readonly ExaminedHost[],
  settings: Settings,
  context: RunContext,
  deadline: AbortSignal,
): Promise<Awaited<ReturnType<typeof queryMembers>>> {
  const brought = settings.health.trustedAuthority;
  const answers = members.flatMap(({ observed }) => ('seen' in observed ? [observed.seen] : []));
  const [best, ...others] = chooseCredentials(answers, brought, context.now());
  const first = await queryMembers(members, best, settings, context, deadline);
  if (!refusesClient(first)) return first;
  for (const credentials of others) {
    if (deadline.aborted) break;
    const facts = await queryMembers(members, credentials, settings, context, deadline);
    if (!refusesClient(facts)) return facts;
  }
  return first;
}

/** A host whose hostname could not be read is reported under its label: nothing is decided by its name. */
function controlPlaneFacts({ name, address, settings, observed }: ExaminedHost): ControlPlaneFacts {
  return { name: name === '' ? hostLabel(settings) : name, address, host: observed };
}

/** Refuses hosts that are listed twice, and clones with one name: their reports would be confused. */
function refuseDuplicates(members: readonly ExaminedHost[]): void {
  const findings = memberFindings(
    members.flatMap(({ name, address, observed }) =>
      'seen' in observed ? [{ name, address, facts: observed.seen.facts }] : [],
    ),
  );
  if (findings.length > 0) throw new RefusedError('the hosts cannot be those of one cluster', findings);
}

/** Closes all connections; does not wait for those of hosts that hang. */
async function closeAll(hosts: readonly ExaminedHost[]): Promise<void> {
  const closing = Promise.all(hosts.map(async ({ transport }) => transport?.close()));
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), CLOSE_MS);
  await Promise.race([closing.catch(() => undefined), promise]);
  clearTimeout(timer);
}

/**
 * Returns the credentials for the members: the healthcheck client's pairs of the hosts with their keys, the best
 * first; those whose key belongs to another certificate last. A later one is used if the members refuse the one
 * before.
 * @param broughtPem the CA certificate among the inputs.
 * @returns none if no host has one.
 */
export function chooseCredentials(
  answers: readonly Pick<HealthAnswer, 'facts' | 'clientKey'>[],
  broughtPem: string | undefined,
  now: Date,
): EtcdCredentials[] {
  const pairs = candidatesOn(answers, broughtPem, now).flatMap(({ host, caPem, certificatePem }) => {
    const keyPem = host.clientKey?.toString('utf8');
    return keyPem === undefined ? [] : [{ caPem, certificatePem, keyPem }];
  });
  // a pair whose key belongs to another certificate is only used for its error
  const fits = Map.groupBy(pairs, ({ keyPem, certificatePem }) => isKeyOf(keyPem, certificatePem));
  return [...(fits.get(true) ?? []), ...(fits.get(false) ?? [])];
}

/** Reports whether a member refuses the client certificate, and none accepts it. */
export function refusesClient({ members }: Pick<HealthFacts, 'members'>): boolean {
  const kinds = members.map(({ endpoint }) => failure(endpoint.status)?.kind);
  return kinds.includes('client-certificate') && !kinds.includes(undefined);
}

/**
 * Queries every member through its own host, or through another one if that cannot be reached. Changes
 * nothing and does not throw; what is missing when the signal is aborted is reported as such.
 * @param hosts of members, in the order of the inputs.
 * @param credentials absent: no host has given any.
 */
async function queryMembers(
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
        : [[host, memberConnection(host.address, host.name, route, credentials, settings)] as const],
    ),
  );
  try {
    const answers = await answersOf(asked, settings, context, signal);
    const endpoints = [...answers.values()].map(({ observation }) => observation.endpoint);
    const names = memberNames(hosts, endpoints, settings.peerPort);
    const members = await Promise.all(
      hosts.map(async (host) => {
        const through = routes.get(host)?.through;
        return memberFacts(host, names.get(host) ?? host.address, {
          answers: answers.get(host),
          shippedImage: await host.shippedImage,
          through: through === undefined ? null : (names.get(through) ?? null),
          notQueried: notQueried(credentials === undefined && routes.has(host)),
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
  asked: ReadonlyMap<ExaminedHost, MemberConnection>,
  settings: Settings,
  { timeline }: RunContext,
  signal: AbortSignal,
): Promise<Map<ExaminedHost, Answers>> {
  const observations = await Promise.all(
    [...asked].map(async ([host, member]) => {
      const listeners = listenersOf(member, settings, signal);
      const what = { stage: 'Observe', title: 'ask etcd', changes: false, host: member.name };
      const observation = await timeline.record(what, () => observeMember(member, signal));
      return { host, member, observation, listeners, scrapedAtMs: performance.now() };
    }),
  );
  const hashes = hashesOf(
    observations.map(({ member, observation }) => ({
      client: member.client,
      revision: observation.revision,
    })),
    signal,
  );
  return new Map(
    await Promise.all(
      observations.map(async ({ host, member, observation, listeners, scrapedAtMs }) => {
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
export function memberNames<H extends Pick<ExaminedHost, 'name' | 'address' | 'settings' | 'observed'>>(
  hosts: readonly H[],
  observations: readonly Pick<EndpointObservation, 'memberList'>[],
  peerPort: number,
): Map<H, string> {
  const members = observations.flatMap(({ memberList }) => seen(memberList)?.members ?? []);
  return new Map(
    hosts.map((host) => {
      const { name, address, settings, observed } = host;
      const known = 'seen' in observed ? name : settings.name;
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
