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

/** The curve of an object identifier that Go knows (x509.go, namedCurveFromOID); undefined for all others. */
export function namedCurve(oid: string): Curve | undefined {
  return CURVES.get(oid);
}

/** Whether two coordinates, each as long as the curve has it, are a point of it (crypto/internal/fips140/nistec). */
export function isOnCurve({ size, prime, b }: Curve, coordinates: Buffer): boolean {
  if (coordinates.length !== 2 * size) return false;
  const [x, y] = [coordinates.subarray(0, size), coordinates.subarray(size)].map((bytes) =>
    BigInt(`0x${bytes.toString('hex')}`),
  );
  if (x === undefined || y === undefined || x >= prime || y >= prime) return false;
  return (y * y - (x * x * x - 3n * x + b)) % prime === 0n;
}
