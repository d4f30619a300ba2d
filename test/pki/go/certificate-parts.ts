import { createHash, createPrivateKey, sign } from 'node:crypto';

/**
 * DER that is written byte by byte, so that it can be wrong: the product's writer (`src/pki/asn1.ts`) writes only
 * correct DER.
 */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.of(length);
  return length < 256 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => tlv(0x30, ...contents);
export const octets = (contents: Uint8Array): Buffer => tlv(0x04, contents);
export const bits = (contents: Uint8Array, padding = 0): Buffer => tlv(0x03, Buffer.of(padding), contents);
export const integer = (...bytes: readonly number[]): Buffer => tlv(0x02, Buffer.from(bytes));
export const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
export const TRUE = hex('0101ff');
export const NULL = hex('0500');

/** Returns an OBJECT IDENTIFIER from its dotted form, with all numbers below 2^14 except RSA's second-level ones. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return tlv(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(number: number): number[] {
  const high = Math.floor(number / 128);
  return [...(high > 0 ? base128(high).map((byte) => byte | 0x80) : []), number % 128];
}

/** The key of every certificate; the parser does not depend on it. */
export const KEY = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    d: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE',
    x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
    y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  },
});

/** The encoded parts of a certificate; each can be replaced. */
export interface Parts {
  readonly version: Uint8Array;
  readonly serial: Uint8Array;
  readonly innerAlgorithm: Uint8Array;
  readonly outerAlgorithm: Uint8Array;
  /** Subject and issuer: the certificates sign themselves. */
  readonly name: Uint8Array;
  readonly validity: Uint8Array;
  readonly keyInfo: Uint8Array;
  readonly uniqueIds: Uint8Array;
  /** `[3]` with all of them; default: built from {@link Extensions}. */
  readonly extensions: Uint8Array;
  /** The BIT STRING of a signature; default: the signature of the rest. */
  readonly signature: Uint8Array;
  /** Bytes after the certificate. */
  readonly behind: Uint8Array;
}

/** Extensions by name or object identifier, in order; undefined removes a usual one. */
export type Extensions = Readonly<Record<string, Uint8Array | undefined>>;

/** An extension with its value. */
export function extension(dotted: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(dotted), critical ? TRUE : Buffer.alloc(0), octets(value));
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** Returns a name of one attribute, CN, with a value of this type. */
export function commonName(tag: number, value: Uint8Array): Buffer {
  return sequence(tlv(0x31, sequence(oid('2.5.4.3'), tlv(tag, value))));
}

export const utcTime = (text: string): Buffer => tlv(0x17, ascii(text));
export const generalizedTime = (text: string): Buffer => tlv(0x18, ascii(text));

const OWN_KEY_INFO = ownKeyInfo();

function ownKeyInfo(): Buffer {
  const { x = '', y = '' } = KEY.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')), bits(point));
}

/** The default extensions of a CA. */
const USUAL: Extensions = {
  keyUsage: extension('2.5.29.15', hex('030202a4'), true),
  basicConstraints: extension('2.5.29.19', sequence(TRUE), true),
  subjectKeyIdentifier: extension('2.5.29.14', octets(createHash('sha1').update(OWN_KEY_INFO).digest())),
};

/** Returns the DER of a self-signed CA certificate, with some of its parts replaced. */
export function certificate(changes: Partial<Parts> = {}, extensions: Extensions = {}): Buffer {
  const listed = Object.values({ ...USUAL, ...extensions }).filter((one) => one !== undefined);
  const parts = {
    version: tlv(0xa0, integer(2)),
    serial: integer(7),
    innerAlgorithm: ECDSA_SHA256,
    outerAlgorithm: ECDSA_SHA256,
    name: commonName(0x13, ascii('etcd-ca')),
    validity: sequence(utcTime('260101000000Z'), utcTime('360101000000Z')),
    keyInfo: OWN_KEY_INFO,
    uniqueIds: Buffer.alloc(0),
    extensions: tlv(0xa3, sequence(...listed)),
    behind: Buffer.alloc(0),
    ...changes,
  };
  const { version, serial, innerAlgorithm, name, validity, keyInfo, uniqueIds } = parts;
  const toBeSigned = sequence(
    version,
    serial,
    innerAlgorithm,
    name,
    validity,
    name,
    keyInfo,
    uniqueIds,
    parts.extensions,
  );
  const signature = parts.signature ?? bits(sign('sha256', toBeSigned, KEY));
  return Buffer.concat([sequence(toBeSigned, parts.outerAlgorithm, signature), parts.behind]);
}
