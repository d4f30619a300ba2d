import { describeGate } from '../cluster/gates.ts';
import type { Stage } from '../cluster/plan.ts';
import { kindOf, type Step } from '../steps/index.ts';
import type { StageDescription } from './document.ts';

/** A stage as data for people. */
export function describeStage({ title, order = 'together', before, after, steps }: Stage): StageDescription {
  return {
    title,
    order,
    ...(before === undefined ? {} : { before: describeGate(before) }),
    ...(after === undefined ? {} : { after: describeGate(after) }),
    steps: steps.map((step) => ({ host: step.host, step: describeStep(step), why: step.why })),
  };
}

/** A step by its name and by what is not said elsewhere in the plan. */
function describeStep(step: Step): string {
  const kind = kindOf(step);
  return kind.describe?.(step) ?? kind.title;
}
