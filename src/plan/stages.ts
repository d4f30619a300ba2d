import { dataFolders } from '../kubeadm/data-places.ts';
import { describeGate } from '../cluster/gates.ts';
import type { Stage, Step } from '../cluster/plan.ts';
import { STEP_TITLES } from '../cluster/step-titles.ts';
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
  const title = STEP_TITLES[step.kind];
  switch (step.kind) {
    case 'start-kubelet':
      return step.restart ? 'restart kubelet' : 'start kubelet if it does not run';
    case 'pull-image':
    case 'import-image':
      return `${title} ${step.image}`;
    case 'start-member':
      return step.placeManifest
        ? `${title} with its data in ${dataFolders(step).join(' and ')}`
        : 'wait for member';
    case 'move-leadership':
      return `${title} if it leads`;
    case 'prove-served':
      return `${title}: ${step.leaves.join(', ')}`;
    default:
      return title;
  }
}
