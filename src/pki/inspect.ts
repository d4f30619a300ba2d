import { createHash, X509Certificate } from 'node:crypto';
import { formatAltName } from './alt-names.ts';
import { children, dotted, encode, oidName } from './asn1.ts';
import {
  altNamesOf,
  authorityKeyIdentifierOf,
  extendedKeyUsagesOf,
  isCa,
  keyUsagesOf,
  parseStructure,
  subjectKeyIdentifierOf,
} from './structure.ts';
import { describeKey } from './keys.ts';
import { decodePem } from './pem.ts';

/** The contents of a certificate in words, for reports and tests. */
export interface CertificateInfo {
  /** For example `CN=infra0`; several parts are separated by a comma. */
  readonly subject: string;
  readonly issuer: string;
  readonly serial: bigint;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** In encoding order, for example `DNS:infra0` and `IP:10.0.0.6`. */
  readonly sans: readonly string[];
  /** For example `digitalSignature`; undefined if the certificate does not limit them. */
  readonly keyUsages: readonly string[] | undefined;
  /** For example `serverAuth`; undefined if the certificate does not limit them. */
  readonly extendedKeyUsages: readonly string[] | undefined;
  readonly isCa: boolean;
  /** Hex without colons; undefined if absent. */
  readonly subjectKeyIdentifier: string | undefined;
  /** Hex without colons; undefined if absent. */
  readonly authorityKeyIdentifier: string | undefined;
  /** For example `RSA-2048`. */
  readonly keyAlgorithm: string;
  /** For example `sha256WithRsa`. */
  readonly signatureAlgorithm: string;
  /** Name and criticality of each extension, in encoding order. */
  readonly extensions: readonly { readonly name: string; readonly critical: boolean }[];
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex, as in kubeadm's `sha256:` pins. */
  readonly publicKeySha256: string;
}

/**
 * Describes the first certificate of a PEM text.
 *
 * @throws Error if the text holds no certificate, or one with an unreadable part.
 */
export function inspectCertificate(pem: string): CertificateInfo {
  const certificate = new X509Certificate(pem);
  const structure = parseStructure(certificate.raw);
  const signatureOid = children(structure.signatureAlgorithm)[0];
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    serial: structure.serial,
    notBefore: moment(certificate.validFromDate),
    notAfter: moment(certificate.validToDate),
    sans: altNamesOf(structure).map(formatAltName),
    keyUsages: keyUsagesOf(structure),
    extendedKeyUsages: extendedKeyUsagesOf(structure),
    isCa: isCa(structure),
    subjectKeyIdentifier: subjectKeyIdentifierOf(structure)?.toString('hex'),
    authorityKeyIdentifier: authorityKeyIdentifierOf(structure)?.toString('hex'),
    keyAlgorithm: describeKey(certificate.publicKey),
    signatureAlgorithm: signatureOid === undefined ? 'unknown' : oidName(dotted(signatureOid)),
    extensions: structure.extensions.map(({ oid, critical }) => ({ name: oidName(oid), critical })),
    fingerprint: certificate.fingerprint256,
    publicKeySha256: createHash('sha256').update(encode(structure.subjectPublicKeyInfo)).digest('hex'),
  };
}

/** Describes the first certificate of a PEM text; undefined if there is none, or it cannot be read. */
export function readableCertificate(pem: string | undefined): CertificateInfo | undefined {
  try {
    return pem === undefined ? undefined : inspectCertificate(pem);
  } catch {
    return undefined;
  }
}

/** Returns the end of validity of the first certificate of a PEM text; undefined if no certificate can be read. */
export function certificateEnd(pem: string | undefined): Date | undefined {
  return readableCertificate(pem)?.notAfter;
}

/** Refuses an invalid date, which OpenSSL accepts in a certificate. */
function moment(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new Error('one of its dates cannot be read');
  return date;
}

/** Joins the parts of a name, which node:crypto separates by line breaks; an empty name is undefined there, whatever its type says. */
function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ');
}

/** Returns the subject of a certificate for messages, on one line; it may have none (RFC 5280 §4.1.2.6). */
export function subjectInWords({ subject }: X509Certificate): string {
  return oneLine(subject) || '(no name)';
}

/**
 * Returns the SHA-256 of every certificate in a PEM text, because a server trusts all of them. Skips blocks that are
 * not certificates.
 */
export function fingerprintsIn(pem: string): string[] {
  return decodePem(pem).flatMap(({ type, text }) => {
    if (type !== 'CERTIFICATE') return [];
    try {
      return [new X509Certificate(text).fingerprint256];
    } catch {
      return [];
    }
  });
}
