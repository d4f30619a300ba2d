/** One bucket of a histogram of Prometheus: how many observations were at most `le`. */
export interface HistogramBucket {
  /** Seconds; Infinity for the last bucket. */
  readonly le: number;
  readonly count: number;
}

/** A histogram as one scrape shows it: since the member's start. */
export interface Histogram {
  /** In ascending order. */
  readonly buckets: readonly HistogramBucket[];
  readonly sumSeconds: number;
  readonly count: number;
}

/** What one scrape of a member's metrics tells; what is absent there is absent here. */
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
