import { describeGate } from '../cluster/gates.ts';
import type { HostFacts } from '../facts/host.ts';
import { kindOf, type Step } from '../steps/index.ts';
import { planDigest } from './digest.ts';
import type { PlanDocument, StageDescription } from './document.ts';
import { hostChanges, type PlanToDescribe } from './file-changes.ts';
import type { Plan, Stage } from './plan.ts';

/** Tells in full what a plan will do, to what, and what will be different afterwards. */
export function describePlan(question: PlanToDescribe): PlanDocument {
  const { plan, operation, facts } = question;
  const described = withoutFreshToken(
    {
      schemaVersion: 1 as const,
      operation,
      clusterName: plan.clusterName,
      verdict: plan.verdict,
      reasons: plan.reasons,
      members: plan.shape.members.map(({ name, address }) => ({ name, address })),
      hosts: plan.shape.members
        .filter(({ name }) => facts.has(name))
        .map((member) => hostChanges(member, question)),
      ...(plan.controlPlane.length > 0 && {
        controlPlane: plan.controlPlane.map((host) => hostChanges(host, question)),
      }),
      membership: [],
      stages: plan.stages.map(describeStage),
      afterProof: plan.afterProof.map(describeStage),
      warnings: plan.warnings,
      ...(plan.leftOut.length > 0 && { leftOut: plan.leftOut }),
    },
    plan,
    facts,
  );
  return { ...described, digest: planDigest(described) };
}

const PLACEHOLDER = '(made by the run)';

/**
 * The value with a token that only this run knows replaced wherever it stands: the run that carries the plan out makes
 * another one.
 */
function withoutFreshToken<T>(value: T, plan: Plan, facts: ReadonlyMap<string, HostFacts>): T {
  return isFresh(plan, facts) ? (replaced(value, plan.shape.token) as T) : value;
}

/** A running cluster's token may be etcd's own default, which no file need hold. */
function isFresh({ verdict, shape }: Plan, facts: ReadonlyMap<string, HostFacts>): boolean {
  if (verdict !== 'create' && verdict !== 'repair') return false;
  return ![...facts.values()].some(
    ({ state }) => typeof state === 'object' && state.cluster.token === shape.token,
  );
}

function replaced(value: unknown, token: string): unknown {
  if (typeof value === 'string') return value.replaceAll(token, PLACEHOLDER);
  if (Array.isArray(value)) return value.map((part) => replaced(part, token));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, token)]));
}

/** A stage as data for people. */
function describeStage({ title, order = 'together', before, after, steps }: Stage): StageDescription {
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
