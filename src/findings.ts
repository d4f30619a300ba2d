import type { FindingCode } from './finding-codes.ts';

/**
 * An obstacle, or something that needs attention, in the order in which a reader needs it:
 * the fact, its usual cause, the fix.
 */
export interface Finding {
  /** Stable name of the observation; docs/TROUBLESHOOTING.md has an entry of this name. */
  readonly code: FindingCode;
  /** Name of the host; absent when it concerns the inputs or the whole cluster. */
  readonly host?: string;
  /** The input, step or place it belongs to, e.g. `ssh-known-hosts` or `connect`. */
  readonly at: string;
  /** The observation, with its values. */
  readonly fact: string;
  /** Why this usually happens. */
  readonly cause?: string;
  /** What the user can do; absent only where the fact already says it. */
  readonly fix?: string;
}

/** A finding without its host and place: what is wrong, and how to fix it. */
export type Explanation = Pick<Finding, 'code' | 'fact' | 'cause' | 'fix'>;

/**
 * The result of a check. `ok`: as required. `warn`: works, but needs attention. `fail`: broken, or
 * about to be. `unknown`: could not be checked.
 */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'unknown';

const WORST_FIRST: readonly CheckStatus[] = ['fail', 'warn', 'unknown', 'ok'];

/** The list with the worst first; what has the same status keeps its order. */
export function byStatus<T extends { readonly status: CheckStatus }>(list: readonly T[]): T[] {
  return list.toSorted((one, other) => WORST_FIRST.indexOf(one.status) - WORST_FIRST.indexOf(other.status));
}

/** The worst of them; `ok` if there is none. */
export function worstOf(statuses: readonly CheckStatus[]): CheckStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'ok';
}

/** Where the repository has an entry for each code. */
export const ENTRIES = 'docs/TROUBLESHOOTING.md';

/** Set once at the start of a step, from where the runner has the action; empty for one that is on no server. */
const page = { address: '' };

/** Has findings link to this page, the address of {@link ENTRIES} on a server; undefined: to the path in the repository. */
export function linkFindingsTo(address: string | undefined): void {
  page.address = address ?? '';
}

/** The address of a code's entry; undefined if the action is on no server. */
export function entryAddress(code: FindingCode): string | undefined {
  return page.address === '' ? undefined : `${page.address}#${code}`;
}

/** One finding as a line or two of plain text: `[host] at: fact. Usual cause: … Fix: … (code: …, link)`. */
export function describeFinding(finding: Finding): string {
  const place = finding.host === undefined ? finding.at : `[${finding.host}] ${finding.at}`;
  const cause = finding.cause === undefined ? '' : ` Usual cause: ${finding.cause}`;
  const fix = finding.fix === undefined ? '' : ` Fix: ${finding.fix}`;
  return `${place}: ${finding.fact}${cause}${fix} (${reference(finding.code)})`;
}

function reference(code: FindingCode): string {
  const address = entryAddress(code);
  return address === undefined ? `${code}, ${ENTRIES}#${code}` : `code: ${code}, ${address}`;
}

/**
 * The run ends here. Carries every finding of the stage that ended it, never only the first.
 */
export class RunError extends Error {
  readonly findings: readonly Finding[];

  /** @param title what could not be done, without a final stop; @param findings at least one. */
  constructor(title: string, findings: readonly Finding[]) {
    super([`${title}:`, ...findings.map((finding) => `- ${describeFinding(finding)}`)].join('\n'));
    this.name = 'RunError';
    this.findings = findings;
  }
}

/** A refusal: by its observations, the run may change nothing. */
export class RefusedError extends RunError {}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
