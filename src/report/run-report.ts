import type { TakenBackup } from '../backup/manifest.ts';
import type { Check } from '../checks/check.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import type { CheckStatus, Finding } from '../findings.ts';
import type { TakenOverLock } from '../hosts/lock/acquire-locks.ts';
import type { AuditRecord, AuditStep } from '../plan/audit-record.ts';
import type { PlanDocument } from '../plan/document.ts';
import type { TimelineEntry } from '../run/timeline.ts';

/** The result of a finished run, as plain data without secrets. */
export interface RunReport {
  /** Empty when the inputs could not be read. */
  readonly operation: string;
  /** Empty when the inputs could not be read. */
  readonly clusterName: string;
  /** `planned`: a dry run, or an examination: nothing was to be changed. */
  readonly outcome: 'succeeded' | 'planned' | 'failed';
  /** What a run that ended well has done to the cluster, e.g. `set up by this run`. */
  readonly done?: string;
  /** What could not be done, without a final stop; absent when the run succeeded. */
  readonly failure?: string;
  /** Whether anything was changed on any host. Of a failed run: whether anything may have been. */
  readonly changed: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly steps: readonly StepReport[];
  /** Absent when the run ended before it had decided, or does not plan. */
  readonly plan?: PlanDocument;
  /** How far each host has come, when carrying out the plan has failed. */
  readonly progress: readonly HostProgress[];
  readonly findings: readonly ReportFinding[];
  /** Of an operation that only reads: those that are not `ok` or have a notice. */
  readonly checks?: readonly Check[];
  /** Absent when the run ended before the cluster could be asked. */
  readonly health?: HealthReport;
  readonly certificates: readonly CertificateReport[];
  readonly authority?: AuthorityReport;
  /** The kubeadm ClusterConfiguration for the control plane, YAML. */
  readonly externalEtcdConfig?: string;
  /** That the run has taken. */
  readonly backup?: TakenBackup;
  readonly connections?: readonly ConnectionReport[];
  readonly artifact?: { readonly name: string; readonly url: string };
}

/** One thing that was done, where, and how long it took. */
export type StepReport = Omit<TimelineEntry, 'changes'>;

/** A finding of any stage; without a status it is a failure. */
export interface ReportFinding extends Finding {
  readonly status?: CheckStatus;
}

/** A certificate on a host. */
export interface CertificateReport {
  readonly host: string;
  readonly path: string;
  /** For example `CN=infra0`. */
  readonly subject: string;
  readonly isCa: boolean;
  /** ISO 8601, UTC. */
  readonly notAfter: string;
  /** Whole days; negative when it has expired. */
  readonly daysLeft: number;
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
}

/** The CA that signed the members' certificates. */
export interface AuthorityReport {
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  /** `input`: brought by the user. `host`: found there. `made`: made in this run. */
  readonly origin: 'input' | 'host' | 'made';
  /** Where its key is, and what to do about that. One or two sentences. */
  readonly keyCustody: string;
}

/** What went over the connection to one host. */
export interface ConnectionReport {
  readonly host: string;
  readonly connections: number;
  readonly channels: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** How far a run has come with one host, when it failed. */
export interface HostProgress {
  readonly host: string;
  readonly done: readonly string[];
  readonly failed: readonly string[];
  /** Not begun. */
  readonly left: readonly string[];
}

/** What a run has come to know and to do, also when it fails half-way: its reports are made from this. */
export class RunRecord {
  /** The plan that is, was or would be carried out. */
  document: PlanDocument | undefined;
  /** Once anything was begun to be changed. */
  audit: AuditRecord | undefined;
  /** Set when carrying out the plan has failed. */
  progress: readonly HostProgress[] = [];
  takenOver: readonly TakenOverLock[] = [];
  /** Lines of known_hosts with the keys that were taken although nothing was pinned. */
  readonly acceptedHostKeys = new Set<string>();
  readonly steps: AuditStep[] = [];
  /** What failed in stages that may. */
  readonly unfinished: Finding[] = [];
  /** What failed and is no more than a warning. */
  readonly warnings: Finding[] = [];
  /** Backups that were taken, also by a run that fails later. */
  readonly backups: TakenBackup[] = [];
}
