import { certificateTypes } from '../../ssh-keys/certificate.ts';
import type { HostPins } from '../../ssh-keys/host-keys.ts';
import type { KnownHost } from '../../ssh-keys/known-hosts.ts';
import { fingerprint as fingerprintOf } from '../../ssh-keys/wire.ts';
import { HOST_KEY_TYPES, hostKeyAlgorithms } from '../ssh/host-key-search.ts';

/** What logs in, as ssh(1) finds it. */
export interface ClientIdentity {
  /** Path of the agent's socket. */
  readonly agent: string;
  /** Path of the file with the public half of the one key that is used; absent: all keys of the agent. */
  readonly publicKey?: string;
  /** Path of the file with its certificate. */
  readonly certificate?: string;
}

/** Seconds between two tests of an idle connection, and how many may go unanswered. */
const ALIVE_SECONDS = 10;
const ALIVE_COUNT = 3;

/**
 * Options that the oldest ssh with a control socket of our kind (7.4) does not know and may leave out, and one that the
 * user's own configuration often has for another machine's ssh.
 */
const MAY_BE_UNKNOWN = 'ForkAfterAuthentication,KnownHostsCommand,RemoteCommand,UseKeychain';

/**
 * The configuration for all servers, the user's own behind it. Of each option the first value counts (ssh_config(5)), so
 * what stands here cannot be weakened there: no host key is taken that is not pinned and none that proves itself with
 * SHA-1, no connection is shared with others, nobody is asked for anything, and nothing is forwarded or run but what this
 * run asks for. Files that the user's own names as `IdentityFile` are tried behind the key of this run.
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

/** A server, as far as ssh(1) has to be told of it. */
export interface ClientTarget {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly pins: HostPins;
  /** Types of host keys to offer, best first. */
  readonly hostKeyTypes: readonly string[];
  readonly connectSeconds: number;
  /** What connects to it in place of ssh; absent: ssh does, as the user's own configuration says. */
  readonly proxyCommand?: string;
}

/** Where the files of one server are. */
export interface ClientFiles {
  /** With {@link clientConfig} in it. */
  readonly config: string;
  /** With {@link pinnedLines} in it. */
  readonly knownHosts: string;
  /** With {@link keyScript} in it. */
  readonly keyScript: string;
  /** Where that writes the key which the server shows. */
  readonly shownKey: string;
  /** The control socket. */
  readonly control: string;
}

/**
 * Arguments of an ssh that logs in and opens a control socket. The server is pinned under the address that it was given by,
 * whatever the user's own configuration makes of that; its host certificate has to name that address, too.
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

/** A command that connects to a server through one that is logged in to already, by its control socket. */
export function jumpCommand({ config, control }: ClientFiles, bastion: string): string {
  // Were the control socket gone, ssh would log in to the bastion itself.
  return `ssh -F ${config} -S ${control} -o ProxyCommand=false -W [%h]:%p -- ${bastion}`;
}

/** The lines of known_hosts for one server: what it may show, and what it must not. */
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

/** known_hosts as it was given. */
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
 * What ssh runs to ask for the keys of a host (KnownHostsCommand, since OpenSSH 8.5). It writes down the key that the host
 * shows, so that a refusal can name it, and answers with that key if its fingerprint is pinned and not revoked: known_hosts cannot say so.
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

/** How keys of these types prove themselves, and certificates for them, in the names that ssh has for it. */
function algorithms(types: readonly string[], withCertificates: boolean): string {
  const certificates = withCertificates
    ? certificateTypes(types).flatMap((type) => (type === RSA_CERTIFICATE ? RSA_CERTIFICATES : [type]))
    : [];
  return [...certificates, ...hostKeyAlgorithms(types)].join(',');
}

const RSA_CERTIFICATE = 'ssh-rsa-cert-v01@openssh.com';
/** Without SHA-1. */
const RSA_CERTIFICATES = ['rsa-sha2-512-cert-v01@openssh.com', 'rsa-sha2-256-cert-v01@openssh.com'];
