import { reasonsOf } from '../../cluster/absent-members.ts';
import type { PlanInput, PlanningOperation } from '../../engine/operation.ts';
import { verifyHealthy } from '../../engine/verify.ts';
import { RunError, RefusedError } from '../../findings.ts';
import { EVERY_OPERATION, type InputGroupName } from '../../inputs/groups.ts';
import type { Plan } from '../../plan/plan.ts';
import { classify } from './classify.ts';
import { decideEstablished } from './established-cluster.ts';
import { decideNew } from './new-cluster.ts';
import { reportDeploy } from './report.ts';

/** What the plan of a deploy depends on; a preflight makes it too, to find what a deploy would refuse. */
export const PLANNING = [
  'bootstrap',
  'certificates',
  'images',
  'etcd-flags',
  'patches',
  'kubelet',
] as const satisfies readonly InputGroupName[];

/** Sets up the cluster, adopts one, brings it to what the inputs ask for, or finds that nothing has to be done. */
export const deploy: PlanningOperation = {
  kind: 'planning',
  name: 'deploy',
  summary:
    'Sets up a highly available external etcd cluster for kubeadm over SSH, or updates it to match the inputs',
  icon: 'database',
  inputs: [...EVERY_OPERATION, ...PLANNING, 'plan', 'client-copies', 'artifact', 'lock'],
  outputs: ['login', 'cluster', 'plan', 'change', 'hand-over', 'artifact'],
  access: () => ({ effect: 'changes', as: 'root' }),
  // with how few hosts it can go on depends on what the others tell
  reach: 'any',
  survivesFault: false,
  probe: ({ imageArchive }) => ({ membersReach: false, sandbox: imageArchive !== undefined }),
  lock: 'hosts',
  plan: planDeploy,
  verify: verifyHealthy,
  report: reportDeploy,
};

/**
 * The plan of a deploy: one verdict on the observed hosts, and the stages that follow from it. Pure: the same input gives
 * the same plan.
 * @throws RefusedError with all findings, before any host is changed, when the hosts are neither empty nor one whole cluster
 * that can be brought to what the inputs ask for without risk.
 * @throws RunError likewise, if hosts could not be reached and the run cannot go on without them.
 */
export function planDeploy(input: PlanInput): Plan {
  const unreached = reasonsOf(input.absent ?? []);
  if (unreached.length === 0) return decide(input);
  try {
    return decide(input);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    // the hosts that could not be reached come first, because other findings can follow from their absence
    throw new RunError('not every host is reachable, so no host was changed', [
      ...new Set([...unreached, ...error.findings]),
    ]);
  }
}

function decide(input: PlanInput): Plan {
  const classified = classify(input);
  return classified.isEstablished ? decideEstablished(classified) : decideNew(classified);
}
