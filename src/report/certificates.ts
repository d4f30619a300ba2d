import { daysLeft } from '../pki/certificate.ts';
import { inspectCertificate } from '../pki/inspect.ts';
import type { CertificateReport } from './run-report.ts';

/**
 * Describes the certificates among the public files of the hosts.
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
