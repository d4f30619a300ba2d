import { type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  type Asn1,
  bitString,
  decode,
  encode,
  explicit,
  integer,
  nullValue,
  oid,
  oids,
  sequence,
  set,
  text,
  time,
} from './asn1.ts';
import { describeKey } from './keys.ts';
import { encodePem } from './pem.ts';
import { type Extension, extensionToAsn1 } from './structure.ts';

/** The contents of a certificate, without its signature. */
export interface CertificateContents {
  readonly serial: bigint;
  readonly issuer: Asn1;
  readonly subject: Asn1;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** The subject's key; of a private key, the public half is used. */
  readonly publicKey: KeyObject;
  /** In encoding order. */
  readonly extensions: readonly Extension[];
}

/**
 * Signs an X.509 version 3 certificate (RFC 5280, 4.1) and returns it as PEM. The signature algorithm follows the
 * signer's key, so any mix of RSA and EC keys works.
 *
 * @throws Error if the signer is neither RSA nor EC on P-256, P-384 or P-521.
 */
export function signCertificate(contents: CertificateContents, signer: KeyObject): string {
  const algorithm = signatureAlgorithmOf(signer);
  const toBeSigned = sequence(
    explicit(0, integer(2n)),
    integer(contents.serial),
    algorithm.identifier,
    contents.issuer,
    sequence(time(contents.notBefore), time(contents.notAfter)),
    contents.subject,
    decode(contents.publicKey.export({ type: 'spki', format: 'der' })),
    explicit(3, sequence(...contents.extensions.map(extensionToAsn1))),
  );
  const signature = signBytes(encode(toBeSigned), signer, algorithm);
  return encodePem('CERTIFICATE', encode(sequence(toBeSigned, algorithm.identifier, bitString(signature))));
}

/** Returns a distinguished name that holds a common name only, as all of kubeadm's etcd certificates have. */
export function commonNameOnly(commonName: string): Asn1 {
  return sequence(set(sequence(oid(oids.commonName), text(commonName))));
}

/** The algorithm by which a key signs certificates. */
export interface SignatureAlgorithm {
  /** The digest's name for node:crypto. */
  readonly digest: 'sha256' | 'sha384' | 'sha512';
  /** The AlgorithmIdentifier that goes into the certificate. */
  readonly identifier: Asn1;
}

/**
 * Returns the algorithm that Go's x509.CreateCertificate picks for a signer's key (signingParamsForKey): the digest
 * follows the signer's curve, not the subject's key; RSA of any size signs with SHA-256.
 *
 * @throws Error for a key that Go cannot sign with (Ed25519 is left out because kubeadm refuses it).
 */
function signatureAlgorithmOf(signer: KeyObject): SignatureAlgorithm {
  const name = describeKey(signer);
  if (name.startsWith('RSA-')) {
    // RFC 4055 requires the NULL for RSA, RFC 5758 requires no parameters for ECDSA.
    return { digest: 'sha256', identifier: sequence(oid(oids.sha256WithRsa), nullValue()) };
  }
  switch (name) {
    case 'ECDSA-P256':
      return { digest: 'sha256', identifier: sequence(oid(oids.ecdsaWithSha256)) };
    case 'ECDSA-P384':
      return { digest: 'sha384', identifier: sequence(oid(oids.ecdsaWithSha384)) };
    case 'ECDSA-P521':
      return { digest: 'sha512', identifier: sequence(oid(oids.ecdsaWithSha512)) };
    default:
      throw new Error(`a key of type ${name} cannot sign certificates for kubeadm`);
  }
}

/** Signs bytes; an ECDSA signature is the DER SEQUENCE that X.509 requires. */
function signBytes(bytes: Uint8Array, signer: KeyObject, algorithm: SignatureAlgorithm): Buffer {
  return sign(algorithm.digest, bytes, signer);
}

/** 24 hours. */
export const MILLISECONDS_A_DAY = 24 * 60 * 60 * 1000;

/** Days that kubeadm's leaf certificates are valid: one year (constants.go, CertificateValidityPeriod). */
export const KUBEADM_LEAF_DAYS = 365;

/** Days that kubeadm's CA certificates are valid: ten years (constants.go, CACertificateValidityPeriod). */
export const KUBEADM_AUTHORITY_DAYS = 3650;

/**
 * Milliseconds by which certificates are backdated, so that small clock differences do not matter
 * (CertificateBackdate).
 */
export const backdate = 5 * 60 * 1000;

/**
 * Returns a certificate's validity as kubeadm counts it: the end is counted from the start of the run, not from the
 * backdated beginning (certlist.go, GetConfig).
 * @param days of 24 hours.
 */
export function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - backdate),
    notAfter: new Date(now.getTime() + days * MILLISECONDS_A_DAY),
  };
}

/**
 * Returns the whole days until a certificate expires, rounded down: 0 on its last day, negative once it has expired.
 */
export function daysLeft(notAfter: Date, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / MILLISECONDS_A_DAY);
}

/** One less than the largest int64: kubeadm's serial numbers stay below it. */
const limit = 2n ** 63n - 2n;

/**
 * Returns a serial number as kubeadm's NewSignedCert draws it: uniform in [1, 2^63 - 1).
 *
 * @param random source of random bytes, for tests.
 */
export function randomSerial(random: (size: number) => Uint8Array = randomBytes): bigint {
  for (;;) {
    // Draws 63 bits and discards the rare value out of range, which keeps the distribution uniform.
    const drawn = Buffer.from(random(8)).readBigUInt64BE() >> 1n;
    if (drawn < limit) return drawn + 1n;
  }
}
