import type { EtcdClient } from '../client.ts';
import type { ProbeAnswer } from '../endpoint.ts';
import { EtcdError, type EtcdErrorKind, type EtcdFailure } from '../errors.ts';
import type { Alarm, HashKv, MemberList, MemberStatus } from '../messages.ts';
import type { MemberMetrics } from '../metrics.ts';
import { type EndpointObservation, failure, type Observed, seen } from './observation.ts';

/** One expected member and the client that reaches it. */
export interface MemberClient {
  readonly name: string;
  /** IPv4, or IPv6 without brackets. */
  readonly address: string;
  readonly client: EtcdClient;
}

/** Requests that are under way at once; none waits for another, and none throws. */
export interface EndpointRequests {
  readonly memberList: Promise<Observed<MemberList>>;
  readonly roundTripNs: Promise<Observed<number>>;
  readonly readNs: Promise<Observed<number>>;
  readonly alarms: Promise<Observed<readonly Alarm[]>>;
}

/**
 * Queries one endpoint: its status, and then all the rest at once. By then the connection is warm and known to work,
 * so the time of the read is that of the read.
 */
export async function observeEndpoint(
  member: MemberClient,
  signal: AbortSignal,
): Promise<EndpointObservation> {
  const status = await attempt(() => member.client.status({ signal }));
  return endpointObservation(member, status, requestFurther(member.client, status, signal));
}

/** Asks one whose status is known for all the rest. Every answer is small: none of them delays the timed ones. */
function requestFurther(
  client: EtcdClient,
  status: Observed<MemberStatus>,
  signal: AbortSignal,
): EndpointRequests {
  return {
    roundTripNs: attemptAfter(status, () => nanosecondsOf(() => client.version({ signal }))),
    readNs: attemptAfter(status, () => timeRead(client, signal)),
    memberList: attemptAfter(status, () => client.memberList({ linearizable: false }, { signal })),
    alarms: attemptAfter(status, () => client.alarms({ signal })),
  };
}

/** All of that, once it is there. */
async function endpointObservation(
  { name, address }: MemberClient,
  status: Observed<MemberStatus>,
  requests: EndpointRequests,
): Promise<EndpointObservation> {
  const [memberList, roundTripNs, readNs, alarms] = await Promise.all([
    requests.memberList,
    requests.roundTripNs,
    requests.readNs,
    requests.alarms,
  ]);
  return {
    name,
    address,
    status,
    memberList,
    roundTripNs,
    readNs,
    alarms: isSilent(readNs) ? readNs : alarms,
  };
}

/**
 * A client that gets no answer to a read gets none for the alarms, but for chance. A read that etcd refuses, as it does while a
 * CORRUPT alarm is raised, is an answer.
 */
function isSilent(readNs: Observed<number>): readNs is { readonly failure: EtcdFailure } {
  return failure(readNs) !== undefined && failure(readNs)?.kind !== 'rejected';
}

/** A refused permission counts as an answer: etcd had to ask the majority before it could refuse (ep_command.go). */
function timeRead(client: EtcdClient, signal: AbortSignal): Promise<number> {
  return nanosecondsOf(async () => {
    try {
      await client.rangeLinearizable('health', { signal });
    } catch (error) {
      if (!(error instanceof EtcdError) || error.kind !== 'permission-denied') throw error;
    }
  });
}

/** Troubles of the connection: what follows on it would meet the same. */
const OF_THE_CONNECTION: ReadonlySet<EtcdErrorKind> = new Set<EtcdErrorKind>([
  'unreachable',
  'timeout',
  'server-certificate',
  'client-certificate',
  'tls',
  'connection-lost',
]);

/** Tries it, unless what came before has shown that the endpoint cannot be asked. */
async function attemptAfter<T>(before: Observed<unknown>, ask: () => Promise<T>): Promise<Observed<T>> {
  const trouble = failure(before);
  return trouble !== undefined && OF_THE_CONNECTION.has(trouble.kind)
    ? { failure: trouble }
    : await attempt(ask);
}

/** What the request gives, or why it failed. */
export async function attempt<T>(ask: () => Promise<T>): Promise<Observed<T>> {
  try {
    return { seen: await ask() };
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    const { kind, reason, finding } = error;
    return { failure: { kind, reason, finding } };
  }
}

/** How long it takes. */
async function nanosecondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - startedAt);
}

/** Everything that one member was asked, and what it answered. */
export interface MemberObservation {
  readonly endpoint: EndpointObservation;
  /** Nanoseconds of a serializable read on the warm connection. */
  readonly localReadNs: Observed<number>;
  /** Of the member's own store. */
  readonly revision: Observed<number>;
  readonly livez: Observed<ProbeAnswer>;
  readonly readyz: Observed<ProbeAnswer>;
  readonly metrics: Observed<MemberMetrics>;
}

/**
 * Milliseconds that the metrics wait for the linearizable read, which is timed: their answer is large, and what comes
 * behind it comes late. A read that takes longer hangs, as it does without a majority, or is so slow that this is no matter.
 */
const PATIENCE_MS = 1_000;

/**
 * Asks one member everything, over its one connection: its status, then all that has small answers at once, then the
 * metrics. What hangs without a majority keeps nothing else from being seen. Does not throw; what is not there when the
 * signal is aborted counts as a timeout, and the rest is kept.
 */
export async function observeMember(member: MemberClient, signal: AbortSignal): Promise<MemberObservation> {
  const { client } = member;
  const status = await attempt(() => client.status({ signal }));
  let revision = 0;
  const further = requestFurther(client, status, signal);
  const localRead = attemptAfter(status, () =>
    nanosecondsOf(async () => {
      ({ revision } = await client.rangeSerializable('health', { signal }));
    }),
  );
  const probes = [
    attemptAfter(status, () => client.probe('/livez', { signal })),
    attemptAfter(status, () => client.probe('/readyz', { signal })),
  ] as const;
  const scrape = async (): Promise<Observed<MemberMetrics>> => {
    const [, alive] = await Promise.all([localRead, probes[0], further.roundTripNs]);
    await orAfter(PATIENCE_MS, further.readNs);
    return attemptAfter(alive, () => client.metrics({ signal }));
  };
  const [endpoint, localReadNs, livez, readyz, metrics] = await Promise.all([
    endpointObservation(member, status, further),
    localRead,
    ...probes,
    scrape(),
  ]);
  const unread = failure(localReadNs);
  return {
    endpoint,
    localReadNs,
    revision: unread === undefined ? { seen: revision } : { failure: unread },
    livez,
    readyz,
    metrics,
  };
}

/** Waits for it, but no longer than that. */
async function orAfter(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => over.resolve(undefined), milliseconds);
  await Promise.race([work, over.promise]);
  clearTimeout(timer);
}

/** Returns the newest revision that all members have that reported theirs. */
export function commonRevision(revisions: readonly Observed<number>[]): number {
  return Math.min(...revisions.flatMap((revision) => seen(revision) ?? []));
}

/**
 * A member's hash at a revision. Does not throw.
 * @param own its own revision; where that could not be read, the member is not asked for a hash.
 */
export async function hashAt(
  revision: number,
  client: Pick<EtcdClient, 'hashKv'>,
  own: Observed<number>,
  signal: AbortSignal,
): Promise<Observed<HashKv>> {
  const trouble = failure(own);
  return trouble === undefined ? attempt(() => client.hashKv(revision, { signal })) : { failure: trouble };
}
