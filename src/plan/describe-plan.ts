import { describeGate } from '../cluster/gates.ts';
import type { MemberIdentity } from '../kubeadm/kubeadm-config.ts';
import { kindOf, type Step } from '../steps/index.ts';
import { planDigest } from './digest.ts';
import type { PlanDocument, StageDescription } from './document.ts';
import { hostChanges, type PlanToDescribe } from './file-changes.ts';
import type { PlannedMembership, Stage } from './plan.ts';

/** Describes a plan in full: its steps, their targets and the changed files. */
export function describePlan(question: PlanToDescribe): PlanDocument {
  const { plan, operation, facts } = question;
  const { verdict, members } = plan;
  const described = withPlaceholders(
    {
      schemaVersion: 1 as const,
      operation,
      clusterName: plan.clusterName,
      verdict: verdict.name,
      meaning: verdict.meaning,
      reasons: plan.reasons,
      members: members.after.map(({ name, address }) => ({ name, address })),
      hosts: members.after
        .filter(({ name }) => facts.has(name))
        .map((member) => hostChanges(member, question)),
      ...(plan.controlPlane.length > 0 && {
        controlPlane: plan.controlPlane.map((host) => hostChanges(host, question)),
      }),
      membership: membershipChanges(members),
      stages: plan.stages.map(describeStage),
      afterVerify: plan.afterVerify.map(describeStage),
      warnings: plan.warnings,
      ...(plan.leftOut.length > 0 && { leftOut: plan.leftOut }),
    },
    plan.madeUp ?? [],
  );
  const digested = {
    ...described,
    stages: described.stages.flatMap((stage, at) => inDigest(stage, plan.stages[at])),
    afterVerify: described.afterVerify.flatMap((stage, at) => inDigest(stage, plan.afterVerify[at])),
  };
  return { ...described, digest: planDigest(digested) };
}

/**
 * Returns the stage with the steps that count for the digest; none if no step does: the stage is gone from a later plan once
 * its steps are done.
 * @param of the stage that is described.
 */
function inDigest(stage: StageDescription, of: Stage | undefined): StageDescription[] {
  const counts = (step: Step | undefined): boolean =>
    step !== undefined && kindOf(step).outsideDigest !== true;
  const steps = stage.steps.flatMap((described, at) => {
    const step = of?.steps[at];
    if (!counts(step)) return [];
    return step !== undefined && kindOf(step).anyHost === true ? [{ ...described, host: '' }] : [described];
  });
  return steps.length === 0 ? [] : [{ ...stage, steps }];
}

/** Members that come or go, in words; none for a cluster that is new as a whole. */
function membershipChanges({ before, after }: PlannedMembership): string[] {
  if (before.length === 0) return [];
  const missingIn = (others: readonly MemberIdentity[]) => (member: MemberIdentity) =>
    !others.some(({ name, address }) => name === member.name && address === member.address);
  return [
    ...before.filter(missingIn(after)).map(({ name, address }) => `${name} (${address}) is removed`),
    ...after.filter(missingIn(before)).map(({ name, address }) => `${name} (${address}) is added`),
  ];
}

const PLACEHOLDER = '(created by the run)';

/** The value with a placeholder for each string that only this run knows: another run makes up others. */
function withPlaceholders<T>(value: T, madeUp: readonly string[]): T {
  return madeUp.reduce((changed, made) => replaced(changed, made) as T, value);
}

function replaced(value: unknown, made: string): unknown {
  if (typeof value === 'string') return value.replaceAll(made, PLACEHOLDER);
  if (Array.isArray(value)) return value.map((part) => replaced(part, made));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, made)]));
}

/** Describes a stage as data for people. */
function describeStage({ title, order = 'together', before, after, steps }: Stage): StageDescription {
  return {
    title,
    order,
    ...(before === undefined ? {} : { before: describeGate(before) }),
    ...(after === undefined ? {} : { after: describeGate(after) }),
    steps: steps.map((step) => ({ host: step.host, step: describeStep(step), why: step.why })),
  };
}

/** Describes a step by its name and by details that the plan does not contain elsewhere. */
function describeStep(step: Step): string {
  const kind = kindOf(step);
  return kind.describe?.(step) ?? kind.title;
}
