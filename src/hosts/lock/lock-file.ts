import { printable } from '../printable.ts';

/** The run that wants a lock, or has it. */
export interface LockOwner {
  /** Unique to one attempt of one run; letters, digits, `.`, `_` and `-` only. */
  readonly id: string;
  /** URL of the run, where a reader sees what it does. */
  readonly run: string;
  /** Who started it. */
  readonly actor: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

const LOCK_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The id, known to be fit for bash, a pattern of bash and JSON as it is. @throws Error when it is not. */
export function checkedId(id: string): string {
  if (!LOCK_ID.test(id))
    throw new Error(`"${id}" is no id for a lock: letters, digits, ".", "_" and "-" only`);
  return id;
}

/**
 * What an owner writes behind the fields that the host itself fills in, up to the end of the line. The host's fields
 * come first and in one order, so that bash reads them with one anchored pattern, whatever is in these.
 */
export function ownersPart({ run, actor, startedAt }: LockOwner): string {
  return JSON.stringify({ run, actor, startedAt }).slice(1);
}

/** Who wrote this lock file; undefined when it is none of ours. Its texts are fit for a message. */
export function parseLock(line: string): LockOwner | undefined {
  let lock: unknown;
  try {
    lock = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof lock !== 'object' || lock === null) return undefined;
  const { id, run, actor, startedAt } = lock as Record<string, unknown>;
  const texts = [id, run, actor, startedAt];
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  const [readId = '', readRun = '', readActor = '', readStart = ''] = texts.map((text) => printable(text));
  return { id: readId, run: readRun, actor: readActor, startedAt: readStart };
}

/** The owner as messages name it. */
export function describeOwner({ run, actor, startedAt }: LockOwner): string {
  return `${actor}'s run ${run} (since ${startedAt})`;
}
