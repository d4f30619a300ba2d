import type { TakenBackup } from '../backup/manifest.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import type { Finding } from '../findings.ts';
import type { TransportStatistics } from '../hosts/transport.ts';
import type { Authority } from '../pki/authority.ts';
import type { PlanDocument } from '../plan/document.ts';
import type { Plan } from '../plan/plan.ts';
import type { Outputs } from './outputs.ts';
import type { AuthorityReport } from './run-report.ts';

/** The outcome of a run that planned, and carried out its plan unless it was a dry run. */
export interface PlanOutcome {
  readonly plan: Plan;
  readonly document: PlanDocument;
  /** The run may change nothing, even if the plan has changes. */
  readonly dryRun: boolean;
  readonly changed: boolean;
  /** What the user asked for and has not got: on hosts that could not be reached or worked on, or on the control plane. */
  readonly unfinished: readonly Finding[];
  /** Absent in a dry run where there is no cluster yet. */
  readonly health?: HealthReport;
  /** Absent in a dry run, and where the plan issues no certificates. */
  readonly authority?: Authority;
  /** Public files of each host, by its name and path. */
  readonly publicFiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Backups that were taken; empty in a dry run. */
  readonly backups: readonly TakenBackup[];
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/** What an operation reports of an outcome in addition to the report of every plan. */
export interface PlanReport {
  readonly outputs: Partial<Outputs>;
  /** What deserves attention in what was done; absent: nothing. */
  readonly warnings?: readonly Finding[];
  /** Why the step fails although nothing failed, in words; used where something is left unfinished. */
  readonly unfinished: string;
  readonly authority?: AuthorityReport;
  /** The kubeadm ClusterConfiguration for the control plane, YAML. */
  readonly externalEtcdConfig?: string;
}
