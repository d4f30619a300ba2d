import type { KeyObject } from 'node:crypto';
import { generateKey, type KeyAlgorithm } from '../pki/keys.ts';

/**
 * Private keys that are made before they are needed: RSA takes a processor up to a tenth of a second for each, which passes while
 * the hosts are waited for.
 */
export class KeyStock {
  readonly #made = new Map<KeyAlgorithm, Promise<KeyObject>[]>();

  /**
   * Begins to make so many. The first one has the processors for itself: where a CA is made it is the CA's, and a host waits for
   * it to start kubelet.
   */
  prepare(count: number, algorithm: KeyAlgorithm): void {
    if (count === 0) return;
    const first = generateKey(algorithm);
    const others = Array.from({ length: count - 1 }, async () => {
      await first;
      return generateKey(algorithm);
    });
    const keys = [first, ...others];
    // Whoever takes one gets its error.
    for (const key of keys) key.catch(() => undefined);
    this.#made.set(algorithm, [...(this.#made.get(algorithm) ?? []), ...keys]);
  }

  /** One that nobody else gets. */
  take(algorithm: KeyAlgorithm): Promise<KeyObject> {
    return this.#made.get(algorithm)?.shift() ?? generateKey(algorithm);
  }
}
