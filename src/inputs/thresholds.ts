/** What measurements are held against; all of it the user's own, by inputs. */
export interface HealthThresholds {
  /** A certificate with fewer days left is a warning. */
  readonly certificateWarningDays: number;
  /** A certificate with fewer days left is a failure. */
  readonly certificateFailureDays: number;
  /** Milliseconds of a read beyond the connection's own round trip. */
  readonly latencyWarningMs: number;
  /** Milliseconds of the 99th percentile of fsyncs of the write-ahead log. */
  readonly fsyncWarningMs: number;
  /** Milliseconds of the 99th percentile of commits of the database. */
  readonly commitWarningMs: number;
  /** Milliseconds of the 99th percentile of round trips between members. */
  readonly peerLatencyWarningMs: number;
  /** Percent of the quota that the database takes. */
  readonly dbQuotaWarningPercent: number;
  readonly dbQuotaFailurePercent: number;
  /** Percent of the data dir's filesystem that is free. */
  readonly diskFreeWarningPercent: number;
  /** Milliseconds between a host's clock and the median of all. */
  readonly clockWarningMs: number;
  /** Entries of the raft log that a member is behind the leader. */
  readonly raftLagWarning: number;
}
