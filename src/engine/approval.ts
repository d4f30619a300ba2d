import { RefusedError } from '../findings.ts';
import type { PlanDocument } from '../plan/document.ts';

/**
 * Only the plan that was approved may be carried out.
 * @param approved digest, lower-case hex; undefined: any plan.
 * @throws RefusedError when the hosts or the inputs have changed so that the plan is another one.
 */
export function refuseUnapproved(approved: string | undefined, { digest, verdict }: PlanDocument): void {
  if (approved === undefined || approved === digest) return;
  throw new RefusedError('the plan is not the one that was approved, and nothing was changed on any host', [
    {
      code: 'plan-changed',
      at: 'approved-plan',
      fact: `the plan is now ${digest} (${verdict}); approved was ${approved}.`,
      cause:
        'A host, the cluster or an input has changed since the plan was made, or the plan was carried out already.',
      fix: 'Run again with `dry-run: true`, look at the new plan, and approve that one.',
    },
  ]);
}
