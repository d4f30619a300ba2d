/** One bucket of a Prometheus histogram: the number of observations that were at most `le`. */
interface HistogramBucket {
  /** Seconds; Infinity in the last bucket. */
  readonly le: number;
  readonly count: number;
}

/** A histogram of one scrape: since the member's start. */
export interface Histogram {
  /** In ascending order. */
  readonly buckets: readonly HistogramBucket[];
  readonly sumSeconds: number;
  readonly count: number;
}

/** The metrics of one scrape; a metric that is absent there is absent here. */
export interface MemberMetrics {
  /** etcd_server_version, e.g. `3.6.5`. */
  readonly version?: string;
  /** etcd_disk_wal_fsync_duration_seconds. */
  readonly walFsync?: Histogram;
  /** etcd_disk_backend_commit_duration_seconds. */
  readonly backendCommit?: Histogram;
  /** etcd_network_peer_round_trip_time_seconds by the id of the other member, lower-case hex without leading zeros. */
  readonly peerRoundTrips: ReadonlyMap<string, Histogram>;
  /** etcd_server_leader_changes_seen_total. */
  readonly leaderChanges?: number;
  /** etcd_server_quota_backend_bytes. */
  readonly quotaBytes?: number;
  /** process_start_time_seconds, seconds since 1970. */
  readonly startedAt?: number;
  /** etcd_server_slow_apply_total. */
  readonly slowApplies?: number;
  /** etcd_server_heartbeat_send_failures_total. */
  readonly heartbeatFailures?: number;
  /** etcd_server_proposals_pending. */
  readonly proposalsPending?: number;
}

const NAMES = {
  walFsync: 'etcd_disk_wal_fsync_duration_seconds',
  backendCommit: 'etcd_disk_backend_commit_duration_seconds',
  peerRoundTrips: 'etcd_network_peer_round_trip_time_seconds',
  version: 'etcd_server_version',
} as const;

const COUNTS = {
  leaderChanges: 'etcd_server_leader_changes_seen_total',
  quotaBytes: 'etcd_server_quota_backend_bytes',
  startedAt: 'process_start_time_seconds',
  slowApplies: 'etcd_server_slow_apply_total',
  heartbeatFailures: 'etcd_server_heartbeat_send_failures_total',
  proposalsPending: 'etcd_server_proposals_pending',
} as const;

const WANTED = new Set<string>([...Object.values(NAMES), ...Object.values(COUNTS)]);

interface Sample {
  readonly name: string;
  readonly suffix: string;
  readonly labels: string;
  readonly value: number;
}

/** Parses those of a member's metrics that the action uses, from Prometheus' text format 0.0.4; skips unknown lines. */
export function parseMetrics(text: string): MemberMetrics {
  const byName = Map.groupBy(text.split('\n').flatMap(parseLine), ({ name }) => name);
  const of = (name: string): readonly Sample[] => byName.get(name) ?? [];
  const version = label('server_version', of(NAMES.version)[0]);
  const counts = Object.entries(COUNTS).flatMap(([key, name]) => {
    const value = of(name)[0]?.value;
    return value === undefined || !Number.isFinite(value) ? [] : [[key, value] as const];
  });
  const walFsync = histogram(of(NAMES.walFsync));
  const backendCommit = histogram(of(NAMES.backendCommit));
  return {
    ...(version !== undefined && { version }),
    ...(walFsync && { walFsync }),
    ...(backendCommit && { backendCommit }),
    peerRoundTrips: histogramsByPeer(of(NAMES.peerRoundTrips)),
    ...Object.fromEntries(counts),
  };
}

function parseLine(line: string): Sample[] {
  const match = /^([a-z_]+?)(_bucket|_sum|_count)?(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null) return [];
  const [, name = '', suffix = '', labels = '', value = ''] = match;
  return WANTED.has(name) ? [{ name, suffix, labels, value: numberOf(value) }] : [];
}

function numberOf(value: string): number {
  return value === '+Inf' ? Infinity : Number(value);
}

function label(name: string, sample: Sample | undefined): string | undefined {
  return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(sample?.labels ?? '')?.[1];
}

/** Returns undefined if there is no complete histogram. */
function histogram(samples: readonly Sample[]): Histogram | undefined {
  const value = (suffix: string): number | undefined => samples.find((one) => one.suffix === suffix)?.value;
  const [count, sumSeconds] = [value('_count'), value('_sum')];
  if (count === undefined || sumSeconds === undefined) return undefined;
  const buckets = samples
    .filter(({ suffix }) => suffix === '_bucket')
    .map((sample): HistogramBucket => ({ le: numberOf(label('le', sample) ?? ''), count: sample.value }))
    .toSorted((one, other) => one.le - other.le);
  return { buckets, sumSeconds, count };
}

/**
 * Returns the histograms by peer: rafthttp labels each peer by its id in hex
 * (server/etcdserver/api/rafthttp/metrics.go).
 */
function histogramsByPeer(samples: readonly Sample[]): ReadonlyMap<string, Histogram> {
  const byPeer = Map.groupBy(samples, (sample) => label('To', sample) ?? '');
  return new Map(
    [...byPeer].flatMap(([peer, ofPeer]) => {
      const seen = histogram(ofPeer);
      return seen === undefined ? [] : [[peer, seen] as const];
    }),
  );
}

/**
 * Returns a quantile of a histogram, by linear interpolation within its bucket as in Prometheus' histogram_quantile
 * (promql/quantile.go). For the last bucket, which has no upper limit, returns its lower one.
 * @param fraction e.g. 0.99 for the 99th percentile.
 * @returns seconds; undefined if nothing was observed.
 */
export function percentile({ buckets }: Pick<Histogram, 'buckets'>, fraction: number): number | undefined {
  const rank = fraction * (buckets.at(-1)?.count ?? 0);
  const index = buckets.findIndex(({ count }) => count > 0 && count >= rank);
  const bucket = buckets[index];
  if (bucket === undefined) return undefined;
  const below = buckets[index - 1] ?? { le: 0, count: 0 };
  if (bucket.le === Infinity) return below.le;
  return below.le + ((bucket.le - below.le) * (rank - below.count)) / (bucket.count - below.count);
}

/**
 * Returns the observations between two scrapes of the same member: the difference of its histograms and counters. Other
 * values are those of the later scrape.
 * @returns `latest` unchanged if the member restarted in between: all of it belongs to the window then.
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
    // The buckets of a histogram are fixed when etcd is built.
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
