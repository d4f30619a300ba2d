import asn1 from 'node-forge/lib/asn1.js';

/** One ASN.1 value, as node-forge holds it; bytes are strings of characters 0 to 255. */
export interface Asn1 {
  readonly tagClass: number;
  readonly type: number;
  readonly constructed: boolean;
  readonly value: string | Asn1[];
}

/** Types what node-forge's published types lack: context-specific tags and the options of fromDer. */
const { Class, Type, create, fromDer, toDer } = asn1 as unknown as {
  readonly Class: Readonly<Record<keyof typeof asn1.Class, number>>;
  readonly Type: Readonly<Record<keyof typeof asn1.Type, number>>;
  readonly create: (tagClass: number, type: number, constructed: boolean, value: string | Asn1[]) => Asn1;
  readonly fromDer: (bytes: string, options: Readonly<Record<string, boolean>>) => Asn1;
  readonly toDer: (value: Asn1) => { readonly getBytes: () => string };
};

/** Returns a SEQUENCE of the given values. */
export function sequence(...items: readonly Asn1[]): Asn1 {
  return create(Class.UNIVERSAL, Type.SEQUENCE, true, [...items]);
}

/** Returns a SET of the given values. */
export function set(...items: readonly Asn1[]): Asn1 {
  return create(Class.UNIVERSAL, Type.SET, true, [...items]);
}

/** Returns an OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Asn1 {
  return primitive(Type.OID, asn1.oidToDer(dotted).getBytes());
}

/** Returns an INTEGER; `value` is not negative. */
export function integer(value: bigint): Asn1 {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  // A set top bit would make the number negative.
  const padded = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
  return primitive(Type.INTEGER, binary(padded));
}

/** Returns the BOOLEAN TRUE (DER writes FALSE only if it is not the default, which no field here has). */
export function booleanTrue(): Asn1 {
  return primitive(Type.BOOLEAN, '\xff');
}

/** Returns the NULL value. */
export function nullValue(): Asn1 {
  return primitive(Type.NULL, '');
}

/** Returns an OCTET STRING. */
export function octetString(bytes: Uint8Array): Asn1 {
  return primitive(Type.OCTETSTRING, binary(bytes));
}

/** Returns a BIT STRING whose last `unusedBits` bits are padding. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Asn1 {
  return primitive(Type.BITSTRING, binary(Buffer.concat([Buffer.of(unusedBits), bytes])));
}

/**
 * Encodes a text as Go's encoding/asn1 does: PrintableString if every character fits, else UTF8String.
 *
 * Go's set for writing (isPrintable, asn1.go) has no asterisk and no ampersand.
 */
export function text(value: string): Asn1 {
  return /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value)
    ? primitive(Type.PRINTABLESTRING, value)
    : primitive(Type.UTF8, binary(Buffer.from(value, 'utf8')));
}

/** Encodes a time in whole seconds: UTCTime from 1950 to 2049, GeneralizedTime otherwise (RFC 5280, 4.1.2.5). */
export function time(date: Date): Asn1 {
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? primitive(Type.UTCTIME, asn1.dateToUtcTime(date))
    : primitive(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));
}

/** Returns `[tag] EXPLICIT item`. */
export function explicit(tag: number, item: Asn1): Asn1 {
  return create(Class.CONTEXT_SPECIFIC, tag, true, [item]);
}

/** Returns `[tag] IMPLICIT` of a primitive value with these content bytes. */
export function implicit(tag: number, bytes: Uint8Array): Asn1 {
  return create(Class.CONTEXT_SPECIFIC, tag, false, binary(bytes));
}

/** Returns the DER bytes of a value. */
export function encode(value: Asn1): Buffer {
  return Buffer.from(toDer(value).getBytes(), 'latin1');
}

/**
 * Reads exactly one DER value.
 *
 * @throws Error if the bytes are not ASN.1, or are BER rather than DER. Go's parser, and so kubeadm and etcd, refuses
 *   BER too, and only DER parts can be copied into another certificate byte for byte.
 */
export function decode(bytes: Uint8Array): Asn1 {
  // By default, fromDer would decode the keys inside BIT STRINGs as well.
  const value = fromDer(binary(bytes), { strict: true, parseAllBytes: true, decodeBitStrings: false });
  if (!encode(value).equals(bytes)) throw new Error('the ASN.1 value is not DER-encoded');
  return value;
}

/**
 * Returns the values inside a constructed value.
 *
 * @throws Error if the value is a primitive one.
 */
export function children(value: Asn1): Asn1[] {
  if (typeof value.value === 'string') throw new Error('a constructed ASN.1 value was expected');
  return value.value;
}

/**
 * Returns the content bytes of a primitive value.
 *
 * @throws Error if the value is a constructed one.
 */
export function content(value: Asn1): Buffer {
  if (typeof value.value !== 'string') throw new Error('a primitive ASN.1 value was expected');
  return Buffer.from(value.value, 'latin1');
}

/** Returns the dotted form of an OBJECT IDENTIFIER. */
export function dotted(value: Asn1): string {
  return asn1.derToOid(binary(content(value)));
}

/** Reports whether a value is `[tag]` of the context-specific class. */
export function isContext(value: Asn1, tag: number): boolean {
  return value.tagClass === Class.CONTEXT_SPECIFIC && value.type === tag;
}

/** Reports whether a value is a universal BOOLEAN. */
export function isBoolean(value: Asn1): boolean {
  return value.tagClass === Class.UNIVERSAL && value.type === Type.BOOLEAN;
}

function primitive(type: number, bytes: string): Asn1 {
  return create(Class.UNIVERSAL, type, false, bytes);
}

function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Object identifiers of the X.509 fields that kubeadm's etcd certificates are made of (RFC 5280, RFC 5480, RFC 8017). */
export const oids = {
  commonName: '2.5.4.3',
  rsaEncryption: '1.2.840.113549.1.1.1',
  ecPublicKey: '1.2.840.10045.2.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecdsaWithSha512: '1.2.840.10045.4.3.4',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const names = new Map<string, string>(Object.entries(oids).map(([name, oid]) => [oid, name]));

/**
 * Returns the name of an object identifier for messages and reports, or its dotted form if it is not in {@link oids}.
 */
export function oidName(oid: string): string {
  return names.get(oid) ?? oid;
}
