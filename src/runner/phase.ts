import type { Log } from './log.ts';
import type { Redactor } from './masking/redaction.ts';

/** What a phase of the step is given. */
export interface StepMeans {
  readonly redactor: Redactor;
  readonly log: Log;
  /** From now on these are handed the errors that no code has caught. */
  readonly takeFaults: (onFault: (error: unknown) => void) => void;
}
