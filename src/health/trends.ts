import type { CheckStatus } from './check.ts';

/** What of one report is shown over time. Plain data. */
export interface TrendPoint {
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
  readonly status: CheckStatus;
  readonly members: readonly {
    readonly name: string;
    /** Milliseconds. */
    readonly readMs: number | null;
    readonly dbSizeInUseBytes: number | null;
    readonly dbSizeBytes: number | null;
    readonly walFsyncP99Ms: number | null;
  }[];
  /** Of the certificate that ends first. */
  readonly leastDaysLeft: number | null;
}
