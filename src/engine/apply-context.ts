import type { RemoteScript } from '../hosts/transport.ts';
import type { Plan } from '../plan/plan.ts';
import type { RunRecord } from '../report/run-record.ts';
import type { StepContext } from '../steps/context.ts';

/** What the executor works with: what its steps do, and what is not for them. */
export interface ApplyContext extends StepContext {
  readonly plan: Plan;
  /** Makes a script end at once where the run's lock is no longer its own. */
  readonly guard: (script: RemoteScript) => RemoteScript;
  readonly record: RunRecord;
  /** Aborted when the run is to end: nothing more is begun. */
  readonly signal: AbortSignal;
}
