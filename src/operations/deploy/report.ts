import type { PlannedCluster } from '../../cluster/planned-cluster.ts';
import { renderExternalEtcdConfig } from '../../kubeadm/kubeadm-config.ts';
import type { Plan } from '../../plan/plan.ts';
import type { PlanOutcome, PlanReport } from '../../report/plan-outcome.ts';
import type { AuthorityReport } from '../../report/run-report.ts';

/** What a deploy reports besides its plan: the CA, and what the control plane needs to use the cluster. */
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
function onNoHost({ afterProof }: Plan): string {
  const left = afterProof.flatMap(({ steps }) =>
    steps.flatMap(({ kind, host }) => (kind === 'remove-authority-key' ? [host] : [])),
  );
  const removed = left.length === 0 ? '' : ` This run has removed it from ${left.join(', ')}.`;
  return `Its key is among the workflow's secrets and on none of the hosts (ca-custody: input-only).${removed} Keep a copy where you keep such keys: without it you cannot issue certificates again.`;
}
