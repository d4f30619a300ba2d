import { type HostKey, isForAll, type KnownHost, knownHostName, linesNaming, lookup } from './known-hosts.ts';
import { fingerprint } from './wire.ts';

/** One fingerprint, and whose it is. */
export interface PinnedFingerprint {
  /** Input and line that it comes from. */
  readonly at: string;
  /** Name or address of a host in lower case, or `[address]:port`. */
  readonly host: string;
  /** `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** Types that a key of this fingerprint can have; absent: not said. */
  readonly types?: readonly string[];
}

/** How host keys are judged, as the inputs say. */
export interface HostKeyRules {
  /** The lines of known_hosts that count. */
  readonly knownHosts: readonly KnownHost[];
  readonly fingerprints: readonly PinnedFingerprint[];
  /** What becomes of a host of which nothing is pinned: `strict` refuses it, `accept-new` takes whichever key it shows. */
  readonly policy: 'strict' | 'accept-new';
}

/** What one host may show. */
export interface HostPins {
  readonly keys: readonly HostKey[];
  readonly fingerprints: readonly PinnedFingerprint[];
  /** Lines of known_hosts that name the host, and not as it is connected to: by another name, or for another port. */
  readonly elsewhere: readonly KnownHost[];
  /** Keys that it must not show, whatever else says. */
  readonly revoked: readonly HostKey[];
  /** Keys of authorities that may have signed its host certificate. */
  readonly authorities: readonly HostKey[];
  /** Nothing of it is pinned, and any key is taken. */
  readonly acceptsAny: boolean;
}

/** A host as its keys are looked up. */
export interface PinnedHost {
  /** Where it is connected to, without brackets. */
  readonly address: string;
  readonly port: number;
  /** What else it is called: the member's name and address. */
  readonly aliases: readonly string[];
}

/**
 * What is pinned for a host. known_hosts lists it by the address and port that are connected to, as OpenSSH has it;
 * fingerprints also by what else it is called. A key is revoked for it under any of its names and at any port, and a host
 * that is named anywhere is not one of which nothing is pinned: `@revoked *` alone names none.
 */
export function pinsFor(rules: HostKeyRules, host: PinnedHost): HostPins {
  const { keys, authorities } = lookup(rules.knownHosts, host.address, host.port);
  const naming = linesNaming(rules.knownHosts, [host.address, ...host.aliases], host.port);
  const revoked = naming.filter(({ role }) => role === 'revoked').map(({ key }) => key);
  const elsewhere = naming.filter((line) =>
    line.role === 'revoked' ? !isForAll(line) : ![...keys, ...authorities].includes(line.key),
  );
  const fingerprints = rules.fingerprints.filter((pin) => isPinOf(pin, host));
  const isNamed = rules.fingerprints.some((pin) => isPinOf(pin, host, true));
  const nothing = keys.length + authorities.length + elsewhere.length === 0 && !isNamed;
  const acceptsAny = nothing && rules.policy === 'accept-new';
  return { keys, authorities, revoked, elsewhere, fingerprints, acceptsAny };
}

/** Whether a fingerprint was given for this host. @param atAnyPort also for another port than is connected to. */
export function isPinOf(
  pin: PinnedFingerprint,
  { address, port, aliases }: PinnedHost,
  atAnyPort = false,
): boolean {
  const names = [address, `[${address}]:${port}`, knownHostName(address, port), ...aliases];
  const given = atAnyPort ? pin.host.replace(/^\[(.*)\]:\d+$/, '$1') : pin.host;
  return names.some((name) => name.toLowerCase() === given);
}

/** What becomes of a key that a host shows. */
export type HostKeyVerdict = 'pinned' | 'accepted' | 'revoked' | 'refused';

/** @param key shown by the host; that it holds it is not proven by this. */
export function judgeHostKey(pins: HostPins, key: HostKey): HostKeyVerdict {
  const isKey = (other: HostKey): boolean => other.blob.equals(key.blob);
  if (pins.revoked.some(isKey)) return 'revoked';
  const shown = fingerprint(key.blob);
  if (pins.keys.some(isKey) || pins.fingerprints.some((pin) => pin.fingerprint === shown)) return 'pinned';
  return pins.acceptsAny ? 'accepted' : 'refused';
}

/**
 * The types of the keys that are pinned.
 * @returns undefined when a key of any type may be the right one, or nothing is pinned.
 */
export function pinnedTypes({ keys, fingerprints }: HostPins): readonly string[] | undefined {
  if (keys.length + fingerprints.length === 0) return undefined;
  if (fingerprints.some(({ types }) => types === undefined)) return undefined;
  const types = [...keys.map(({ type }) => type), ...fingerprints.flatMap((pin) => pin.types ?? [])];
  return [...new Set(types)];
}
