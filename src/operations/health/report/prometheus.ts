import { type CheckStatus, worstFirst } from '../../../checks/check.ts';
import type { HealthDocument, MemberDocument } from '../../../checks/health-document.ts';

type Labels = Readonly<Record<string, string>>;

/** One value of a metric; null: unknown, and left out. */
interface Sample {
  readonly labels: Labels;
  readonly value: number | null;
}

/** One metric. Of several samples of one series the first counts. */
interface Metric {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const PREFIX = 'etcd_ha_';

const STATUSES: readonly CheckStatus[] = ['ok', 'warn', 'fail', 'unknown'];
const STATUS_HELP = STATUSES.map((status, value) => `${value} ${status}`).join(', ');

/**
 * The health check as metrics, for a Pushgateway or node_exporter's textfile collector: Prometheus text format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats). All are gauges, in seconds and bytes, with the label `cluster`.
 */
export function prometheusText(document: HealthDocument): string {
  return [...clusterMetrics(document), ...memberMetrics(document), ...certificateMetrics(document)]
    .map((metric) => metricText(metric, { cluster: document.clusterName }))
    .join('');
}

function clusterMetrics(document: HealthDocument): Metric[] {
  const { healthy, status, failureTolerance, checkedAt, durationMs, checks } = document;
  return [
    one('healthy', 'Whether the cluster works and no check has failed.', Number(healthy)),
    {
      name: 'status',
      help: 'Status of the whole check: 1 for the one it has, 0 for the others.',
      samples: STATUSES.map((each) => ({ labels: { status: each }, value: Number(each === status) })),
    },
    one(
      'failure_tolerance',
      'How many more members may fail before the cluster takes no writes; negative without a quorum.',
      failureTolerance,
    ),
    one('last_check_timestamp_seconds', 'When the cluster was last checked.', unixSeconds(checkedAt)),
    one('last_check_duration_seconds', 'How long the last check took.', seconds(durationMs)),
    {
      name: 'check_status',
      help: `Status of one check: ${STATUS_HELP}.`,
      samples: worstFirst(checks).map(({ name, member, subject, status: of }) => ({
        labels: { check: name, member: member ?? '', subject: subject ?? '' },
        value: STATUSES.indexOf(of),
      })),
    },
  ];
}

function memberMetrics({ members }: HealthDocument): Metric[] {
  const each = (name: string, help: string, valueOf: (member: MemberDocument) => number | null): Metric => ({
    name,
    help,
    samples: members.map((member) => ({ labels: { member: member.name }, value: valueOf(member) })),
  });
  return [
    each('member_status', `The worst status of the member's checks: ${STATUS_HELP}.`, ({ status }) =>
      STATUSES.indexOf(status),
    ),
    each('member_reachable', 'Whether etcd answers at its client port.', ({ reachable }) =>
      Number(reachable),
    ),
    each('member_is_leader', 'Whether the member leads.', ({ role }) =>
      role === null ? null : Number(role === 'leader'),
    ),
    {
      name: 'member_version_info',
      help: 'Version of the member, as a label; always 1.',
      samples: members.map(({ name, version }) => ({
        labels: { member: name, version: version ?? '' },
        value: version === null ? null : 1,
      })),
    },
    each('linearizable_read_seconds', 'One linearizable read, the way there and back included.', (member) =>
      seconds(member.readMs),
    ),
    each('serializable_read_seconds', 'One serializable read, the way there and back included.', (member) =>
      seconds(member.localReadMs),
    ),
    each('round_trip_seconds', 'The way to etcd and back alone.', ({ roundTripMs }) => seconds(roundTripMs)),
    each('ssh_round_trip_seconds', 'A round trip over SSH to the host.', (member) =>
      seconds(member.sshRoundTripMs),
    ),
    each('db_size_bytes', 'Size of the database file.', ({ dbSizeBytes }) => dbSizeBytes),
    each('db_in_use_bytes', 'What of the database is in use.', ({ dbSizeInUseBytes }) => dbSizeInUseBytes),
    each('db_quota_bytes', 'Size at which the cluster stops taking writes.', ({ quotaBytes }) => quotaBytes),
    each('raft_index', 'Index of the raft log.', ({ raftIndex }) => raftIndex),
    each(
      'raft_applied_index',
      'Index up to which the raft log is applied.',
      (member) => member.raftAppliedIndex,
    ),
    each('raft_lag_entries', "Entries of the raft log behind the leader's.", ({ raftLag }) => raftLag),
    each(
      'leader_changes',
      "Changes of leader since the member's start.",
      ({ leaderChanges }) => leaderChanges,
    ),
    ...percentiles('wal_fsync', 'fsyncs of the write-ahead log', members, ({ walFsync }) => walFsync),
    ...percentiles('backend_commit', 'commits of the database', members, (member) => member.backendCommit),
    ...peerMetrics(members),
    each('clock_offset_seconds', "How far the host's clock is ahead of the median of all hosts.", (member) =>
      seconds(member.clockOffsetMs),
    ),
    each('disk_free_bytes', "Free space of the data dir's filesystem.", ({ diskFreeBytes }) => diskFreeBytes),
    each('disk_size_bytes', "Size of the data dir's filesystem.", ({ diskSizeBytes }) => diskSizeBytes),
    each(
      'restarts',
      'How often kubelet has started etcd anew in its present pod.',
      ({ restarts }) => restarts,
    ),
  ];
}

function percentiles(
  name: string,
  what: string,
  members: readonly MemberDocument[],
  percentileOf: (member: MemberDocument) => MemberDocument['walFsync'],
): Metric[] {
  const samples = members.flatMap((member) => {
    const percentile = percentileOf(member);
    return percentile === null ? [] : [{ labels: { member: member.name }, percentile }];
  });
  return percentileMetrics(name, what, samples);
}

function peerMetrics(members: readonly MemberDocument[]): Metric[] {
  const samples = members.flatMap(({ name, peers }) =>
    peers.map((peer) => ({ labels: { member: name, peer: peer.name }, percentile: peer })),
  );
  return percentileMetrics('peer_round_trip', 'round trips to a peer', samples);
}

/** A percentile of few observations says little, so that their number goes with it. */
function percentileMetrics(
  name: string,
  what: string,
  samples: readonly { readonly labels: Labels; readonly percentile: { p99Ms: number; samples: number } }[],
): Metric[] {
  return [
    {
      name: `${name}_p99_seconds`,
      help: `99th percentile of ${what}.`,
      samples: samples.map(({ labels, percentile }) => ({ labels, value: seconds(percentile.p99Ms) })),
    },
    {
      name: `${name}_observations`,
      help: `How many ${what} the percentile stands on.`,
      samples: samples.map(({ labels, percentile }) => ({ labels, value: percentile.samples })),
    },
  ];
}

/** A file can hold several certificates of one subject; the first to end counts. */
function certificateMetrics({ certificates }: HealthDocument): Metric[] {
  const samples = certificates.map(({ member, place, where, subject, notAfter }) => ({
    labels: { member, place, where, subject },
    value: unixSeconds(notAfter),
  }));
  return [
    {
      name: 'certificate_not_after_timestamp_seconds',
      help: 'When the certificate ends.',
      samples: samples.toSorted((early, late) => early.value - late.value),
    },
  ];
}

function one(name: string, help: string, value: number | null): Metric {
  return { name, help, samples: [{ labels: {}, value }] };
}

function seconds(milliseconds: number): number;
function seconds(milliseconds: number | null): number | null;
/** Twelve digits: the division by 1000 leaves a tail of rounding otherwise. */
function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Number((milliseconds / 1000).toPrecision(12));
}

function unixSeconds(iso: string): number {
  return Date.parse(iso) / 1000;
}

function metricText({ name, help, samples }: Metric, common: Labels): string {
  const series = new Map<string, number>();
  for (const { labels, value } of samples) {
    const key = `${PREFIX}${name}${labelText({ ...common, ...labels })}`;
    if (value !== null && Number.isFinite(value) && !series.has(key)) series.set(key, value);
  }
  if (series.size === 0) return '';
  return [
    `# HELP ${PREFIX}${name} ${help}`,
    `# TYPE ${PREFIX}${name} gauge`,
    ...[...series].map(([key, value]) => `${key} ${value}`),
    '',
  ].join('\n');
}

/** An empty label is the same as none. */
function labelText(labels: Labels): string {
  const filled = Object.entries(labels).filter(([, value]) => value !== '');
  return filled.length === 0
    ? ''
    : `{${filled.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').toWellFormed();
}
