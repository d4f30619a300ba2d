import type { TakenBackup } from '../backup/manifest.ts';
import type { Check } from '../checks/check.ts';
import type { HealthReport } from '../etcd/health/health.ts';
import type { CheckStatus, Finding } from '../findings.ts';
import type { TakenOverLock } from '../hosts/lock/acquire-locks.ts';
import type { TransportStatistics } from '../hosts/transport.ts';
import type { Authority } from '../pki/authority.ts';
import { daysLeft } from '../pki/certificate.ts';
import { readableCertificate } from '../pki/inspect.ts';
import type { AuditRecord, AuditStep } from '../plan/audit-record.ts';
import type { PlanDocument } from '../plan/document.ts';
import type { Plan } from '../plan/plan.ts';
import type { TimelineEntry } from '../run/timeline.ts';
import type { Outputs } from './outputs.ts';

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

/**
 * Describes the certificates among the public files of the hosts.
 * @param publicFiles by host and path. @param now for the days that are left.
 */
export function certificateReports(
  publicFiles: ReadonlyMap<string, ReadonlyMap<string, string>>,
  now: Date,
): CertificateReport[] {
  return [...publicFiles].flatMap(([host, files]) =>
    [...files]
      .filter(([path]) => path.endsWith('.crt'))
      .flatMap(([path, pem]) => reportOf(host, path, pem, now)),
  );
}

/** None for a file that is no certificate: to find that is the work of others, and no reason for a run to fail here. */
function reportOf(host: string, path: string, pem: string, now: Date): CertificateReport[] {
  const info = readableCertificate(pem);
  if (info === undefined) return [];
  const { subject, isCa, notAfter, fingerprint } = info;
  return [
    {
      host,
      path,
      subject,
      isCa,
      notAfter: notAfter.toISOString(),
      daysLeft: daysLeft(notAfter, now),
      fingerprint,
    },
  ];
}

/** The certificate that expires first, of those with an end in ISO 8601; undefined when there is none. */
export function firstToExpire<T extends { readonly notAfter: string }>(
  certificates: readonly T[],
): T | undefined {
  return certificates.toSorted((one, other) => (one.notAfter < other.notAfter ? -1 : 1))[0];
}
