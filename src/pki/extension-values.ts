import type { AltName } from './alt-names.ts';
import { children, content, decode, dotted, isBoolean, isContext, type Asn1 } from './der.ts';
import { formatIpAddress } from './ip-address.ts';
import { oidName, oids } from './oids.ts';
import { extensionValue, type CertificateStructure } from './structure.ts';

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

/** Gives the names of the key usages, or undefined when the certificate does not limit them. */
export function keyUsagesOf(structure: CertificateStructure): string[] | undefined {
  const value = extensionValue(structure, oids.keyUsage);
  if (value === undefined) return undefined;
  const bits = content(decode(value)).subarray(1);
  return keyUsageNames.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

/** Gives the extended key usages by name, or undefined when the certificate does not limit them. */
export function extendedKeyUsagesOf(structure: CertificateStructure): string[] | undefined {
  const value = extensionValue(structure, oids.extendedKeyUsage);
  return value === undefined ? undefined : children(decode(value)).map((usage) => oidName(dotted(usage)));
}

/** Says whether the basic constraints make the certificate a CA's. */
export function isCa(structure: CertificateStructure): boolean {
  const value = extensionValue(structure, oids.basicConstraints);
  const first = value === undefined ? undefined : children(decode(value))[0];
  return first !== undefined && isBoolean(first) && content(first)[0] !== 0;
}

/** Gives how many CAs may stand below a CA, or undefined when it does not limit them. */
export function pathLengthOf(structure: CertificateStructure): number | undefined {
  const value = extensionValue(structure, oids.basicConstraints);
  const length = value === undefined ? undefined : children(decode(value)).find((part) => !isBoolean(part));
  return length === undefined ? undefined : content(length).readUIntBE(0, content(length).length);
}

/** Gives the subject key identifier, or undefined when the certificate has none. */
export function subjectKeyIdentifierOf(structure: CertificateStructure): Buffer | undefined {
  const value = extensionValue(structure, oids.subjectKeyIdentifier);
  return value === undefined ? undefined : content(decode(value));
}

/** Gives the keyIdentifier of the authority key identifier, or undefined when the certificate has none. */
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

/** Gives the subject alternative names in their order. */
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
