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
  /** Contents of etcd/ca.crt: the CA certificate alone, as kubeadm writes it, or whatever is on a host. */
  readonly certificatePem: string;
  /** The first certificate in it. */
  readonly certificate: X509Certificate;
  /** SHA-256 of the certificate, upper-case hex with colons, as `openssl x509 -fingerprint -sha256` shows it. */
  readonly fingerprint: string;
}

/** A certificate authority with its key, so that it can sign. */
export interface SigningAuthority extends Authority {
  readonly key: KeyObject;
}

/** A certificate authority that was just created, with its key as kubeadm writes it to `etcd/ca.key`. */
export interface NewAuthority extends SigningAuthority {
  readonly keyPem: string;
}

/** The common name of kubeadm's etcd CA (certlist.go, KubeadmCertEtcdCA). */
const commonName = 'etcd-ca';

/**
 * Creates a certificate authority equal to that of `kubeadm init phase certs etcd-ca`: CN=etcd-ca.
 *
 * @param options.days days of validity; kubeadm's default if absent.
 * @param options.now start of the run; validity begins five minutes earlier.
 * @param options.serial for tests only; random by default.
 * @param options.newKey source of its key; generated now by default.
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

/** Returns the authority of a valid etcd/ca.crt. */
export function authorityOf(certificatePem: string): Authority {
  const certificate = new X509Certificate(certificatePem);
  return { certificatePem, certificate, fingerprint: certificate.fingerprint256 };
}

/**
 * Returns the authority of the first certificate of a PEM text, alone and as Go writes it: any further certificate in a
 * host's etcd/ca.crt is trusted by that host only.
 *
 * @throws Error if the text holds no certificate, or exceeds {@link MOST_PEM_CHARACTERS}.
 */
export function firstAuthorityOf(pem: string): Authority {
  if (pem.length > MOST_PEM_CHARACTERS) throw new Error('no file of certificates is that long');
  return authorityOf(encodePem('CERTIFICATE', new X509Certificate(pem).raw));
}

/** The user's choices for a cluster's certificates. */
export interface CertificatePolicy {
  /** For the keys that the action generates: those of the leaves, and that of a CA that it creates. */
  readonly keyAlgorithm: KeyAlgorithm;
  /** Days of validity of a leaf, from the start of the run that issues it. */
  readonly leafDays: number;
  /** Days of validity of a CA that the action creates. */
  readonly authorityDays: number;
  /** Names and addresses in each server and peer certificate besides the member's own, in canonical form. */
  readonly extraSans: readonly string[];
}

/** kubeadm's defaults (v1beta4, defaults.go). */
export const KUBEADM_POLICY: CertificatePolicy = {
  keyAlgorithm: 'RSA-2048',
  leafDays: KUBEADM_LEAF_DAYS,
  authorityDays: KUBEADM_AUTHORITY_DAYS,
  extraSans: [],
};
