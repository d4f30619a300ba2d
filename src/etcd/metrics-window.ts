import type { Histogram, MemberMetrics } from './metrics.ts';

/**
 * What was observed between two looks at the same member: its histograms subtracted, its counters' growth. What is no
 * counter is as it was last.
 * @returns `latest` as it stands where the member has started anew in between: all of it is of the window then.
 */
export function windowOf(latest: MemberMetrics, earlier: MemberMetrics): MemberMetrics {
  if (latest.startedAt !== earlier.startedAt) return latest;
  const walFsync = difference(latest.walFsync, earlier.walFsync);
  const backendCommit = difference(latest.backendCommit, earlier.backendCommit);
  const peers = [...latest.peerRoundTrips].flatMap(([peer, seen]) => {
    const grown = difference(seen, earlier.peerRoundTrips.get(peer));
    return grown === undefined ? [] : [[peer, grown] as const];
  });
  return {
    ...latest,
    ...(walFsync && { walFsync }),
    ...(backendCommit && { backendCommit }),
    peerRoundTrips: new Map(peers),
    ...growth('leaderChanges', latest, earlier),
    ...growth('slowApplies', latest, earlier),
    ...growth('heartbeatFailures', latest, earlier),
  };
}

function difference(latest: Histogram | undefined, earlier: Histogram | undefined): Histogram | undefined {
  if (latest === undefined || earlier === undefined) return latest;
  return {
    // The buckets of one histogram are fixed when etcd is built.
    buckets: latest.buckets.map(({ le, count }, index) => ({
      le,
      count: count - (earlier.buckets[index]?.count ?? 0),
    })),
    sumSeconds: latest.sumSeconds - earlier.sumSeconds,
    count: latest.count - earlier.count,
  };
}

type Counter = 'leaderChanges' | 'slowApplies' | 'heartbeatFailures';

function growth(name: Counter, latest: MemberMetrics, earlier: MemberMetrics): Partial<MemberMetrics> {
  const [now, before] = [latest[name], earlier[name]];
  return now === undefined || before === undefined ? {} : { [name]: now - before };
}
