import type { HealthReport } from '../etcd/health.ts';

/** What the cluster itself has told, asked through the hosts' own connections. */
export interface ClusterFacts {
  /** Judged against the expected members. */
  readonly health: HealthReport;
}
