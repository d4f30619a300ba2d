import { certificateTypes } from '../../ssh-keys/certificate.ts';
import type { HostPins } from '../../ssh-keys/host-keys.ts';
import type { KnownHost } from '../../ssh-keys/known-hosts.ts';
import { fingerprint as fingerprintOf } from '../../ssh-keys/wire.ts';
import { HOST_KEY_TYPES, hostKeyAlgorithms } from '../ssh/host-key-search.ts';

/** The credentials, as ssh(1) finds them. */
export interface ClientIdentity {
  /** Path of the agent's socket. */
  readonly agent: string;
  /** Path of the file with the public half of the one key to use; absent: all keys of the agent. */
  readonly publicKey?: string;
  /** Path of the file with its certificate. */
  readonly certificate?: string;
}

/** Seconds between two tests of an idle connection, and how many may go unanswered. */
const ALIVE_SECONDS = 10;
const ALIVE_COUNT = 3;

/**
 * Options unknown to the oldest ssh with our kind of control socket (7.4) and not essential, and one that the user's
 * own configuration often has for another machine's ssh.
 */
const MAY_BE_UNKNOWN = 'ForkAfterAuthentication,KnownHostsCommand,RemoteCommand,UseKeychain';

/**
 * Returns the configuration for all servers, followed by the user's own. The first value of each option counts
 * (ssh_config(5)), so the user's file cannot weaken these: only pinned host keys are accepted and none that signs
 * with SHA-1, connections are not shared, ssh never prompts, and nothing is forwarded or run except for this run.
 * Files that the user's own names as `IdentityFile` are tried after the key of this run.
 * @param knownHosts path of the file with all of known_hosts, for jumps that the user's own configuration names.
 */
export function clientConfig(identity: ClientIdentity, knownHosts: string): string {
  const { agent, publicKey, certificate } = identity;
  return [
    `IgnoreUnknown ${MAY_BE_UNKNOWN}`,
    'BatchMode yes',
    'StrictHostKeyChecking yes',
    `UserKnownHostsFile ${knownHosts}`,
    'GlobalKnownHostsFile /dev/null',
    'KnownHostsCommand none',
    'VerifyHostKeyDNS no',
    'CheckHostIP no',
    'NoHostAuthenticationForLocalhost no',
    'UpdateHostKeys no',
    'FingerprintHash sha256',
    `HostKeyAlgorithms ${algorithms(HOST_KEY_TYPES, true)}`,
    'PubkeyAcceptedKeyTypes -ssh-rsa*,ssh-dss*', // without SHA-1; before 8.5 it had no other name
    `IdentityAgent ${agent}`,
    ...(publicKey === undefined
      ? ['IdentitiesOnly no']
      : ['IdentitiesOnly yes', `IdentityFile ${publicKey}`]),
    ...(certificate === undefined ? [] : [`CertificateFile ${certificate}`]),
    'AddKeysToAgent no',
    'PubkeyAuthentication yes',
    'PreferredAuthentications publickey',
    'CanonicalizeHostname no',
    'ControlMaster no',
    'ControlPath none',
    'ControlPersist no',
    'ClearAllForwardings yes',
    'ForwardAgent no',
    'ForwardX11 no',
    'Tunnel no',
    'PermitLocalCommand no',
    'RemoteCommand none',
    'RequestTTY no',
    'ForkAfterAuthentication no',
    'EscapeChar none',
    'ConnectionAttempts 1',
    `ServerAliveInterval ${ALIVE_SECONDS}`,
    `ServerAliveCountMax ${ALIVE_COUNT}`,
    'Include ~/.ssh/config',
    'Include /etc/ssh/ssh_config',
    '',
  ].join('\n');
}

/** The parameters of a server for ssh(1). */
export interface ClientTarget {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly pins: HostPins;
  /** Types of host keys to offer, best first. */
  readonly hostKeyTypes: readonly string[];
  readonly connectSeconds: number;
  /** Connects in place of ssh; absent: ssh connects, as the user's own configuration says. */
  readonly proxyCommand?: string;
}

/** The paths of one server's files. */
export interface ClientFiles {
  /** Holds {@link clientConfig}. */
  readonly config: string;
  /** Holds {@link pinnedLines}. */
  readonly knownHosts: string;
  /** Holds {@link keyScript}. */
  readonly keyScript: string;
  /** Path to which that script writes the key that the server shows. */
  readonly shownKey: string;
  /** The control socket. */
  readonly control: string;
}

/**
 * Returns the arguments of an ssh that logs in and opens a control socket. The server is pinned under the address of
 * the input, regardless of the user's own configuration; its host certificate has to name that address, too.
 */
export function masterArguments(target: ClientTarget, files: ClientFiles): string[] {
  const { address, port, user, pins, hostKeyTypes, connectSeconds, proxyCommand } = target;
  const offered = algorithms(hostKeyTypes, pins.authorities.length > 0);
  const options = [
    `IgnoreUnknown=${MAY_BE_UNKNOWN}`,
    `HostKeyAlias=${address}`,
    `UserKnownHostsFile=${files.knownHosts}`,
    `KnownHostsCommand=/bin/sh ${files.keyScript} ${files.shownKey} %I %t %K %f %H`,
    `StrictHostKeyChecking=${pins.acceptsAny ? 'accept-new' : 'yes'}`,
    `HostKeyAlgorithms=${offered}`,
    `ConnectTimeout=${connectSeconds}`,
    ...(proxyCommand === undefined ? [] : [`ProxyCommand=${proxyCommand}`, 'ProxyUseFdpass=no']),
  ];
  return [
    ...['-F', files.config, '-v', '-M', '-N', '-S', files.control, '-l', user, '-p', `${port}`],
    ...options.flatMap((option) => ['-o', option]),
    ...['--', address],
  ];
}

/** Returns a command that connects to a server through a bastion with an open control socket. */
export function jumpCommand({ config, control }: ClientFiles, bastion: string): string {
  // Without the control socket, ssh would log in to the bastion itself.
  return `ssh -F ${config} -S ${control} -o ProxyCommand=false -W [%h]:%p -- ${bastion}`;
}

/** Returns the lines of known_hosts for one server: the keys that it may show and the revoked ones. */
export function pinnedLines(address: string, { keys, revoked, authorities }: HostPins): string {
  const line = (marker: string, { type, blob }: HostPins['keys'][number]): string =>
    `${marker}${address.toLowerCase()} ${type} ${blob.toString('base64')}\n`;
  return [
    ...keys.map((key) => line('', key)),
    ...revoked.map((key) => line('@revoked ', key)),
    ...authorities.map((key) => line('@cert-authority ', key)),
  ].join('');
}

const MARKERS = { host: '', revoked: '@revoked ', authority: '@cert-authority ' } as const;

/** Returns the text of known_hosts as it was given. */
export function knownHostsText(entries: readonly KnownHost[]): string {
  return entries
    .map(({ role, names, key }) => {
      const hosts =
        'patterns' in names
          ? names.patterns.join(',')
          : `|1|${names.salt.toString('base64')}|${names.hash.toString('base64')}`;
      return `${MARKERS[role]}${hosts} ${key.type} ${key.blob.toString('base64')}\n`;
    })
    .join('');
}

/**
 * Returns the script that ssh runs to look up the keys of a host (KnownHostsCommand, since OpenSSH 8.5). It writes
 * the key that the host shows to a file, so that a refusal can name it, and prints that key if its fingerprint is
 * pinned and not revoked: known_hosts has no form for fingerprints.
 */
export function keyScript({ fingerprints, revoked }: HostPins): string {
  const never = revoked.map(({ blob }) => fingerprintOf(blob));
  const pinned = fingerprints
    .filter(({ fingerprint }) => !never.includes(fingerprint))
    .map(({ fingerprint }) => `'${fingerprint}'`);
  return [
    '[ "$2" = HOSTNAME ] || exit 0',
    `printf '%s %s\\n' "$3" "$4" > "$1"`,
    ...(pinned.length === 0
      ? []
      : [`case $5 in ${pinned.join('|')}) printf '%s %s %s\\n' "$6" "$3" "$4" ;; esac`]),
    '',
  ].join('\n');
}

/** Returns the signature algorithms for these types of keys, and certificates for them, by ssh's names. */
function algorithms(types: readonly string[], withCertificates: boolean): string {
  const certificates = withCertificates
    ? certificateTypes(types).flatMap((type) => (type === RSA_CERTIFICATE ? RSA_CERTIFICATES : [type]))
    : [];
  return [...certificates, ...hostKeyAlgorithms(types)].join(',');
}

const RSA_CERTIFICATE = 'ssh-rsa-cert-v01@openssh.com';
/** Without SHA-1. */
const RSA_CERTIFICATES = ['rsa-sha2-512-cert-v01@openssh.com', 'rsa-sha2-256-cert-v01@openssh.com'];
