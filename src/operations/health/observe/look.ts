import { controlPlaneName } from '../../../cluster/control-plane/resolve.ts';
import { resolveMembers } from '../../../cluster/members.ts';
import type { Surroundings } from '../../../engine/context.ts';
import { candidatesOn, isKeyOf } from '../../../engine/credentials.ts';
import { connectionsOf, hostLabel } from '../../../engine/observe.ts';
import type { EtcdCredentials } from '../../../etcd/endpoint.ts';
import { failure } from '../../../etcd/health/observation.ts';
import type { ControlPlaneSight, HealthFacts } from '../../../facts/health.ts';
import { Refused } from '../../../findings.ts';
import type { HealthAnswer } from '../../../hosts/probe/health-probe.ts';
import type { Transport, TransportStatistics } from '../../../hosts/transport.ts';
import type { Settings } from '../../../inputs/settings.ts';
import type { HealthDocument } from '../document.ts';
import { type ReachedHost, reachHost } from './hosts.ts';
import { askMembers } from './members.ts';

/** What a finished health check has to tell. */
export interface Checkup {
  readonly report: HealthDocument;
  readonly connections: HealthLook['connections'];
}

/** What a health check has seen. */
export interface HealthLook {
  readonly facts: HealthFacts;
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/** So much of the deadline a host may take to let us in and to answer the probe: the rest is for etcd. */
const SHARE_OF_HOSTS = 0.5;
/** The connections may take so long to say goodbye. */
const CLOSE_MS = 500;

/**
 * Looks at hosts and members, and changes nothing. Whatever cannot be seen is told as such; the look ends with the
 * deadline of the settings.
 * @throws Refused when two of the hosts are one; what the run's own signal was aborted with.
 */
export async function lookAtHealth(settings: Settings, surroundings: Surroundings): Promise<HealthLook> {
  const { log, signal } = surroundings;
  const deadlineMs = settings.health.deadlineSeconds * 1000;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs - CLOSE_MS)]);
  const forHosts = AbortSignal.any([deadline, AbortSignal.timeout(deadlineMs * SHARE_OF_HOSTS)]);
  const hosts = [...settings.hosts, ...settings.controlPlane];
  log.info(`Connecting to ${hosts.map(hostLabel).join(', ')}`);
  const all = await Promise.all(hosts.map((host) => reachHost(host, settings, surroundings, forHosts)));
  const reached = all.slice(0, settings.hosts.length);
  const controlPlane = all.slice(settings.hosts.length).map(sightOf);
  try {
    signal.throwIfAborted();
    refuseTwins(reached);
    const facts = await askWithBest(reached, settings, surroundings, deadline);
    signal.throwIfAborted();
    return { facts: { ...facts, controlPlane }, connections: connectionsOf(transportsOf(all)) };
  } finally {
    await closeAll(all);
  }
}

/** Asks with the best pair; with the next one where the members refuse it. */
async function askWithBest(
  reached: readonly ReachedHost[],
  settings: Settings,
  surroundings: Surroundings,
  deadline: AbortSignal,
): Promise<Awaited<ReturnType<typeof askMembers>>> {
  const brought = settings.authority?.certificatePem;
  const [best, ...others] = chooseCredentials(looksOf(reached), brought, surroundings.now());
  const first = await askMembers(reached, best, settings, surroundings, deadline);
  if (!refusesClient(first)) return first;
  for (const credentials of others) {
    if (deadline.aborted) break;
    const facts = await askMembers(reached, credentials, settings, surroundings, deadline);
    if (!refusesClient(facts)) return facts;
  }
  return first;
}

function sightOf({ host, sight }: ReachedHost): ControlPlaneSight {
  const name = 'seen' in sight ? controlPlaneName(host, sight.seen.facts) : '';
  return { name: name || hostLabel(host), address: host.address, host: sight };
}

/** Hosts that are listed twice, or clones with one name: what would be reported of them would be confused. */
function refuseTwins(reached: readonly ReachedHost[]): void {
  const seen = reached.filter(({ sight }) => 'seen' in sight);
  const { findings } = resolveMembers(
    seen.map(({ host }) => host),
    looksOf(seen).map(({ facts }) => facts),
  );
  if (findings.length > 0) throw new Refused('the hosts cannot be those of one cluster', findings);
}

function looksOf(reached: readonly ReachedHost[]): HealthAnswer[] {
  return reached.flatMap(({ sight }) => ('seen' in sight ? [sight.seen] : []));
}

function transportsOf(reached: readonly ReachedHost[]): Map<string, Transport> {
  return new Map(
    reached.flatMap(({ transport }) => (transport === undefined ? [] : [[transport.name, transport]])),
  );
}

/** A host that hangs says no goodbye; it is not waited for. */
async function closeAll(reached: readonly ReachedHost[]): Promise<void> {
  const closing = Promise.all(reached.map(async ({ transport }) => transport?.close()));
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), CLOSE_MS);
  await Promise.race([closing.catch(() => undefined), promise]);
  clearTimeout(timer);
}

/**
 * With what the members are asked: the healthcheck client's pairs that the hosts have brought with their keys, the best
 * first; those whose key belongs to another certificate last. A later one is for the case that the members refuse the one
 * before.
 * @param broughtPem the CA certificate among the inputs.
 * @returns none where no host has one.
 */
export function chooseCredentials(
  looks: readonly Pick<HealthAnswer, 'facts' | 'clientKey'>[],
  broughtPem: string | undefined,
  now: Date,
): EtcdCredentials[] {
  const pairs = candidatesOn(looks, broughtPem, now).flatMap(({ host, caPem, certificatePem }) => {
    const keyPem = host.clientKey?.toString('utf8');
    return keyPem === undefined ? [] : [{ caPem, certificatePem, keyPem }];
  });
  // one whose key belongs to another certificate is for its error alone
  const fits = Map.groupBy(pairs, ({ keyPem, certificatePem }) => isKeyOf(keyPem, certificatePem));
  return [...(fits.get(true) ?? []), ...(fits.get(false) ?? [])];
}

/** Whether a member refuses the client certificate, and none lets it in. */
export function refusesClient({ members }: Pick<HealthFacts, 'members'>): boolean {
  const kinds = members.map(({ endpoint }) => failure(endpoint.status)?.kind);
  return kinds.includes('client-certificate') && !kinds.includes(undefined);
}
