import { setTimeout as sleep } from 'node:timers/promises';
import { hashesDiffer } from '../../../checks/data.ts';
import type { EtcdClient } from '../../../etcd/client.ts';
import type { EtcdFailure } from '../../../etcd/errors.ts';
import { type Observed, seen } from '../../../etcd/health/observation.ts';
import { attempt, commonRevision, hashAt, type MemberObservation } from '../../../etcd/health/observe.ts';
import type { HashKv } from '../../../etcd/messages.ts';
import type { MemberMetrics } from '../../../etcd/metrics.ts';
import { presentedCertificate } from '../../../etcd/served-certificate.ts';
import type {
  HostObservation,
  MemberFacts,
  MetricsSamples,
  ServedCertificate,
} from '../../../facts/health.ts';
import { errorMessage, type Explanation } from '../../../findings.ts';
import { HostError } from '../../../hosts/host-error.ts';
import type { Settings } from '../../../inputs/settings.ts';
import { CA_CERTIFICATE } from '../../../kubeadm/paths.ts';
import type { ExaminedHost } from './hosts.ts';
import { type MemberConnection, REQUEST_MS } from './member-client.ts';

/** Observations of one member over the network; in parts, because the name comes from all of them. */
export interface Answers {
  readonly observation: MemberObservation;
  readonly hash: Observed<HashKv>;
  readonly metrics: Observed<MetricsSamples>;
  readonly served: MemberFacts['served'];
  readonly roundTripMs: number | null;
}

/** Everything except the host. */
export interface Around {
  /** Absent: it was not asked. */
  readonly answers: Answers | undefined;
  /** Name of the member through whose host it was asked; null: its own. */
  readonly through: string | null;
  readonly notQueried: { readonly failure: EtcdFailure };
  readonly shippedImage: string | undefined;
}

/** Combines all observations of one member. */
export function memberFacts(
  { address, observed }: ExaminedHost,
  name: string,
  { answers, through, notQueried: none, shippedImage }: Around,
): MemberFacts {
  const { code, fact } = none.failure.finding;
  const notPresented = { failure: { code, fact } };
  const observation = answers?.observation;
  const endpoint = observation?.endpoint ?? {
    status: none,
    memberList: none,
    roundTripNs: none,
    readNs: none,
    alarms: none,
  };
  return {
    name,
    address,
    host: hostObservation(observed, answers?.roundTripMs ?? null, shippedImage),
    askedThrough: through,
    endpoint: { ...endpoint, name, address },
    localReadNs: observation?.localReadNs ?? none,
    livez: observation?.livez ?? none,
    readyz: observation?.readyz ?? none,
    hash: answers?.hash ?? none,
    metrics: answers?.metrics ?? none,
    served: answers?.served ?? { client: notPresented, peer: notPresented },
  };
}

/** Without the key that the probe brought, which is not needed any more. */
function hostObservation(
  observed: ExaminedHost['observed'],
  roundTripMs: number | null,
  shippedImage: string | undefined,
): Observed<HostObservation, Explanation> {
  if ('failure' in observed) return observed;
  const { facts, more } = observed.seen;
  return { seen: { facts, more, roundTripMs, ...(shippedImage !== undefined && { shippedImage }) } };
}

/** Why a member could not be asked. @param withoutCredentials a host could be reached, and none has what etcd asks for. */
export function notQueried(withoutCredentials: boolean): { readonly failure: EtcdFailure } {
  const reason = withoutCredentials
    ? `no host has a healthcheck client's certificate with its key and ${CA_CERTIFICATE}`
    : 'no host could be reached to ask it from';
  return {
    failure: {
      kind: 'not-asked',
      reason,
      finding: { code: 'etcd-not-asked', at: 'etcd', fact: `etcd was not asked: ${reason}.` },
    },
  };
}

/** A member that can be asked for its hash, and the revision that it reported. */
export interface HashedMember {
  readonly client: Pick<EtcdClient, 'hashKv' | 'rangeSerializable'>;
  readonly revision: Observed<number>;
}

/** A write or a compaction that was under way while the members were asked is over by then. */
const PAUSE_MS = 1_000;

/**
 * The hash of each member at the newest revision that all of them have, by its client. Hashes that differ are asked for once
 * more, at the revision that all have by then: a single answer does not show different data. Does not throw.
 */
export async function hashesOf<M extends HashedMember>(
  members: readonly M[],
  signal: AbortSignal,
  pauseMs = PAUSE_MS,
): Promise<Map<M['client'], Observed<HashKv>>> {
  const first = await hashesAt(members, signal);
  if (!hashesDiffer([...first.values()])) return first;
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  const later = await Promise.all(
    members.map(async ({ client, revision }): Promise<HashedMember> => {
      if (seen(revision) === undefined) return { client, revision };
      return {
        client,
        revision: await attempt(async () => (await client.rangeSerializable('health', { signal })).revision),
      };
    }),
  );
  const second = await hashesAt(later, signal);
  // answers that were cut off say less than the first
  return answered(second) < answered(first) ? first : second;
}

function answered(hashes: ReadonlyMap<unknown, Observed<HashKv>>): number {
  return [...hashes.values()].filter((one) => seen(one) !== undefined).length;
}

async function hashesAt(
  members: readonly HashedMember[],
  signal: AbortSignal,
): Promise<Map<HashedMember['client'], Observed<HashKv>>> {
  const revision = commonRevision(members.map((member) => member.revision));
  const hashes = new Map<HashedMember['client'], Observed<HashKv>>();
  // a member applies nothing while it reads all of its keys: the clients of all members must not wait at the same time
  for (const { client, revision: own } of members)
    hashes.set(client, await hashAt(revision, client, own, signal));
  return hashes;
}

/** What both listeners of a member present now. Does not throw. */
export async function listenersOf(
  member: MemberConnection,
  { clientPort, peerPort }: Settings,
  signal: AbortSignal,
): Promise<MemberFacts['served']> {
  const [client, peer] = await Promise.all(
    [clientPort, peerPort].map((port) => presented(member, port, signal)),
  );
  const never: Observed<ServedCertificate, Explanation> = {
    failure: { code: 'served-certificate-unseen', fact: 'it was not asked for' },
  };
  return { client: client ?? never, peer: peer ?? never };
}

async function presented(
  { way, credentials, address }: MemberConnection,
  port: number,
  signal: AbortSignal,
): Promise<Observed<ServedCertificate, Explanation>> {
  try {
    signal.throwIfAborted();
    const { certificate, trusted } = await presentedCertificate(
      () => way.open(port),
      credentials,
      REQUEST_MS,
    );
    return { seen: { pem: certificate.toString(), trusted } };
  } catch (error) {
    const said = error instanceof HostError ? error.finding.fact.replace(/\.$/, '') : errorMessage(error);
    const fact = `no TLS handshake with port ${port} of ${address}: ${said}`;
    return { failure: { code: 'served-certificate-unseen', fact } };
  }
}

/** Time between the first sample and the second. */
export interface MetricsWindow {
  /** By performance.now(). */
  readonly scrapedAtMs: number;
  /** 0: there is no second sample. */
  readonly seconds: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * The metrics once more when the window is over. Does not throw; where there is no window, or no second answer, the first
 * look is all there is.
 */
export async function rescrapeMetrics(
  client: EtcdClient,
  first: Observed<MemberMetrics>,
  { scrapedAtMs, seconds, signal }: MetricsWindow,
): Promise<Observed<MetricsSamples>> {
  if ('failure' in first) return first;
  const only = { seen: { latest: first.seen } };
  if (seconds === 0) return only;
  const left = scrapedAtMs + seconds * 1000 - performance.now();
  try {
    await sleep(Math.max(0, left), undefined, { signal });
  } catch {
    return only; // the time of the whole check is over
  }
  const latest = seen(await attempt(() => client.metrics({ signal })));
  const secondsBefore = (performance.now() - scrapedAtMs) / 1000;
  return latest === undefined ? only : { seen: { latest, earlier: { metrics: first.seen, secondsBefore } } };
}
