import type { ActionRun } from '../../github/runner.ts';
import { expect } from '@jest/globals';

/** Returns the run's log as one text, as a user reads it. */
export function logOf(run: Pick<ActionRun, 'log'>): string {
  return run.log.join('\n');
}

/**
 * Returns the run if it was a success.
 * @throws Error with its errors, and its log after them, if it was not.
 */
export function succeeded<Run extends ActionRun>(run: Run): Run {
  if (run.conclusion === 'success') return run;
  const errors = run.log.filter((line) => line.startsWith('##[error]'));
  throw new Error(`the run ended as ${run.conclusion}:\n${errors.join('\n')}\nIts log:\n${logOf(run)}`);
}

/** Matches a finding of this host, or of none, with this fact and a fix. */
export function finding(host: string | undefined, fact: string): RegExp {
  return new RegExp(`${host === undefined ? '' : `\\[${host}\\] `}.*${fact}.*Fix: \\S`);
}

/** Expects a run to end for these reasons. */
export function expectRefusal(run: ActionRun, reasons: readonly RegExp[]): void {
  expect([run.conclusion, run.outputs['changed']]).toEqual(['failure', 'false']);
  for (const reason of reasons) expect(logOf(run)).toMatch(reason);
  expect(run.summary).not.toBe('');
}
