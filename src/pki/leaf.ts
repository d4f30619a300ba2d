import { X509Certificate, type KeyObject } from 'node:crypto';
import { memberAltNames, nodeName, type CertificateMember } from './alt-names.ts';
import type { SigningAuthority } from './authority.ts';
import { commonNameOnly, signCertificate } from './certificate.ts';
import { encode } from './der.ts';
import { subjectKeyIdentifierOf } from './extension-values.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
} from './extensions.ts';
import { generateKey, privateKeyToPem, publicKeyOf, type KeyAlgorithm } from './keys.ts';
import { leafProfileNames, leafProfiles, type LeafProfileName } from './leaf-profiles.ts';
import { oids } from './oids.ts';
import { randomSerial } from './serial.ts';
import { parseStructure } from './structure.ts';
import { KUBEADM_LEAF_DAYS, validity } from './validity.ts';

/** A leaf certificate with its key. */
export interface Leaf {
  readonly certificatePem: string;
  /** As kubeadm writes it: PKCS#1 or SEC 1. */
  readonly keyPem: string;
  readonly certificate: X509Certificate;
}

/** What a leaf is issued for. */
export interface LeafRequest {
  readonly member: CertificateMember;
  readonly algorithm: KeyAlgorithm;
  /** Days that it is valid; kubeadm's own if left out. */
  readonly days?: number;
  /** The start of the run; validity begins five minutes earlier. */
  readonly now: Date;
  /** Where its key comes from, if not made now. */
  readonly newKey?: () => Promise<KeyObject>;
}

/**
 * Issues one leaf certificate with a new key, equal to the one that `kubeadm init phase certs` would issue.
 *
 * @throws Error for a member name, address or extra name that kubeadm would not put into a certificate, and for a
 *   member whose name is the CA's own: its certificate would look self-signed and nobody could verify it.
 */
export async function issueLeaf(
  authority: SigningAuthority,
  profileName: LeafProfileName,
  request: LeafRequest,
): Promise<Leaf> {
  const profile = leafProfiles[profileName];
  const issuer = parseStructure(authority.certificate.raw);
  const subject = commonNameOnly(profile.commonName ?? nodeName(request.member.name));
  if (encode(subject).equals(encode(issuer.subject))) {
    throw new Error(
      `the member is named "${request.member.name}" like the CA itself: its certificates would look self-signed; give the member another name`,
    );
  }
  // As Go does: a CA without a subject key identifier gives leaves without an authority key identifier.
  const issuerKeyIdentifier = subjectKeyIdentifierOf(issuer);
  const altNames = profile.namesMember ? memberAltNames(request.member) : [];
  const key = await (request.newKey?.() ?? generateKey(request.algorithm));
  const certificatePem = signCertificate(
    {
      serial: randomSerial(),
      issuer: issuer.subject,
      subject,
      ...validity(request.now, request.days ?? KUBEADM_LEAF_DAYS),
      publicKey: publicKeyOf(key),
      extensions: [
        keyUsage({ isCa: false }),
        extendedKeyUsage(profile.usages.map((usage) => oids[usage])),
        basicConstraints({ isCa: false }),
        ...(issuerKeyIdentifier === undefined ? [] : [authorityKeyIdentifier(issuerKeyIdentifier)]),
        ...(altNames.length === 0 ? [] : [subjectAltName(altNames)]),
      ],
    },
    authority.key,
  );
  return { certificatePem, keyPem: privateKeyToPem(key), certificate: new X509Certificate(certificatePem) };
}

/**
 * Issues all four leaves of a member at once; their keys are made in parallel.
 *
 * @throws Error as issueLeaf does.
 */
export async function issueMemberLeaves(
  authority: SigningAuthority,
  request: LeafRequest,
): Promise<Record<LeafProfileName, Leaf>> {
  const leaves = await Promise.all(
    leafProfileNames.map(async (name) => [name, await issueLeaf(authority, name, request)] as const),
  );
  return Object.fromEntries(leaves) as Record<LeafProfileName, Leaf>;
}
