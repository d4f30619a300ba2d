import { reasonsOf } from '../../cluster/absent-members.ts';
import { travel } from '../../engine/run-operation.ts';
import { Refusal, Refused } from '../../findings.ts';
import type { Plan } from '../../plan/plan.ts';
import type { RunOperation } from '../index.ts';
import { classify, type DeployInput } from './classify.ts';
import { decideEstablished } from './established-cluster.ts';
import { decideNew } from './new-cluster.ts';

/** Sets up the cluster, takes one over, brings it to what the inputs ask for, or finds that nothing has to be done. */
export const deploy: RunOperation = (settings, surroundings) =>
  travel(
    ({ chance, ...seen }) => decideDeploy({ ...seen, freshToken: chance.freshToken, now: chance.now }),
    settings,
    surroundings,
  );

/**
 * The plan for `deploy`: one verdict on the observed hosts, and the stages that follow from it. Pure: the same input gives
 * the same plan.
 * @throws Refused with all findings, before any host is changed, when the hosts are neither empty nor one whole cluster
 * that can be brought to what the inputs ask for without risk.
 * @throws Refusal likewise, if hosts could not be reached and the run cannot go on without them.
 */
export function decideDeploy(input: DeployInput): Plan {
  const unreached = reasonsOf(input.absent ?? []);
  if (unreached.length === 0) return decide(input);
  try {
    return decide(input);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // the hosts that could not be reached come first, because other findings can follow from their absence
    throw new Refusal('not every host could be reached, so nothing was changed on any', [
      ...new Set([...unreached, ...error.findings]),
    ]);
  }
}

function decide(input: DeployInput): Plan {
  const classified = classify(input);
  return classified.isEstablished ? decideEstablished(classified) : decideNew(classified);
}
