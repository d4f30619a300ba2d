import { createHash } from 'node:crypto';
import { type Finding, RefusedError } from '../findings.ts';
import type { PlanDocument, StageDescription } from './document.ts';

/**
 * SHA-256 (hex) over what a plan will do and to what. Left out is what may be another thing by the time that the plan is
 * approved, without being another plan: reasons and warnings, which carry times; in which order hosts come, which depends
 * on who leads (the leader last, whichever member that is then).
 * @param document without the steps outside of the digest, and the stages that have no others: whether an image has to be
 * pulled or imported.
 */
export function planDigest(document: Omit<PlanDocument, 'digest'>): string {
  const done = {
    ...document,
    meaning: undefined,
    reasons: [],
    warnings: [],
    ...(document.leftOut && { leftOut: document.leftOut.map(({ host, at }) => ({ host, at })) }),
    stages: inOrderOfNames(document.stages.map(withoutChance)),
    afterVerify: document.afterVerify.map(withoutChance),
  };
  return createHash('sha256').update(canonicalJson(done)).digest('hex');
}

function withoutChance(stage: StageDescription): StageDescription {
  const steps = stage.steps.map(({ host, step }) => ({ host, step, why: '' }));
  // the steps of a stage that is done in turn are in the order in which they are done; so are those of one host
  return {
    ...stage,
    steps: stage.order === 'in-turn' ? steps : steps.sort((one, other) => compare(one.host, other.host)),
  };
}

/** Sorts the stages that do the same to one host after the other by the hosts' names. */
function inOrderOfNames(stages: readonly StageDescription[]): StageDescription[] {
  const runs: StageDescription[][] = [];
  for (const stage of stages) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && stage.order === 'in-turn' && kindOf(last[0]) === kindOf(stage))
      last.push(stage);
    else runs.push([stage]);
  }
  return runs.flatMap((run) => run.sort((one, other) => compare(one.title, other.title)));
}

function kindOf({ order, steps }: StageDescription): string {
  return order === 'in-turn' ? steps.map(({ step }) => step).join() : '';
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Returns JSON with sorted keys, so that the order in which code sets them does not count. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/**
 * Only the plan that was approved may be carried out.
 * @param approved digest, lower-case hex; undefined: any plan, unless an approval is needed.
 * @throws RefusedError when the hosts or the inputs have changed so that the plan is another one, or without an approval.
 */
export function refuseUnapproved(
  approved: string | undefined,
  { digest, verdict }: PlanDocument,
  { isNeeded }: { readonly isNeeded: boolean },
): void {
  if (approved === digest) return;
  if (approved === undefined) {
    if (isNeeded)
      throw new RefusedError('nothing was changed on any host', [withoutApproval(digest, verdict)]);
    return;
  }
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

function withoutApproval(digest: string, verdict: string): Finding {
  return {
    code: 'plan-not-approved',
    at: 'approved-plan',
    fact: `the plan (${verdict}, ${digest}) is not approved, and this operation carries out no other plan.`,
    cause:
      'approved-plan is empty: the input was left out, or the output of the job that made the plan was not passed on.',
    fix: 'Run with `dry-run: true`, read the plan, and run again with `approved-plan` set to its `plan-digest`.',
  };
}
