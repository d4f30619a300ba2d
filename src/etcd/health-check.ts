import type { EtcdClient } from './client.ts';
import { EtcdError, type EtcdErrorKind } from './etcd-error.ts';
import { failure, type EndpointObservation, type Observed } from './health-observation.ts';
import { assessHealth, type ExpectedPorts, type HealthReport } from './health.ts';

/** One expected member and the client that reaches it. */
export interface HealthCheckMember {
  readonly name: string;
  /** IPv4, or IPv6 without brackets. */
  readonly address: string;
  readonly client: EtcdClient;
}

export interface HealthCheckOptions {
  /** Exactly the members that the cluster ought to have; at least one. */
  readonly members: readonly HealthCheckMember[];
  readonly expected: ExpectedPorts;
  /** The time for `checkedAt`. */
  readonly now: () => Date;
  /** The report is there after this many milliseconds, whatever hangs. */
  readonly deadlineMs: number;
}

/** Asks all endpoints at once and judges what was seen. Changes nothing, leaves the clients open, does not throw. */
export async function checkHealth(options: HealthCheckOptions): Promise<HealthReport> {
  const signal = AbortSignal.timeout(options.deadlineMs);
  const observations = await Promise.all(options.members.map((member) => observe(member, signal)));
  return assessHealth(observations, options.expected, options.now());
}

/**
 * What one endpoint tells. First what a member answers from its own knowledge, for that works without a majority; the
 * read last, for it hangs without one. By then the connection is warm, and the time of the read is that of the read.
 */
async function observe(member: HealthCheckMember, signal: AbortSignal): Promise<EndpointObservation> {
  const { name, address, client } = member;
  const status = await attempt(() => client.status({ signal }));
  const memberList = await attemptAfter(status, () => client.memberList({ linearizable: false }, { signal }));
  const roundTripNs = await attemptAfter(memberList, () => nanosecondsOf(() => client.version({ signal })));
  const readNs = await attemptAfter(roundTripNs, () => timeRead(client, signal));
  const alarms = 'failure' in readNs ? readNs : await attempt(() => client.alarms({ signal }));
  return { name, address, status, memberList, roundTripNs, readNs, alarms };
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
async function attemptAfter<T>(before: Observed<unknown>, ask: () => Promise<T>): Promise<Observed<T>> {
  const trouble = failure(before);
  return trouble !== undefined && OF_THE_CONNECTION.has(trouble.kind)
    ? { failure: trouble }
    : await attempt(ask);
}

async function attempt<T>(ask: () => Promise<T>): Promise<Observed<T>> {
  try {
    return { seen: await ask() };
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    const { kind, reason, finding } = error;
    return { failure: { kind, reason, finding } };
  }
}

async function nanosecondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - startedAt);
}
