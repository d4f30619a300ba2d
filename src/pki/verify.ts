import { createPrivateKey, X509Certificate } from 'node:crypto';
import { errorMessage } from '../findings.ts';
import { type CertificateMember, formatAltName, memberAltNames } from './alt-names.ts';
import type { Authority } from './authority.ts';
import { type CertificateInfo, inspectCertificate } from './inspect.ts';
import { type LeafProfileName, leafProfiles } from './leaf.ts';

/** A leaf from a host. */
export interface HostLeaf {
  readonly certificatePem: string;
  /** Absent if the key is not available; it is then not compared. */
  readonly keyPem?: string;
}

/** The requirements for a leaf from a host. */
export interface LeafExpectation {
  readonly authority: Pick<Authority, 'certificate'>;
  readonly profile: LeafProfileName;
  readonly member: CertificateMember;
  readonly now: Date;
}

/**
 * Checks that a leaf will work for its member: issued by the CA, valid now, belonging to its key, usable for its
 * purpose, naming the member. Returns every finding, each beginning with the file's path under /etc/kubernetes/pki;
 * none if the leaf is good. Throws nothing for a bad leaf.
 */
export function verifyLeaf(leaf: HostLeaf, expected: LeafExpectation): string[] {
  const path = leafProfiles[expected.profile].path;
  let certificate: X509Certificate;
  let info: CertificateInfo;
  try {
    certificate = new X509Certificate(leaf.certificatePem);
    info = inspectCertificate(leaf.certificatePem);
  } catch (error) {
    return [`${path}.crt is not a readable certificate (${errorMessage(error)})`];
  }
  return [
    ...[
      ...issuerFindings(certificate, info, expected.authority.certificate),
      ...validityFindings(info, expected.now),
      ...usageFindings(info, expected.profile),
      ...nameFindings(info, expected),
    ].map((finding) => `${path}.crt ${finding}`),
    ...(leaf.keyPem === undefined ? [] : keyFindings(certificate, leaf.keyPem)).map(
      (finding) => `${path}.key ${finding}`,
    ),
  ];
}

/** Reports whether this CA has signed a certificate (PEM); undefined if the text is not a certificate. */
export function isSignedBy(
  certificatePem: string,
  { certificate: authority }: Pick<Authority, 'certificate'>,
): boolean | undefined {
  try {
    const leaf = new X509Certificate(certificatePem);
    return issuerFindings(leaf, inspectCertificate(certificatePem), authority).length === 0;
  } catch {
    return undefined;
  }
}

function issuerFindings(leaf: X509Certificate, info: CertificateInfo, authority: X509Certificate): string[] {
  if (leaf.issuer !== authority.subject) {
    return [`was issued by "${info.issuer}", not by this cluster's CA "${authority.subject}"`];
  }
  if (!leaf.checkIssued(authority) || !leaf.verify(authority.publicKey)) {
    return [
      `was not signed by this cluster's CA (SHA-256 ${authority.fingerprint256}) but by another one of the same name`,
    ];
  }
  return [];
}

function validityFindings(info: CertificateInfo, now: Date): string[] {
  if (now > info.notAfter) return [`expired on ${info.notAfter.toISOString()}`];
  if (now < info.notBefore) return [`is not valid before ${info.notBefore.toISOString()}`];
  return [];
}

function usageFindings(info: CertificateInfo, profile: LeafProfileName): string[] {
  const findings = [];
  if (info.keyUsages?.includes('digitalSignature') === false) {
    findings.push('lacks the key usage digitalSignature');
  }
  const granted = info.extendedKeyUsages;
  const missing = leafProfiles[profile].usages.filter((usage) => granted?.includes(usage) === false);
  if (missing.length > 0 && granted?.includes('anyExtendedKeyUsage') !== true) {
    findings.push(`lacks the extended key usage ${missing.join(' and ')}`);
  }
  return findings;
}

function nameFindings(info: CertificateInfo, expected: LeafExpectation): string[] {
  if (!leafProfiles[expected.profile].namesMember) return [];
  const missing = memberAltNames(expected.member)
    .map(formatAltName)
    .filter((name) => !info.sans.includes(name));
  return missing.length === 0
    ? []
    : [`does not name ${missing.join(', ')} (it names ${info.sans.join(', ')})`];
}

function keyFindings(certificate: X509Certificate, keyPem: string): string[] {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem))
      ? []
      : ['does not belong to its certificate'];
  } catch (error) {
    return [`is not a readable private key (${errorMessage(error)})`];
  }
}

/** The certificates above a CA. */
export interface Chain {
  /** The CA's issuer, that one's issuer and so on, as far as available. */
  readonly issuers: readonly X509Certificate[];
  /** Certificates that are not above the CA. */
  readonly strangers: readonly X509Certificate[];
}

/** Finds the certificates above a CA among others in any order. */
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
