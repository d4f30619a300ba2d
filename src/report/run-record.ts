import type { Finding } from '../findings.ts';
import type { TakenOverLock } from '../hosts/lock/acquire-locks.ts';
import type { AuditRecord, AuditStep } from '../plan/audit-record.ts';
import type { PlanDocument } from '../plan/document.ts';

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
}
