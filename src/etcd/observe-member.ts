import { failure, seen, type EndpointObservation, type Observed } from './health-observation.ts';
import type { EtcdClient } from './client.ts';
import type { HashKv } from './messages.ts';
import type { MemberMetrics } from './metrics.ts';
import {
  attempt,
  attemptAfter,
  nanosecondsOf,
  observeFurther,
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
 * Asks one member everything, over its one connection. What it answers from its own knowledge comes first: without a
 * majority the rest hangs until the time of a request is over. Does not throw; what is not there when the signal is
 * aborted is told as a timeout, and the rest is kept.
 */
export async function observeMember(member: AskedMember, signal: AbortSignal): Promise<MemberObservation> {
  const { client } = member;
  const status = await attempt(() => client.status({ signal }));
  let revision = 0;
  const localReadNs = await attemptAfter(status, () =>
    nanosecondsOf(async () => {
      ({ revision } = await client.rangeSerializable('health', { signal }));
    }),
  );
  const livez = await attemptAfter(localReadNs, () => client.probe('/livez', { signal }));
  const metrics = await attemptAfter(livez, () => client.metrics({ signal }));
  const endpoint = await observeFurther(member, status, signal);
  const readyz = await attemptAfter(endpoint.memberList, () => client.probe('/readyz', { signal }));
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
  client: EtcdClient,
  own: Observed<number>,
  signal: AbortSignal,
): Promise<Observed<HashKv>> {
  const trouble = failure(own);
  return trouble === undefined ? attempt(() => client.hashKv(revision, { signal })) : { failure: trouble };
}
