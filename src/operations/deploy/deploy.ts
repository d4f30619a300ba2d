import { reasonsOf } from '../../cluster/absent-members.ts';
import type { PlannedCluster } from '../../cluster/planned-cluster.ts';
import type { PlanInput, PlanningOperation } from '../../engine/operation.ts';
import { verifyHealthy } from '../../engine/verify.ts';
import { RefusedError, RunError } from '../../findings.ts';
import { EVERY_OPERATION, type InputGroupName } from '../../inputs/groups.ts';
import { renderExternalEtcdConfig } from '../../kubeadm/kubeadm-config.ts';
import type { Plan } from '../../plan/plan.ts';
import type { PlanOutcome, PlanReport, AuthorityReport } from '../../report/run-report.ts';
import { classify } from './classify.ts';
import { decideEstablished } from './established-cluster.ts';
import { decideNew } from './new-cluster.ts';
import { refuseIf, unfinishedRestores } from './refusals.ts';
import { discardStage } from './restart-stages.ts';

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
  outputs: ['login', 'cluster', 'plan', 'change', 'findings', 'hand-over', 'artifact'],
  access: () => ({ effect: 'changes', as: 'root' }),
  // the facts of the other hosts decide with how few it can continue
  reach: 'any',
  concerns: 'all',
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
 * @throws RunError likewise, if hosts could not be reached and the run cannot continue without them.
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
  refuseIf(unfinishedRestores(input.members));
  const classified = classify(input);
  const plan = classified.isEstablished ? decideEstablished(classified) : decideNew(classified);
  const left = input.members.filter(({ facts }) => facts.dataDir.restore !== undefined);
  if (left.length === 0) return plan;
  const why = 'a restore was cut off after its members had started';
  return { ...plan, afterVerify: [...plan.afterVerify, discardStage(left, input.settings.dataDir, why)] };
}

/** What a deploy reports in addition to its plan: the CA, and what the control plane needs to use the cluster. */
export function reportDeploy({ plan, health, authority }: PlanOutcome): PlanReport {
  const { cluster } = plan;
  // a dry run of a new cluster knows no CA and no members to use yet
  const externalEtcdConfig =
    health === undefined || cluster === undefined ? undefined : renderExternalEtcdConfig(cluster.shape);
  return {
    outputs: {
      ...(authority && {
        'ca-certificate': authority.certificatePem,
        'ca-fingerprint': authority.fingerprint,
      }),
      ...(externalEtcdConfig !== undefined && { 'external-etcd-config': externalEtcdConfig }),
    },
    unfinished:
      plan.leftOut.length > 0
        ? 'the safe part of the work is done, and the rest was left out'
        : 'the cluster is healthy, but not every host of the control plane has its files',
    ...(authority && cluster && { authority: authorityReport(plan, cluster, authority.fingerprint) }),
    ...(externalEtcdConfig !== undefined && { externalEtcdConfig }),
  };
}

/** What the report says of the CA's key: the one thing that cannot be made again. */
function authorityReport(plan: Plan, cluster: PlannedCluster, fingerprint: string): AuthorityReport {
  const { keyKeeper } = cluster;
  if (keyKeeper === undefined) return { fingerprint, origin: 'input', keyCustody: onNoHost(plan) };
  const copy = 'Copy it to a safe place: without it you cannot issue certificates again.';
  switch (cluster.authority.from) {
    case 'input':
      return {
        fingerprint,
        origin: 'input',
        keyCustody: `Its key is among the workflow's secrets and on ${keyKeeper} (/etc/kubernetes/pki/etcd/ca.key).`,
      };
    case 'made':
      return {
        fingerprint,
        origin: 'made',
        keyCustody: `Its key exists only once, on ${keyKeeper} (/etc/kubernetes/pki/etcd/ca.key). ${copy}`,
      };
    default:
      return {
        fingerprint,
        origin: 'host',
        keyCustody: `As far as the action knows, its key exists only on ${keyKeeper} (/etc/kubernetes/pki/etcd/ca.key). ${copy}`,
      };
  }
}

/** Of a key that is gone from a host it is said plainly: from now on it exists only where the user keeps it. */
function onNoHost({ afterVerify }: Plan): string {
  const left = afterVerify.flatMap(({ steps }) =>
    steps.flatMap(({ kind, host }) => (kind === 'remove-authority-key' ? [host] : [])),
  );
  const removed = left.length === 0 ? '' : ` This run has removed it from ${left.join(', ')}.`;
  return `Its key is among the workflow's secrets and on none of the hosts (ca-custody: input-only).${removed} Keep a copy where you keep such keys: without it you cannot issue certificates again.`;
}
