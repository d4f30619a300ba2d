import { children, content, decode, dotted, isBoolean, isContext, type Asn1 } from './der.ts';
import type { Extension } from './extensions.ts';

/** The fields of a certificate as they are encoded, for what node:crypto does not tell. */
export interface CertificateStructure {
  /** 1, 2 or 3. */
  readonly version: number;
  readonly serial: bigint;
  /** The AlgorithmIdentifier of the signature. */
  readonly signatureAlgorithm: Asn1;
  readonly issuer: Asn1;
  readonly notBefore: Asn1;
  readonly notAfter: Asn1;
  readonly subject: Asn1;
  /** The subject's public key with its algorithm. */
  readonly subjectPublicKeyInfo: Asn1;
  /** In the order in which they are written. */
  readonly extensions: readonly Extension[];
}

/**
 * Takes a certificate apart (RFC 5280, 4.1).
 *
 * @throws Error when the bytes are not a DER-encoded certificate.
 */
export function parseStructure(der: Uint8Array): CertificateStructure {
  const fields = children(at(children(decode(der)), 0));
  const hasVersion = fields[0] !== undefined && isContext(fields[0], 0);
  const [serial, signatureAlgorithm, issuer, validity, subject, subjectPublicKeyInfo, ...rest] = hasVersion
    ? fields.slice(1)
    : fields;
  if (!serial || !signatureAlgorithm || !issuer || !validity || !subject || !subjectPublicKeyInfo) {
    throw new Error('the certificate lacks a field');
  }
  const times = children(validity);
  const extensions = rest.find((field) => isContext(field, 3));
  return {
    version: hasVersion ? content(at(children(at(fields, 0)), 0)).readUInt8() + 1 : 1,
    serial: BigInt.asIntN(content(serial).length * 8, BigInt(`0x${content(serial).toString('hex')}`)),
    signatureAlgorithm,
    issuer,
    notBefore: at(times, 0),
    notAfter: at(times, 1),
    subject,
    subjectPublicKeyInfo,
    extensions: extensions === undefined ? [] : children(at(children(extensions), 0)).map(parseExtension),
  };
}

/** Gives the DER value of an extension, or undefined when the certificate does not have it. */
export function extensionValue(structure: CertificateStructure, oid: string): Buffer | undefined {
  return structure.extensions.find((extension) => extension.oid === oid)?.value;
}

function parseExtension(extension: Asn1): Extension {
  const [oid, second, third] = children(extension);
  if (oid === undefined || second === undefined) throw new Error('an extension lacks its value');
  const critical = isBoolean(second) && content(second)[0] !== 0;
  return { oid: dotted(oid), critical, value: content(third ?? second) };
}

function at(values: readonly Asn1[], index: number): Asn1 {
  const value = values[index];
  if (value === undefined) throw new Error('the certificate lacks a field');
  return value;
}
