import { randomBytes } from 'node:crypto';

/** One less than the largest int64: kubeadm's serial numbers stay below it. */
const limit = 2n ** 63n - 2n;

/**
 * Gives a serial number as kubeadm's NewSignedCert draws it: uniform in [1, 2^63 - 1).
 *
 * @param random source of random bytes, for tests.
 */
export function randomSerial(random: (size: number) => Uint8Array = randomBytes): bigint {
  for (;;) {
    // Drawing 63 bits and throwing away the rare value out of range keeps the distribution uniform.
    const drawn = Buffer.from(random(8)).readBigUInt64BE() >> 1n;
    if (drawn < limit) return drawn + 1n;
  }
}
