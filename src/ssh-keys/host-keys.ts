import type { Explanation, Finding } from '../findings.ts';
import type { SshCertificate } from './certificate.ts';
import {
  type HostKey,
  isForAll,
  type KnownHost,
  knownHostName,
  knownHostsLine,
  linesNaming,
  lookup,
} from './known-hosts.ts';
import { fingerprint } from './wire.ts';

/** One fingerprint and its host. */
export interface PinnedFingerprint {
  /** Its input and line. */
  readonly at: string;
  /** Name or address of a host in lower case, or `[address]:port`. */
  readonly host: string;
  /** `SHA256:` and base64 without padding, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** The possible types of the key; absent: not given. */
  readonly types?: readonly string[];
}

/** The rules for host keys, from the inputs. */
export interface HostKeyRules {
  /** The valid lines of known_hosts. */
  readonly knownHosts: readonly KnownHost[];
  readonly fingerprints: readonly PinnedFingerprint[];
  /** For a host without any pin: `strict` refuses it, `accept-new` accepts any key. */
  readonly policy: 'strict' | 'accept-new';
}

/** The pins of one host. */
export interface HostPins {
  readonly keys: readonly HostKey[];
  readonly fingerprints: readonly PinnedFingerprint[];
  /** Lines of known_hosts for the host under another name or for another port. */
  readonly elsewhere: readonly KnownHost[];
  /** Keys that it must not show, whatever the other pins are. */
  readonly revoked: readonly HostKey[];
  /** Keys of authorities that may have signed its host certificate. */
  readonly authorities: readonly HostKey[];
  /** The host has no pin, and any key is accepted. */
  readonly acceptsAny: boolean;
}

/** A host whose pins are looked up. */
export interface PinnedHost {
  /** The address to connect to, without brackets. */
  readonly address: string;
  readonly port: number;
  /** Its other names: the member's name and address. */
  readonly aliases: readonly string[];
}

/**
 * Looks up the pins of a host. known_hosts lists it by the address and port to connect to, as in OpenSSH;
 * fingerprints also by its other names. A key is revoked under any of its names and at any port, and a host that is
 * named anywhere counts as pinned: `@revoked *` alone names none.
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

/** Reports whether a fingerprint was given for this host. @param atAnyPort also for other ports. */
export function isPinOf(
  pin: PinnedFingerprint,
  { address, port, aliases }: PinnedHost,
  atAnyPort = false,
): boolean {
  const names = [address, `[${address}]:${port}`, knownHostName(address, port), ...aliases];
  const given = atAnyPort ? pin.host.replace(/^\[(.*)\]:\d+$/, '$1') : pin.host;
  return names.some((name) => name.toLowerCase() === given);
}

/** The verdict on a host key. */
export type HostKeyVerdict = 'pinned' | 'accepted' | 'revoked' | 'refused';

/** @param key shown by the host; this does not prove that the host holds it. */
export function judgeHostKey(pins: HostPins, key: HostKey): HostKeyVerdict {
  const isKey = (other: HostKey): boolean => other.blob.equals(key.blob);
  if (pins.revoked.some(isKey)) return 'revoked';
  const shown = fingerprint(key.blob);
  if (pins.keys.some(isKey) || pins.fingerprints.some((pin) => pin.fingerprint === shown)) return 'pinned';
  return pins.acceptsAny ? 'accepted' : 'refused';
}

/**
 * Returns the types of the pinned keys.
 * @returns undefined if a key of any type may be the pinned one, or nothing is pinned.
 */
export function pinnedTypes({ keys, fingerprints }: HostPins): readonly string[] | undefined {
  if (keys.length + fingerprints.length === 0) return undefined;
  if (fingerprints.some(({ types }) => types === undefined)) return undefined;
  const types = [...keys.map(({ type }) => type), ...fingerprints.flatMap((pin) => pin.types ?? [])];
  return [...new Set(types)];
}

const KNOWN_HOSTS = 'ssh-known-hosts';
const FINGERPRINTS = 'ssh-host-fingerprints';
const POLICY = 'host-key-policy';

/** The address of a host. */
interface HostAddress {
  readonly address: string;
  readonly port: number;
}

/** The keys that a host has shown, each of another type. */
export type ShownKeys = readonly [HostKey, ...HostKey[]];

/** Explains why a host with these keys is refused. */
export function hostKeyRefusal(pins: HostPins, shown: ShownKeys, host: HostAddress): Explanation {
  const revoked = shown.find((key) => judgeHostKey(pins, key) === 'revoked');
  if (revoked !== undefined) {
    return {
      code: 'host-key-revoked',
      fact: `the host shows the key ${describe(revoked)}, which ${KNOWN_HOSTS} marks @revoked.`,
      cause: 'the key is known to be stolen or retired, and the host, or another machine, still uses it.',
      fix: 'give the host new keys (`ssh-keygen -A` after removing the old files) and list the new one.',
    };
  }
  if (pins.keys.length + pins.fingerprints.length > 0) return changedKey(pins, shown, host);
  return pins.authorities.length > 0 ? authorityOnly(shown, host) : unknownHost(pins, shown, host);
}

/** Returns the warning about a key that was accepted without a pin. */
export function acceptedKeyWarning(key: HostKey, { address, port }: HostAddress): Omit<Finding, 'host'> {
  return {
    code: 'host-key-accepted',
    at: POLICY,
    fact: `the key ${describe(key)} was accepted unverified: nothing is pinned for ${address}.`,
    cause: `\`${POLICY}: accept-new\`, which accepts any machine that answers at an address.`,
    fix: `${compare(key)} If they are equal, add this line to ${KNOWN_HOSTS} and leave ${POLICY} out: ${knownHostsLine(address, port, key)}`,
  };
}

function unknownHost({ elsewhere }: HostPins, shown: ShownKeys, { address, port }: HostAddress): Explanation {
  const lines = elsewhere.map(({ line }) => line);
  return {
    code: 'host-key-unknown',
    fact: `${KNOWN_HOSTS} has no key for ${address}${port === 22 ? '' : ` port ${port}`}; the host shows ${describeAll(shown)}.`,
    cause:
      lines.length === 0
        ? 'the host is new in the list, or its line is for another name or port.'
        : `line ${lines.join(', ')} of ${KNOWN_HOSTS} names this host by another name or for another port, or revokes a key of it: the name must be ${knownHostName(address, port)}.`,
    fix: addLine(shown, address, port),
  };
}

/** Explains why a host with a certificate is refused; ssh has no fixed message for the defect. */
export function certificateRefusal(
  { authorities, keys }: HostPins,
  { authority, principals, validAfter, validBefore, role }: SshCertificate,
  { address }: HostAddress,
): Explanation {
  const until = validBefore === undefined ? 'for ever' : `until ${validBefore.toISOString()}`;
  const names = principals.length === 0 ? 'no name' : principals.join(', ');
  return {
    code: 'host-certificate-refused',
    fact:
      `the certificate of the host is not accepted: it is a ${role} certificate for ${names}, valid from ` +
      `${validAfter.toISOString()} ${until}, signed by ${describe(authority)}; for ${address} ${KNOWN_HOSTS} has ` +
      `${[...authorities, ...keys].map(describe).join(' or ')}.`,
    cause: 'another authority has signed it, it is for other names than this address, or it has expired.',
    fix: `sign it again for ${address} (\`ssh-keygen -h -s CA -n ${address}\`), or list its authority with @cert-authority in ${KNOWN_HOSTS}.`,
  };
}

function authorityOnly(shown: ShownKeys, { address, port }: HostAddress): Explanation {
  return {
    code: 'host-key-authority-only',
    fact: `for ${address} ${KNOWN_HOSTS} has only a certificate authority, and the host shows no certificate but ${describeAll(shown)}.`,
    cause: 'HostCertificate is missing in sshd_config, or names the certificate of another key.',
    fix: `give the host its certificate. Or ${addLine(shown, address, port)}`,
  };
}

function addLine([key]: ShownKeys, address: string, port: number): string {
  return `${compare(key)} If they are equal, add this line to ${KNOWN_HOSTS}: ${knownHostsLine(address, port, key)}`;
}

function changedKey(pins: HostPins, shown: ShownKeys, { address, port }: HostAddress): Explanation {
  const [key] = shown;
  const [pin] = pins.fingerprints;
  const expectations = [
    ...(pins.keys.length > 0 ? [`${KNOWN_HOSTS} expects ${pins.keys.map(describe).join(' or ')}`] : []),
    ...(pin !== undefined
      ? [`${FINGERPRINTS} expects ${pins.fingerprints.map((one) => one.fingerprint).join(' or ')}`]
      : []),
  ];
  const line =
    pins.keys.length === 0 && pin !== undefined
      ? `${pin.host} ${fingerprint(key.blob)}`
      : knownHostsLine(address, port, key);
  return {
    code: 'host-key-mismatch',
    fact: `the host shows the key ${describeAll(shown)}; ${expectations.join(', ')}.`,
    cause: 'the host was reinstalled, its address moved to another machine, or someone is in between.',
    fix: `${compare(key)} Only if they are equal, replace the old lines with this one: ${line}`,
  };
}

function compare(key: HostKey): string {
  const file = /ed25519/.test(key.type) ? 'ed25519' : /ecdsa/.test(key.type) ? 'ecdsa' : 'rsa';
  return `compare the fingerprint with what \`ssh-keygen -lf /etc/ssh/ssh_host_${file}_key.pub\` prints on the host's console.`;
}

function describeAll(keys: ShownKeys): string {
  return keys.map(describe).join(' and ');
}

function describe(key: HostKey): string {
  return `${key.type} ${fingerprint(key.blob)}`;
}
