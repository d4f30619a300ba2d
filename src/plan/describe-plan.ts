import type { HostFacts } from '../cluster/host-facts.ts';
import type { Plan } from '../cluster/plan.ts';
import { planDigest } from './digest.ts';
import type { PlanDocument } from './document.ts';
import { withoutFreshToken } from './fresh-token.ts';
import { hostChanges } from './host-changes.ts';
import { describeStage } from './stages.ts';

/** What a plan is described from. */
export interface PlanToDescribe {
  readonly plan: Plan;
  readonly operation: string;
  /** By the name of each host; what the plan was decided from. */
  readonly facts: ReadonlyMap<string, HostFacts>;
  /**
   * Certificate (PEM) of the CA that was brought as an input: with it the approval is bound to that CA. Not needed for
   * one that lies on a host.
   */
  readonly broughtCertificate?: string;
}

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
