import { type KeyObject, X509Certificate } from 'node:crypto';
import { type CertificateMember, memberAltNames, nodeName } from './alt-names.ts';
import { encode, oids } from './asn1.ts';
import type { SigningAuthority } from './authority.ts';
import { commonNameOnly, KUBEADM_LEAF_DAYS, randomSerial, signCertificate, validity } from './certificate.ts';
import { generateKey, type KeyAlgorithm, privateKeyToPem, publicKeyOf } from './keys.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  parseStructure,
  subjectAltName,
  subjectKeyIdentifierOf,
} from './structure.ts';

/** A leaf certificate with its key. */
export interface Leaf {
  readonly certificatePem: string;
  /** As kubeadm writes it: PKCS#1 or SEC 1. */
  readonly keyPem: string;
  readonly certificate: X509Certificate;
}

/** The parameters of a leaf to issue. */
export interface LeafRequest {
  readonly member: CertificateMember;
  readonly algorithm: KeyAlgorithm;
  /** Days of validity; kubeadm's default if absent. */
  readonly days?: number;
  /** Start of the run; validity begins five minutes earlier. */
  readonly now: Date;
  /** Source of its key; generated now by default. */
  readonly newKey?: () => Promise<KeyObject>;
}

/**
 * Issues one leaf certificate with a new key, equal to the one that `kubeadm init phase certs` would issue.
 *
 * @throws Error for a member name, address or extra name that kubeadm would not put into a certificate, and for a
 *   member with the same name as the CA: its certificate would look self-signed and could not be verified.
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
  // As in Go: a CA without a subject key identifier issues leaves without an authority key identifier.
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
 * Issues all four leaves of a member at once and generates their keys in parallel.
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

/** The leaf certificates that each etcd host of the cluster has. */
export const leafProfileNames = ['server', 'peer', 'healthcheckClient', 'apiserverEtcdClient'] as const;

/** One of the leaf certificates. */
export type LeafProfileName = (typeof leafProfileNames)[number];

/** The properties in which the leaves differ. */
export interface LeafProfile {
  /** Path under /etc/kubernetes/pki without `.crt` or `.key`. */
  readonly path: string;
  /** The fixed common name; absent: the member's node name. */
  readonly commonName?: string;
  /** Extended key usages in encoding order. */
  readonly usages: readonly ('serverAuth' | 'clientAuth')[];
  /** True if the certificate has the member's subject alternative names. */
  readonly namesMember: boolean;
}

/**
 * kubeadm's etcd leaves (phases/certs/certlist.go). None has an organization since Kubernetes 1.29. A server
 * certificate also needs clientAuth, because etcd's own gateway connects with it.
 */
export const leafProfiles: Readonly<Record<LeafProfileName, LeafProfile>> = {
  server: { path: 'etcd/server', usages: ['serverAuth', 'clientAuth'], namesMember: true },
  peer: { path: 'etcd/peer', usages: ['serverAuth', 'clientAuth'], namesMember: true },
  healthcheckClient: {
    path: 'etcd/healthcheck-client',
    commonName: 'kube-etcd-healthcheck-client',
    usages: ['clientAuth'],
    namesMember: false,
  },
  apiserverEtcdClient: {
    path: 'apiserver-etcd-client',
    commonName: 'kube-apiserver-etcd-client',
    usages: ['clientAuth'],
    namesMember: false,
  },
};
