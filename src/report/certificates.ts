import { daysLeft } from '../pki/certificate.ts';
import { inspectCertificate } from '../pki/inspect.ts';
import type { Plan } from '../plan/plan.ts';
import type { AuthorityReport, CertificateReport } from './run-report.ts';

/**
 * Tells what the certificates among the public files of the hosts say.
 * @param publicFiles by host and path. @param now for the days that are left.
 */
export function certificateReports(
  publicFiles: ReadonlyMap<string, ReadonlyMap<string, string>>,
  now: Date,
): CertificateReport[] {
  return [...publicFiles].flatMap(([host, files]) =>
    [...files]
      .filter(([path]) => path.endsWith('.crt'))
      .flatMap(([path, pem]) => reportOf(host, path, pem, now)),
  );
}

/** None for a file that is no certificate: to find that is the work of others, and no reason for a run to fail here. */
function reportOf(host: string, path: string, pem: string, now: Date): CertificateReport[] {
  try {
    const { subject, isCa, notAfter, fingerprint } = inspectCertificate(pem);
    return [
      {
        host,
        path,
        subject,
        isCa,
        notAfter: notAfter.toISOString(),
        daysLeft: daysLeft(notAfter, now),
        fingerprint,
      },
    ];
  } catch {
    return [];
  }
}

/** The certificate that expires first, of those with an end in ISO 8601; undefined when there is none. */
export function firstToExpire<T extends { readonly notAfter: string }>(
  certificates: readonly T[],
): T | undefined {
  return certificates.toSorted((one, other) => (one.notAfter < other.notAfter ? -1 : 1))[0];
}

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
