import { createHash, type KeyObject } from 'node:crypto';
import { type AltName, formatIpAddress } from './alt-names.ts';
import {
  type Asn1,
  bitString,
  booleanTrue,
  children,
  content,
  decode,
  dotted,
  encode,
  implicit,
  isBoolean,
  isContext,
  octetString,
  oid,
  oidName,
  oids,
  sequence,
} from './asn1.ts';

/** The encoded fields of a certificate, for what node:crypto does not expose. */
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
  /** In encoding order. */
  readonly extensions: readonly Extension[];
}

/**
 * Parses a certificate (RFC 5280, 4.1).
 *
 * @throws Error if the bytes are not a DER-encoded certificate.
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

/** Returns the DER value of an extension, or undefined if the certificate does not have it. */
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

/** One certificate extension. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The DER value in the extension's OCTET STRING. */
  readonly value: Buffer;
}

/** Encodes an extension; `critical` is written only if true, as DER requires. */
export function extensionToAsn1(extension: Extension): Asn1 {
  const critical = extension.critical ? [booleanTrue()] : [];
  return sequence(oid(extension.oid), ...critical, octetString(extension.value));
}

/**
 * Returns kubeadm's key usage, critical: digitalSignature and keyEncipherment (EC keys too), and keyCertSign for a CA;
 * never cRLSign (pki_helpers.go, NewSignedCert and NewSelfSignedCACert).
 */
export function keyUsage({ isCa }: { isCa: boolean }): Extension {
  // Bits 0 and 2, and 5 for a CA; trailing zero bits are unused bits (X.690, 11.2.2).
  const value = isCa ? bitString(Buffer.of(0b1010_0100), 2) : bitString(Buffer.of(0b1010_0000), 5);
  return { oid: oids.keyUsage, critical: true, value: encode(value) };
}

/** Returns the extended key usage, not critical. */
export function extendedKeyUsage(usages: readonly string[]): Extension {
  return { oid: oids.extendedKeyUsage, critical: false, value: encode(sequence(...usages.map(oid))) };
}

/** Returns the basic constraints, critical: an empty SEQUENCE in a leaf, cA TRUE without a path length in a CA. */
export function basicConstraints({ isCa }: { isCa: boolean }): Extension {
  return {
    oid: oids.basicConstraints,
    critical: true,
    value: encode(isCa ? sequence(booleanTrue()) : sequence()),
  };
}

/**
 * Returns the subject key identifier: the first 160 bits of the SHA-256 of the public key's bits (RFC 7093, section 2,
 * method 1).
 *
 * Go 1.25 and later, and so kubeadm from 1.35 on, write this identifier; kubeadm built with an older Go writes the
 * SHA-1 (RFC 5280, 4.2.1.2). Any value works if the leaves repeat it.
 */
export function subjectKeyIdentifier(publicKey: KeyObject): Extension {
  const subjectPublicKey = children(decode(publicKey.export({ type: 'spki', format: 'der' })))[1];
  if (subjectPublicKey === undefined) throw new Error('a public key without its bits');
  // The first content byte of a BIT STRING counts unused bits; it is not part of the key.
  const bits = content(subjectPublicKey).subarray(1);
  const identifier = createHash('sha256').update(bits).digest().subarray(0, 20);
  return { oid: oids.subjectKeyIdentifier, critical: false, value: encode(octetString(identifier)) };
}

/** Returns the authority key identifier: the CA's own subject key identifier as `[0] keyIdentifier`, nothing else. */
export function authorityKeyIdentifier(identifier: Uint8Array): Extension {
  return {
    oid: oids.authorityKeyIdentifier,
    critical: false,
    value: encode(sequence(implicit(0, identifier))),
  };
}

/** Returns the subject alternative names in the order given; not critical, because the subject is never empty. */
export function subjectAltName(names: readonly AltName[]): Extension {
  const generalNames = names.map((name) =>
    // RFC 5280, 4.2.1.6: dNSName is [2], iPAddress is [7].
    name.type === 'DNS' ? implicit(2, Buffer.from(name.value, 'latin1')) : implicit(7, name.bytes),
  );
  return { oid: oids.subjectAltName, critical: false, value: encode(sequence(...generalNames)) };
}

/** The names of the key usage bits, bit 0 first (RFC 5280, 4.2.1.3). */
const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

/** Returns the names of the key usages, or undefined if the certificate does not limit them. */
export function keyUsagesOf(structure: CertificateStructure): string[] | undefined {
  const value = extensionValue(structure, oids.keyUsage);
  if (value === undefined) return undefined;
  const bits = content(decode(value)).subarray(1);
  return keyUsageNames.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

/** Returns the extended key usages by name, or undefined if the certificate does not limit them. */
export function extendedKeyUsagesOf(structure: CertificateStructure): string[] | undefined {
  const value = extensionValue(structure, oids.extendedKeyUsage);
  return value === undefined ? undefined : children(decode(value)).map((usage) => oidName(dotted(usage)));
}

/** Reports whether the basic constraints make the certificate a CA's. */
export function isCa(structure: CertificateStructure): boolean {
  const value = extensionValue(structure, oids.basicConstraints);
  const first = value === undefined ? undefined : children(decode(value))[0];
  return first !== undefined && isBoolean(first) && content(first)[0] !== 0;
}

/** Returns how many CAs may be below a CA, or undefined if it does not limit them. */
export function pathLengthOf(structure: CertificateStructure): number | undefined {
  const value = extensionValue(structure, oids.basicConstraints);
  const length = value === undefined ? undefined : children(decode(value)).find((part) => !isBoolean(part));
  return length === undefined ? undefined : content(length).readUIntBE(0, content(length).length);
}

/** Returns the subject key identifier, or undefined if the certificate has none. */
export function subjectKeyIdentifierOf(structure: CertificateStructure): Buffer | undefined {
  const value = extensionValue(structure, oids.subjectKeyIdentifier);
  return value === undefined ? undefined : content(decode(value));
}

/** Returns the keyIdentifier of the authority key identifier, or undefined if the certificate has none. */
export function authorityKeyIdentifierOf(structure: CertificateStructure): Buffer | undefined {
  const value = extensionValue(structure, oids.authorityKeyIdentifier);
  const identifier =
    value === undefined ? undefined : children(decode(value)).find((part) => isContext(part, 0));
  return identifier === undefined ? undefined : content(identifier);
}

/** A subject alternative name of a kind that kubeadm does not write (e-mail, URI, directory name). */
export interface OtherName {
  readonly type: 'other';
  /** The GeneralName's tag (RFC 5280, 4.2.1.6). */
  readonly value: string;
}

/** Returns the subject alternative names in encoding order. */
export function altNamesOf(structure: CertificateStructure): (AltName | OtherName)[] {
  const value = extensionValue(structure, oids.subjectAltName);
  return value === undefined ? [] : children(decode(value)).map(parseGeneralName);
}

function parseGeneralName(name: Asn1): AltName | OtherName {
  if (isContext(name, 2)) return { type: 'DNS', value: content(name).toString('latin1') };
  if (isContext(name, 7)) {
    const bytes = content(name);
    return { type: 'IP', value: formatIpAddress(bytes), bytes };
  }
  return { type: 'other', value: `[${name.type}]` };
}
