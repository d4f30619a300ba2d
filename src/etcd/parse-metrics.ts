import type { Histogram, HistogramBucket, MemberMetrics } from './metrics.ts';

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

/** What the action reads of a member's metrics, from Prometheus' text format 0.0.4; lines it does not know are left out. */
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

/** Undefined where there is no whole histogram. */
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

/** rafthttp labels each peer by its id in hex (server/etcdserver/api/rafthttp/metrics.go). */
function histogramsByPeer(samples: readonly Sample[]): ReadonlyMap<string, Histogram> {
  const byPeer = Map.groupBy(samples, (sample) => label('To', sample) ?? '');
  return new Map(
    [...byPeer].flatMap(([peer, ofPeer]) => {
      const seen = histogram(ofPeer);
      return seen === undefined ? [] : [[peer, seen] as const];
    }),
  );
}
