import type { X509Certificate } from 'node:crypto';

/** What stands above a CA. */
export interface Chain {
  /** The CA's issuer, that one's issuer and so on, as far as they are there. */
  readonly issuers: readonly X509Certificate[];
  /** Certificates that have nothing to do with the CA. */
  readonly strangers: readonly X509Certificate[];
}

/** Finds the certificates above a CA among others, in whatever order those are. */
export function chainAbove(authority: X509Certificate, others: readonly X509Certificate[]): Chain {
  const issuers: X509Certificate[] = [];
  const strangers = [...others];
  for (let lower = authority; ;) {
    const at = isSelfSigned(lower) ? -1 : strangers.findIndex((other) => hasSigned(other, lower));
    const [issuer] = at < 0 ? [] : strangers.splice(at, 1);
    if (issuer === undefined) return { issuers, strangers };
    issuers.push(issuer);
    lower = issuer;
  }
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return hasSigned(certificate, certificate);
}

function hasSigned(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
}
