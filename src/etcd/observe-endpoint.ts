import { EtcdError, type EtcdErrorKind, type EtcdFailure } from './etcd-error.ts';
import { failure, type EndpointObservation, type Observed } from './health-observation.ts';
import type { EtcdClient } from './client.ts';
import type { Alarm, MemberList, MemberStatus } from './messages.ts';

/** One expected member and the client that reaches it. */
export interface AskedMember {
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
 * What one endpoint tells: its status, and then all the rest at once. By then the connection is warm and known to work,
 * so the time of the read is that of the read.
 */
export async function observeEndpoint(
  member: AskedMember,
  signal: AbortSignal,
): Promise<EndpointObservation> {
  const status = await attempt(() => member.client.status({ signal }));
  return endpointObservation(member, status, askFurther(member.client, status, signal));
}

/** Asks one whose status is known for all the rest. Every answer is small: none of them delays the timed ones. */
export function askFurther(
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
export async function endpointObservation(
  { name, address }: AskedMember,
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
 * Whoever gets no answer to a read gets none for the alarms, but for chance. A read that etcd refuses, as it does while a
 * CORRUPT alarm is raised, is an answer.
 */
function isSilent(readNs: Observed<number>): readNs is { readonly failure: EtcdFailure } {
  return failure(readNs) !== undefined && failure(readNs)?.kind !== 'rejected';
}

/** A refused permission is as good as an answer: etcd had to ask the majority before it could refuse (ep_command.go). */
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
export async function attemptAfter<T>(
  before: Observed<unknown>,
  ask: () => Promise<T>,
): Promise<Observed<T>> {
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
export async function nanosecondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - startedAt);
}
