import { X509Certificate, type KeyObject } from 'node:crypto';
import { dnsName } from './alt-names.ts';
import { commonNameOnly, signCertificate } from './certificate.ts';
import { basicConstraints, keyUsage, subjectAltName, subjectKeyIdentifier } from './extensions.ts';
import { generateKey, privateKeyToPem, publicKeyOf, type KeyAlgorithm } from './keys.ts';
import { encodePem, MOST_PEM_CHARACTERS } from './pem.ts';
import { randomSerial } from './serial.ts';
import { KUBEADM_AUTHORITY_DAYS, validity } from './validity.ts';

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
