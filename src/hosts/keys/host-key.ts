import type { Finding } from '../../findings.ts';
import type { SshCertificate } from './certificate.ts';
import { type HostPins, judgeHostKey } from './host-pins.ts';
import { type HostKey, knownHostName, knownHostsLine } from './known-hosts.ts';
import { fingerprint } from './wire.ts';

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
    at: POLICY,
    fact: `the key ${describe(key)} was taken unseen: nothing is pinned for ${address}.`,
    cause: `\`${POLICY}: accept-new\`, with which whoever answers at an address gets in.`,
    fix: `${compare(key)} If they are equal, add this line to ${KNOWN_HOSTS} and leave ${POLICY} out: ${knownHostsLine(address, port, key)}`,
  };
}

function unknownHost({ elsewhere }: HostPins, shown: ShownKeys, { address, port }: Place): Explanation {
  const lines = elsewhere.map(({ line }) => line);
  return {
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
