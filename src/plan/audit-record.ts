/** SHA-256 of a file's bytes in hexadecimal, or that there was no file. */
export type FileDigest = string;
/** The digest of a missing file. */
export const ABSENT: FileDigest = 'absent';

/** The outcome of a run, or of a step; `interrupted`: it was cancelled, or its end is not known. */
export type AuditOutcome = 'succeeded' | 'failed' | 'interrupted';

/** The changes of one step on one host. */
export interface AuditStep {
  readonly host: string;
  readonly stage: string;
  readonly title: string;
  readonly durationMs: number;
  readonly outcome: AuditOutcome;
  /** Digests of the replaced files before the step, by path. */
  readonly before?: Readonly<Record<string, FileDigest>>;
  /** Digests of the same files after the step. */
  readonly after?: Readonly<Record<string, FileDigest>>;
}

/** The takeover of a lock whose run had ended. */
export interface AuditTakeOver {
  readonly host: string;
  /** URL of the run that held the lock; absent if it could not be read. */
  readonly run?: string;
  readonly why: string;
}

/**
 * The record of a run: actor, changes, times, outcome. It holds names, times and digests, never contents: a digest over
 * inputs must exclude secrets, because a short secret can be guessed from its digest.
 */
export interface AuditRecord {
  readonly schema: 1;
  readonly actor: string;
  /** URL of the run. */
  readonly run: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly workflow: string;
  readonly commit: string;
  readonly operation: string;
  readonly cluster: string;
  /** Absent: the run ended before it had decided. */
  readonly verdict?: string;
  /** SHA-256 over the inputs without secrets. */
  readonly inputDigest: string;
  /** Absent if the run ended before it had a plan. */
  readonly planDigest?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly outcome: AuditOutcome;
  readonly takenOver?: readonly AuditTakeOver[];
  readonly steps: readonly AuditStep[];
}

/** Returns the record as kept on one host: with the steps and takeovers of that host alone. */
export function auditOfHost(record: AuditRecord, host: string): AuditRecord {
  const { takenOver, ...rest } = record;
  const own = takenOver?.filter((lock) => lock.host === host) ?? [];
  return {
    ...rest,
    ...(own.length === 0 ? {} : { takenOver: own }),
    steps: record.steps.filter((step) => step.host === host),
  };
}

/** Most bytes of one record on a host; four of that size fit into a host's audit log. */
export const MOST_BYTES_OF_RECORD = 64 * 1024;

/**
 * Formats the record as one line of JSON, without a line end. If it exceeds `mostBytes`, its steps are replaced by
 * their number and a note.
 */
export function formatAuditLine(record: AuditRecord, mostBytes = MOST_BYTES_OF_RECORD): string {
  const line = JSON.stringify(record);
  if (Buffer.byteLength(line) <= mostBytes) return line;
  const { steps, ...rest } = record;
  const note = `the ${steps.length} steps were left out: with them the record has more than ${mostBytes} bytes`;
  return JSON.stringify({ ...rest, stepCount: steps.length, note });
}
