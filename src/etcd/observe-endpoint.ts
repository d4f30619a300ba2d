import { EtcdError, type EtcdErrorKind, type EtcdFailure } from './etcd-error.ts';
import { failure, type EndpointObservation, type Observed } from './health-observation.ts';
import type { EtcdClient } from './client.ts';
import type { MemberStatus } from './messages.ts';

/** One expected member and the client that reaches it. */
export interface AskedMember {
  readonly name: string;
  /** IPv4, or IPv6 without brackets. */
  readonly address: string;
  readonly client: EtcdClient;
}

/**
 * What one endpoint tells. First what a member answers from its own knowledge, for that works without a majority; the
 * read last, for it hangs without one. By then the connection is warm, and the time of the read is that of the read.
 */
export async function observeEndpoint(
  member: AskedMember,
  signal: AbortSignal,
): Promise<EndpointObservation> {
  const status = await attempt(() => member.client.status({ signal }));
  return observeFurther(member, status, signal);
}

/** The same for one whose status was asked for already. */
export async function observeFurther(
  { name, address, client }: AskedMember,
  status: Observed<MemberStatus>,
  signal: AbortSignal,
): Promise<EndpointObservation> {
  const memberList = await attemptAfter(status, () => client.memberList({ linearizable: false }, { signal }));
  const roundTripNs = await attemptAfter(memberList, () => nanosecondsOf(() => client.version({ signal })));
  const readNs = await attemptAfter(roundTripNs, () => timeRead(client, signal));
  const alarms = isSilent(readNs) ? readNs : await attempt(() => client.alarms({ signal }));
  return { name, address, status, memberList, roundTripNs, readNs, alarms };
}

/** A read that etcd refuses, as it does while a CORRUPT alarm is raised, still lets the alarms be asked for. */
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
