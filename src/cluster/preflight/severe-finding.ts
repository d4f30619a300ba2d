import type { Finding } from '../../findings.ts';

/** `fail`: a deploy would not work, or would do harm. `warn`: it works, and deserves a look. `info`: good to know. */
export type Severity = 'fail' | 'warn' | 'info';

/** A finding of preflight. */
export interface SevereFinding extends Finding {
  readonly severity: Severity;
}

const ORDER: readonly Severity[] = ['fail', 'warn', 'info'];

/** The worst first; findings of one severity keep their order. */
export function bySeverity(findings: readonly SevereFinding[]): SevereFinding[] {
  return findings.toSorted((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
}
