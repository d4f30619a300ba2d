import { hostKeyRefusal } from '../keys/host-key.ts';
import { type HostPins, judgeHostKey, pinnedTypes } from '../keys/host-pins.ts';
import type { HostKey } from '../keys/known-hosts.ts';
import type { ConnectFailure } from './connect-failure.ts';
import { HOST_KEY_TYPES } from './host-key-types.ts';

/** Why one connection has failed, before it is put into words. */
export type AttemptFailure = ConnectFailure | { readonly kind: 'wrong-host-key'; readonly shown: HostKey };

/**
 * Which types of host keys to offer. A server shows one key for each connection, of the first offered type that it has
 * (RFC 4253 §7.1). So only the types of the pinned keys are offered, and the key that is pinned is the one that is shown.
 * There are two reasons to connect anew: a fingerprint whose type was not given may be that of the next type; and a
 * host that has none of the pinned types is to be named with the key it has, before it is refused.
 */
export class HostKeySearch {
  readonly #pins: HostPins;
  readonly #host: { readonly address: string; readonly port: number };
  readonly #shown: HostKey[] = [];
  #types: readonly string[];
  /** Not offered, until it turns out that the host has nothing else. */
  #others: readonly string[];

  constructor(pins: HostPins, host: { readonly address: string; readonly port: number }) {
    this.#pins = pins;
    this.#host = host;
    const pinned = pinnedTypes(pins);
    const usable = HOST_KEY_TYPES.filter((type) => pinned?.includes(type) ?? true);
    this.#types = usable.length > 0 ? usable : HOST_KEY_TYPES;
    this.#others = HOST_KEY_TYPES.filter((type) => !this.#types.includes(type));
  }

  /** What to offer, best first. */
  get types(): readonly string[] {
    return this.#types;
  }

  /**
   * Learns from a connection that has failed.
   * @returns why there is no connection; undefined: connect anew at once, with the types that are offered now.
   */
  learn(failure: AttemptFailure): ConnectFailure | undefined {
    if (failure.kind === 'wrong-host-key') {
      this.#shown.push(failure.shown);
      return this.#mayHaveAnother(failure.shown) ? undefined : this.#refusal(failure.shown);
    }
    const [first] = this.#shown;
    if (first !== undefined) return this.#refusal(first); // whatever came after it, a wrong key is what is told
    if (!isNoCommonType(failure) || this.#others.length === 0) return failure;
    this.#types = this.#others;
    this.#others = [];
    return undefined;
  }

  /** Whether a key of another type may be the pinned one; from then on the type of this one is not offered. */
  #mayHaveAnother(shown: HostKey): boolean {
    const untyped = this.#pins.fingerprints.some(({ types }) => types === undefined);
    const rest = this.#types.filter((type) => type !== shown.type);
    if (!untyped || rest.length === 0 || judgeHostKey(this.#pins, shown) === 'revoked') return false;
    this.#types = rest;
    return true;
  }

  #refusal(first: HostKey): ConnectFailure {
    const shown = [first, ...this.#shown.filter((key) => key !== first)] as const;
    return { kind: 'host-key', finding: hostKeyRefusal(this.#pins, shown, this.#host) };
  }
}

/** ssh2 says so where no type of host key is common (lib/protocol/kex.js, handleKexInit). */
function isNoCommonType(failure: AttemptFailure): boolean {
  return failure.kind === 'algorithms' && failure.what === 'host key format';
}
