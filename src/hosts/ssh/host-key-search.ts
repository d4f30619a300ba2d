import { describeFinding } from '../../findings.ts';
import type { Log } from '../../runner/log.ts';
import {
  acceptedKey,
  hostKeyRefusal,
  type HostPins,
  judgeHostKey,
  pinnedTypes,
} from '../../ssh-keys/host-keys.ts';
import { type HostKey, knownHostsLine } from '../../ssh-keys/known-hosts.ts';
import type { ConnectFailure } from './connect-failure.ts';

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

/** Who is told of a key that is taken although nothing is pinned. */
export interface AcceptedKeyOptions {
  readonly address: string;
  readonly port: number;
  readonly log: Log;
  /** Told the known_hosts line of the key. */
  readonly onAcceptedKey?: (line: string) => void;
}

/** Tells of a key that was taken, and that the host has proven to hold. */
export function tellAcceptedKey(
  { address, port, log, onAcceptedKey }: AcceptedKeyOptions,
  key: HostKey,
): void {
  log.warning(describeFinding(acceptedKey(key, { address, port })));
  onAcceptedKey?.(knownHostsLine(address, port, key));
}

/** Signatures of host keys by the type of key that makes them; an `ssh-rsa` key signs with SHA-2 only. */
const SIGNATURES = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const;

type Signature = (typeof SIGNATURES)[keyof typeof SIGNATURES][number];

/** Types of host keys that can be verified, best first, as key blobs name themselves. */
export const HOST_KEY_TYPES: readonly string[] = Object.keys(SIGNATURES);

/** How host keys of these types prove themselves, in the names that a handshake has for it, best first. */
export function hostKeyAlgorithms(types: readonly string[]): Signature[] {
  const known: Readonly<Record<string, readonly Signature[]>> = SIGNATURES;
  return types.flatMap((type) => known[type] ?? []);
}
