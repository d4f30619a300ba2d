import { type BitString, DerReader, GoParseError, TAG } from './der-reader.ts';

/** An AlgorithmIdentifier as far as Go reads it: the parameters as encoded, empty if there are none. */
export interface AlgorithmIdentifier {
  readonly algorithm: string;
  readonly parameters: Buffer;
}

/**
 * Reads an AlgorithmIdentifier (parser.go, parseAI).
 *
 * @throws GoParseError for one that Go cannot read.
 */
export function readAlgorithm(sequence: DerReader): AlgorithmIdentifier {
  const algorithm = sequence.objectIdentifier();
  if (algorithm === undefined) throw new GoParseError('x509: malformed OID');
  if (sequence.isEmpty) return { algorithm, parameters: Buffer.alloc(0) };
  const parameters = sequence.readAny()?.element;
  if (parameters === undefined) throw new GoParseError('x509: malformed parameters');
  return { algorithm, parameters };
}

/**
 * Checks a subject's public key (parser.go, parsePublicKey). A key of an algorithm that Go does not know passes, as in
 * Go, which refuses it only when it has to verify with it.
 *
 * @throws GoParseError for a key that Go refuses.
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
      if (parameters.length > 0) throw new GoParseError('x509: Ed25519 key encoded with illegal parameters');
      if (data.length !== 32) throw new GoParseError('x509: wrong Ed25519 public key size');
      return;
    case '1.2.840.10040.4.1':
      checkDsa(parameters, data);
      return;
    default:
  }
}

function checkRsa(parameters: Buffer, data: Buffer): void {
  // RFC 3279, 2.3.1: NULL.
  if (!parameters.equals(Buffer.of(0x05, 0x00)))
    throw new GoParseError('x509: RSA key missing NULL parameters');
  const key = new DerReader(data).read(TAG.SEQUENCE);
  if (key === undefined) throw new GoParseError('x509: invalid RSA public key');
  const modulus = key.integer();
  if (modulus === undefined) throw new GoParseError('x509: invalid RSA modulus');
  const exponent = key.int64();
  if (exponent === undefined) throw new GoParseError('x509: invalid RSA public exponent');
  if (modulus <= 0n) throw new GoParseError('x509: RSA modulus is not a positive number');
  if (exponent <= 0n) throw new GoParseError('x509: RSA public exponent is not a positive number');
}

function checkEcdsa(parameters: Buffer, data: Buffer): void {
  const name = new DerReader(parameters).objectIdentifier();
  if (name === undefined) throw new GoParseError('x509: invalid ECDSA parameters');
  const curve = namedCurve(name);
  if (curve === undefined) throw new GoParseError('x509: unsupported elliptic curve');
  // crypto/ecdsa, ParseUncompressedPublicKey.
  if (data[0] !== 4) throw new GoParseError('ecdsa: invalid uncompressed public key');
  if (!isOnCurve(curve, data.subarray(1))) throw new GoParseError('');
}

function checkDsa(encodedParameters: Buffer, data: Buffer): void {
  const y = new DerReader(data).integer();
  if (y === undefined) throw new GoParseError('x509: invalid DSA public key');
  const parameters = new DerReader(encodedParameters).read(TAG.SEQUENCE);
  const numbers = [0, 1, 2].map(() => parameters?.integer());
  if (numbers.includes(undefined)) throw new GoParseError('x509: invalid DSA parameters');
  if ([y, ...numbers].some((number) => number !== undefined && number <= 0n))
    throw new GoParseError('x509: zero or negative DSA parameter');
}

/** Shifts out the padding bits (encoding/asn1, BitString.RightAlign). */
function rightAligned({ bytes, padding }: BitString): Buffer {
  if (padding === 0) return bytes;
  return Buffer.from(bytes.map((byte, at) => (byte >> padding) | ((bytes[at - 1] ?? 0) << (8 - padding))));
}

/** A curve y² = x³ - 3x + b over a prime field (FIPS 186-5, SEC 2). */
export interface Curve {
  /** Bytes of a coordinate. */
  readonly size: number;
  readonly prime: bigint;
  readonly b: bigint;
}

const CURVES: ReadonlyMap<string, Curve> = new Map([
  [
    '1.3.132.0.33', // P-224
    {
      size: 28,
      prime: 2n ** 224n - 2n ** 96n + 1n,
      b: 0xb4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4n,
    },
  ],
  [
    '1.2.840.10045.3.1.7', // P-256
    {
      size: 32,
      prime: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    },
  ],
  [
    '1.3.132.0.34', // P-384
    {
      size: 48,
      prime: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    },
  ],
  [
    '1.3.132.0.35', // P-521
    {
      size: 66,
      prime: 2n ** 521n - 1n,
      b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    },
  ],
]);

/** Returns the curve of an object identifier that Go knows (x509.go, namedCurveFromOID); undefined for all others. */
function namedCurve(oid: string): Curve | undefined {
  return CURVES.get(oid);
}

/** Reports whether two coordinates, each of the curve's size, are a point on it (crypto/internal/fips140/nistec). */
function isOnCurve({ size, prime, b }: Curve, coordinates: Buffer): boolean {
  if (coordinates.length !== 2 * size) return false;
  const [x, y] = [coordinates.subarray(0, size), coordinates.subarray(size)].map((bytes) =>
    BigInt(`0x${bytes.toString('hex')}`),
  );
  if (x === undefined || y === undefined || x >= prime || y >= prime) return false;
  return (y * y - (x * x * x - 3n * x + b)) % prime === 0n;
}
