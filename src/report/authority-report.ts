import type { Plan } from '../cluster/plan.ts';
import type { AuthorityReport } from './run-report.ts';

/** What the report says of the CA's key: the one thing that cannot be made again. */
export function authorityReport(plan: Plan, fingerprint: string): AuthorityReport {
  const copy = 'Copy it to a safe place: without it no certificate can be issued again.';
  switch (plan.authority.from) {
    case 'input':
      return {
        fingerprint,
        origin: 'input',
        keyCustody: `Its key is among the workflow's secrets and on ${plan.keyKeeper} (/etc/kubernetes/pki/etcd/ca.key).`,
      };
    case 'made':
      return {
        fingerprint,
        origin: 'made',
        keyCustody: `Its key exists only once, on ${plan.keyKeeper} (/etc/kubernetes/pki/etcd/ca.key). ${copy}`,
      };
    default:
      return {
        fingerprint,
        origin: 'host',
        keyCustody: `As far as the action knows, its key exists only on ${plan.keyKeeper} (/etc/kubernetes/pki/etcd/ca.key). ${copy}`,
      };
  }
}
