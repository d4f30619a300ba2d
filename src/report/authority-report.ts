import type { Plan } from '../cluster/plan.ts';
import type { AuthorityReport } from './run-report.ts';

/** What the report says of the CA's key: the one thing that cannot be made again. */
export function authorityReport(plan: Plan, fingerprint: string): AuthorityReport {
  const { keyKeeper } = plan;
  if (keyKeeper === undefined) return { fingerprint, origin: 'input', keyCustody: onNoHost(plan) };
  const copy = 'Copy it to a safe place: without it no certificate can be issued again.';
  switch (plan.authority.from) {
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
  return `Its key is among the workflow's secrets and on none of the hosts (ca-custody: input-only).${removed} Keep a copy where you keep such keys: without it no certificate can be issued again.`;
}
