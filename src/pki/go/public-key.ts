import { DerReader, TAG, type BitString } from './der-reader.ts';
import { isOnCurve, namedCurve } from './curves.ts';
import { GoRefusal } from './refusal.ts';

/** An AlgorithmIdentifier as far as Go reads it: the parameters as they are encoded, empty where there are none. */
export interface AlgorithmIdentifier {
  readonly algorithm: string;
  readonly parameters: Buffer;
}

/**
 * Reads an AlgorithmIdentifier (parser.go, parseAI).
 *
 * @throws GoRefusal for one that Go cannot read.
 */
export function readAlgorithm(sequence: DerReader): AlgorithmIdentifier {
  const algorithm = sequence.objectIdentifier();
  if (algorithm === undefined) throw new GoRefusal('x509: malformed OID');
  if (sequence.isEmpty) return { algorithm, parameters: Buffer.alloc(0) };
  const parameters = sequence.readAny()?.element;
  if (parameters === undefined) throw new GoRefusal('x509: malformed parameters');
  return { algorithm, parameters };
}

/**
 * Checks a subject's public key (parser.go, parsePublicKey). A key of an algorithm that Go does not know is passed over, as
 * there: it is refused where it has to verify something.
 *
 * @throws GoRefusal for a key that Go does not take.
 */
export function checkPublicKey({ algorithm, parameters }: AlgorithmIdentifier, key: BitString): void {
  const data = rightAligned(key);
  switch (algorithm) {
    case '1.2.840.113549.1.1.1':
      checkRsa(parameters, data);
      return;
    case '1.2.840.10045.2.1':
      checkEcdsa(parameters, data);
      return;
    case '1.3.101.112':
      if (parameters.length > 0) throw new GoRefusal('x509: Ed25519 key encoded with illegal parameters');
      if (data.length !== 32) throw new GoRefusal('x509: wrong Ed25519 public key size');
      return;
    case '1.2.840.10040.4.1':
      checkDsa(parameters, data);
      return;
    default:
  }
}

function checkRsa(parameters: Buffer, data: Buffer): void {
  // RFC 3279, 2.3.1: NULL
  if (!parameters.equals(Buffer.of(0x05, 0x00))) throw new GoRefusal('x509: RSA key missing NULL parameters');
  const key = new DerReader(data).read(TAG.SEQUENCE);
  if (key === undefined) throw new GoRefusal('x509: invalid RSA public key');
  const modulus = key.integer();
  if (modulus === undefined) throw new GoRefusal('x509: invalid RSA modulus');
  const exponent = key.int64();
  if (exponent === undefined) throw new GoRefusal('x509: invalid RSA public exponent');
  if (modulus <= 0n) throw new GoRefusal('x509: RSA modulus is not a positive number');
  if (exponent <= 0n) throw new GoRefusal('x509: RSA public exponent is not a positive number');
}

function checkEcdsa(parameters: Buffer, data: Buffer): void {
  const name = new DerReader(parameters).objectIdentifier();
  if (name === undefined) throw new GoRefusal('x509: invalid ECDSA parameters');
  const curve = namedCurve(name);
  if (curve === undefined) throw new GoRefusal('x509: unsupported elliptic curve');
  // crypto/ecdsa, ParseUncompressedPublicKey
  if (data[0] !== 4) throw new GoRefusal('ecdsa: invalid uncompressed public key');
  if (!isOnCurve(curve, data.subarray(1))) throw new GoRefusal('');
}

function checkDsa(encodedParameters: Buffer, data: Buffer): void {
  const y = new DerReader(data).integer();
  if (y === undefined) throw new GoRefusal('x509: invalid DSA public key');
  const parameters = new DerReader(encodedParameters).read(TAG.SEQUENCE);
  const numbers = [0, 1, 2].map(() => parameters?.integer());
  if (numbers.includes(undefined)) throw new GoRefusal('x509: invalid DSA parameters');
  if ([y, ...numbers].some((number) => number !== undefined && number <= 0n))
    throw new GoRefusal('x509: zero or negative DSA parameter');
}

/** encoding/asn1, BitString.RightAlign. */
function rightAligned({ bytes, padding }: BitString): Buffer {
  if (padding === 0) return bytes;
  return Buffer.from(bytes.map((byte, at) => (byte >> padding) | ((bytes[at - 1] ?? 0) << (8 - padding))));
}
