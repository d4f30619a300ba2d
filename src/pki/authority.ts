import { type KeyObject, X509Certificate } from 'node:crypto';
import { dnsName } from './alt-names.ts';
import {
  commonNameOnly,
  KUBEADM_AUTHORITY_DAYS,
  KUBEADM_LEAF_DAYS,
  randomSerial,
  signCertificate,
  validity,
} from './certificate.ts';
import { generateKey, type KeyAlgorithm, privateKeyToPem, publicKeyOf } from './keys.ts';
import { encodePem, MOST_PEM_CHARACTERS } from './pem.ts';
import { basicConstraints, keyUsage, subjectAltName, subjectKeyIdentifier } from './structure.ts';

/** A certificate authority of an etcd cluster. */
export interface Authority {
  /** What etcd/ca.crt holds: the CA certificate alone, as kubeadm writes it, or whatever lies on a host. */
  readonly certificatePem: string;
  /** The first certificate of it. */
  readonly certificate: X509Certificate;
  /** SHA-256 of the certificate, upper-case hex with colons, as `openssl x509 -fingerprint -sha256` shows it. */
  readonly fingerprint: string;
}

/** A certificate authority whose key is at hand, so that it can sign. */
export interface SigningAuthority extends Authority {
  readonly key: KeyObject;
}

/** A certificate authority that was just made, with its key as kubeadm writes it to `etcd/ca.key`. */
export interface NewAuthority extends SigningAuthority {
  readonly keyPem: string;
}

/** The common name of kubeadm's etcd CA (certlist.go, KubeadmCertEtcdCA). */
const commonName = 'etcd-ca';

/**
 * Makes a certificate authority equal to `kubeadm init phase certs etcd-ca`: CN=etcd-ca.
 *
 * @param options.days that it is valid; kubeadm's own if left out.
 * @param options.now the start of the run; validity begins five minutes earlier.
 * @param options.serial only for tests; a random one is drawn otherwise.
 * @param options.newKey where its key comes from, if not made now.
 */
export async function createAuthority(options: {
  readonly algorithm: KeyAlgorithm;
  readonly days?: number;
  readonly now: Date;
  readonly serial?: bigint;
  readonly newKey?: () => Promise<KeyObject>;
}): Promise<NewAuthority> {
  const key = await (options.newKey?.() ?? generateKey(options.algorithm));
  const publicKey = publicKeyOf(key);
  const name = commonNameOnly(commonName);
  const certificatePem = signCertificate(
    {
      serial: options.serial ?? randomSerial(),
      issuer: name,
      subject: name,
      ...validity(options.now, options.days ?? KUBEADM_AUTHORITY_DAYS),
      publicKey,
      extensions: [
        keyUsage({ isCa: true }),
        basicConstraints({ isCa: true }),
        subjectKeyIdentifier(publicKey),
        subjectAltName([dnsName(commonName)]),
      ],
    },
    key,
  );
  return { ...authorityOf(certificatePem), key, keyPem: privateKeyToPem(key) };
}

/** Gives the authority of an etcd/ca.crt that is known to be good. */
export function authorityOf(certificatePem: string): Authority {
  const certificate = new X509Certificate(certificatePem);
  return { certificatePem, certificate, fingerprint: certificate.fingerprint256 };
}

/**
 * Gives the authority of the first certificate of a PEM text, alone and as Go writes it: what else a host has in its
 * etcd/ca.crt is that host's word alone.
 *
 * @throws Error when the text holds no certificate, or is longer than a file of certificates can be.
 */
export function firstAuthorityOf(pem: string): Authority {
  if (pem.length > MOST_PEM_CHARACTERS) throw new Error('no file of certificates is that long');
  return authorityOf(encodePem('CERTIFICATE', new X509Certificate(pem).raw));
}

/** How a cluster's certificates are made, as far as the user may choose. */
export interface CertificatePolicy {
  /** Of the keys that the action makes: those of the leaves, and that of a CA of its own making. */
  readonly keyAlgorithm: KeyAlgorithm;
  /** Days that a leaf is valid from the start of the run that issues it. */
  readonly leafDays: number;
  /** Days that a CA of the action's own making is valid. */
  readonly authorityDays: number;
  /** Names and addresses in each server and peer certificate beside the member's own, in their canonical form. */
  readonly extraSans: readonly string[];
}

/** What kubeadm does if nobody says otherwise (v1beta4, defaults.go). */
export const KUBEADM_POLICY: CertificatePolicy = {
  keyAlgorithm: 'RSA-2048',
  leafDays: KUBEADM_LEAF_DAYS,
  authorityDays: KUBEADM_AUTHORITY_DAYS,
  extraSans: [],
};
