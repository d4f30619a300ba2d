import { failure, seen, type EndpointObservation, type Observed } from './health-observation.ts';
import type { EtcdClient } from './client.ts';
import type { HashKv } from './messages.ts';
import type { MemberMetrics } from './metrics.ts';
import {
  askFurther,
  attempt,
  attemptAfter,
  endpointObservation,
  nanosecondsOf,
  type AskedMember,
} from './observe-endpoint.ts';
import type { ProbeAnswer } from './probe-endpoint.ts';

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
 * signal is aborted is told as a timeout, and the rest is kept.
 */
export async function observeMember(member: AskedMember, signal: AbortSignal): Promise<MemberObservation> {
  const { client } = member;
  const status = await attempt(() => client.status({ signal }));
  let revision = 0;
  const further = askFurther(client, status, signal);
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

/** The newest revision that all who told theirs have. */
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
