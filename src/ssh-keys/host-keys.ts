import type { Finding } from '../findings.ts';
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

const KNOWN_HOSTS = 'ssh-known-hosts';
const FINGERPRINTS = 'ssh-host-fingerprints';
const POLICY = 'host-key-policy';

/** Where a host is connected to. */
interface Place {
  readonly address: string;
  readonly port: number;
}

/** The keys that a host has shown, each of another type. */
export type ShownKeys = readonly [HostKey, ...HostKey[]];

type Explanation = Omit<Finding, 'host' | 'at'>;

/** Why a host is refused that has shown these keys. */
export function hostKeyRefusal(pins: HostPins, shown: ShownKeys, host: Place): Explanation {
  const revoked = shown.find((key) => judgeHostKey(pins, key) === 'revoked');
  if (revoked !== undefined) {
    return {
      code: 'host-key-revoked',
      fact: `the host shows the key ${describe(revoked)}, which ${KNOWN_HOSTS} marks @revoked.`,
      cause: 'the key is known to be stolen or retired, and the host still uses it, or someone else does.',
      fix: 'give the host new keys (`ssh-keygen -A` after removing the old files) and list the new one.',
    };
  }
  if (pins.keys.length + pins.fingerprints.length > 0) return changedKey(pins, shown, host);
  return pins.authorities.length > 0 ? authorityOnly(shown, host) : unknownHost(pins, shown, host);
}

/** What to tell of a key that was taken because nothing is pinned. */
export function acceptedKey(key: HostKey, { address, port }: Place): Omit<Finding, 'host'> {
  return {
    code: 'host-key-accepted',
    at: POLICY,
    fact: `the key ${describe(key)} was taken unseen: nothing is pinned for ${address}.`,
    cause: `\`${POLICY}: accept-new\`, with which whoever answers at an address gets in.`,
    fix: `${compare(key)} If they are equal, add this line to ${KNOWN_HOSTS} and leave ${POLICY} out: ${knownHostsLine(address, port, key)}`,
  };
}

function unknownHost({ elsewhere }: HostPins, shown: ShownKeys, { address, port }: Place): Explanation {
  const lines = elsewhere.map(({ line }) => line);
  return {
    code: 'host-key-unknown',
    fact: `${KNOWN_HOSTS} has no key for ${address}${port === 22 ? '' : ` port ${port}`}; the host shows ${describeAll(shown)}.`,
    cause:
      lines.length === 0
        ? 'the host is new in the list, or its line is for another name or port.'
        : `line ${lines.join(', ')} of ${KNOWN_HOSTS} names this host by another name or for another port, or revokes a key of it: what counts is ${knownHostName(address, port)}.`,
    fix: addLine(shown, address, port),
  };
}

/** Why a host is refused that has shown a certificate; what is wrong with it is not told by ssh in a fixed form. */
export function certificateRefusal(
  { authorities, keys }: HostPins,
  { authority, principals, validAfter, validBefore, role }: SshCertificate,
  { address }: Place,
): Explanation {
  const until = validBefore === undefined ? 'for ever' : `until ${validBefore.toISOString()}`;
  const names = principals.length === 0 ? 'no name' : principals.join(', ');
  return {
    code: 'host-certificate-refused',
    fact:
      `the certificate that the host shows is not taken: it is a ${role} certificate for ${names}, valid from ` +
      `${validAfter.toISOString()} ${until}, signed by ${describe(authority)}; for ${address} ${KNOWN_HOSTS} has ` +
      `${[...authorities, ...keys].map(describe).join(' or ')}.`,
    cause:
      'another authority has signed it, it is for other names than the address that is connected to, or it has ended.',
    fix: `have it signed anew for ${address} (\`ssh-keygen -h -s CA -n ${address}\`), or list its authority with @cert-authority in ${KNOWN_HOSTS}.`,
  };
}

function authorityOnly(shown: ShownKeys, { address, port }: Place): Explanation {
  return {
    code: 'host-key-authority-only',
    fact: `for ${address} ${KNOWN_HOSTS} has a certificate authority alone, and the host shows no certificate but ${describeAll(shown)}.`,
    cause: 'HostCertificate is missing in sshd_config, or names the certificate of another key.',
    fix: `give the host its certificate. Or ${addLine(shown, address, port)}`,
  };
}

function addLine([key]: ShownKeys, address: string, port: number): string {
  return `${compare(key)} If they are equal, add this line to ${KNOWN_HOSTS}: ${knownHostsLine(address, port, key)}`;
}

function changedKey(pins: HostPins, shown: ShownKeys, { address, port }: Place): Explanation {
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
    cause: 'the host was installed anew, its address went to another machine, or someone is in between.',
    fix: `${compare(key)} Only if they are equal, put this line in place of the old ones: ${line}`,
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
