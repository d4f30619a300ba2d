import { describeFinding } from '../../findings.ts';
import type { Log } from '../../runner/log.ts';
import {
  acceptedKeyWarning,
  hostKeyRefusal,
  type HostPins,
  judgeHostKey,
  pinnedTypes,
} from '../../ssh-keys/host-keys.ts';
import { type HostKey, knownHostsLine } from '../../ssh-keys/known-hosts.ts';
import type { ConnectFailure } from './connect-failure.ts';

/** Failure of one connection attempt, before it is explained. */
export type AttemptFailure = ConnectFailure | { readonly kind: 'wrong-host-key'; readonly shown: HostKey };

/**
 * Chooses the types of host keys to offer. A server shows one key per connection, of the first offered type that it
 * has (RFC 4253 §7.1), so only the types of the pinned keys are offered, and the server shows the pinned key. There
 * are two reasons to connect again: a fingerprint without a type may belong to the next type; and if a host has none
 * of the pinned types, the refusal should name the key it has.
 */
export class HostKeySearch {
  readonly #pins: HostPins;
  readonly #host: { readonly address: string; readonly port: number };
  readonly #shown: HostKey[] = [];
  #types: readonly string[];
  /** Not offered, unless the host has no other type. */
  #others: readonly string[];

  constructor(pins: HostPins, host: { readonly address: string; readonly port: number }) {
    this.#pins = pins;
    this.#host = host;
    const pinned = pinnedTypes(pins);
    const usable = HOST_KEY_TYPES.filter((type) => pinned?.includes(type) ?? true);
    this.#types = usable.length > 0 ? usable : HOST_KEY_TYPES;
    this.#others = HOST_KEY_TYPES.filter((type) => !this.#types.includes(type));
  }

  /** The types to offer, best first. */
  get types(): readonly string[] {
    return this.#types;
  }

  /**
   * Takes the failure of a connection attempt.
   * @returns why there is no connection; undefined: connect again at once, with the types that are offered now.
   */
  learn(failure: AttemptFailure): ConnectFailure | undefined {
    if (failure.kind === 'wrong-host-key') {
      this.#shown.push(failure.shown);
      return this.#mayHaveAnother(failure.shown) ? undefined : this.#refusal(failure.shown);
    }
    const [first] = this.#shown;
    if (first !== undefined) return this.#refusal(first); // a wrong key takes precedence over all later failures
    if (!isNoCommonType(failure) || this.#others.length === 0) return failure;
    this.#types = this.#others;
    this.#others = [];
    return undefined;
  }

  /** Reports whether a key of another type may be the pinned one, and stops offering the type of this one. */
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

/** ssh2 reports this if no type of host key is common (lib/protocol/kex.js, handleKexInit). */
function isNoCommonType(failure: AttemptFailure): boolean {
  return failure.kind === 'algorithms' && failure.what === 'host key format';
}

/** A server, and the receivers of a host key that it showed and that is not pinned. */
export interface AcceptedKeyOptions {
  readonly address: string;
  readonly port: number;
  readonly log: Log;
  /** Receives the known_hosts line of the key. */
  readonly onAcceptedKey?: (line: string) => void;
}

/** Reports a host key that was accepted without a pin; the host has proven to hold it. */
export function reportAcceptedKey(
  { address, port, log, onAcceptedKey }: AcceptedKeyOptions,
  key: HostKey,
): void {
  log.warning(describeFinding(acceptedKeyWarning(key, { address, port })));
  onAcceptedKey?.(knownHostsLine(address, port, key));
}

/** Signature algorithms by the type of the host key; an `ssh-rsa` key signs with SHA-2 only. */
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

/** Returns the signature algorithms for these types of host keys, by their names in the handshake, best first. */
export function hostKeyAlgorithms(types: readonly string[]): Signature[] {
  const known: Readonly<Record<string, readonly Signature[]>> = SIGNATURES;
  return types.flatMap((type) => known[type] ?? []);
}
