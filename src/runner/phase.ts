import type { Log } from './log.ts';
import type { Redactor } from './masking/redaction.ts';

/** The dependencies of one phase of the step. */
export interface StepDeps {
  readonly redactor: Redactor;
  readonly log: Log;
  /** Sets the handler of uncaught errors from now on. */
  readonly handleUncaughtErrors: (onFault: (error: unknown) => void) => void;
}
