import type { Finding } from '../findings.ts';
import type { Identity } from '../hosts/keys/identity.ts';
import { pinnedHost } from '../hosts/keys/pinned-host.ts';
import { parseBastions } from './parse-bastion.ts';
import { parseHostKeys, refuseCertificatesOnly, type HostKeyInputs } from './parse-host-keys.ts';
import { parseDuration, type DurationRange } from './parse-scalars.ts';
import { parseSshCertificate } from './parse-ssh-certificate.ts';
import { parseKey, type Collected } from './parse-ssh.ts';
import type { RemoteHost, SshSettings } from './settings.ts';

/** The inputs that say how hosts are got into, apart from where they are and as whom. */
export interface AccessInputs extends HostKeyInputs {
  readonly 'ssh-private-key': string;
  readonly 'ssh-key-passphrase': string;
  readonly 'ssh-certificate': string;
  readonly 'ssh-connect-timeout': string;
  readonly 'ssh-bastion': string;
  readonly 'ssh-bastion-private-key': string;
  readonly 'ssh-bastion-key-passphrase': string;
}

/** What a run brings besides. */
export interface AccessContext {
  /** Who logs in on hosts that do not say another. */
  readonly user: string;
  /** Of an ssh-agent on the runner, if there is one. */
  readonly agentSocket: string | undefined;
  readonly now: Date;
}

/**
 * Reads how the hosts are got into.
 * @param hosts as far as they could be read.
 */
export function parseAccess(
  inputs: AccessInputs,
  hosts: readonly RemoteHost[],
  { user, agentSocket, now }: AccessContext,
  collected: Collected,
): SshSettings | undefined {
  const before = collected.findings.length;
  const identity = parseIdentity(inputs, agentSocket, collected);
  const connectTimeoutSeconds = parseDuration(
    'ssh-connect-timeout',
    inputs['ssh-connect-timeout'],
    connectTime,
    collected.findings,
  );
  const certificate = parseSshCertificate(inputs['ssh-certificate'], { identity, hosts, now }, collected);
  const bastions = parseBastions(inputs['ssh-bastion'], user, collected.findings);
  const ownKey = inputs['ssh-bastion-private-key'] !== '';
  const bastionKey = ownKey ? parseKey(BASTIONS_KEY, inputs, collected) : undefined;
  if (inputs['ssh-bastion'] === '') refuseBastionKey(inputs, collected.findings);
  const places = [...hosts.map(pinnedHost), ...bastions.map((login) => ({ ...login, aliases: [] }))];
  const hostKeys = parseHostKeys(inputs, hosts.length === 0 ? [] : places, collected);
  if (hostKeys !== undefined) refuseCertificatesOnly(hostKeys, hosts, collected.findings);
  if (
    identity === undefined ||
    hostKeys === undefined ||
    connectTimeoutSeconds === undefined ||
    collected.findings.length > before
  )
    return undefined;
  return {
    identity,
    ...(certificate !== undefined && { certificate }),
    hostKeys,
    connectTimeoutSeconds,
    bastions,
    ...(bastionKey && { bastionKey }),
  };
}

const connectTime: DurationRange = {
  least: 2,
  greatest: 300,
  words: 'two seconds and five minutes',
  example: '20s',
};

/** A private key that is given, else the agent: it is not asked for more than one way to log in. */
function parseIdentity(
  inputs: AccessInputs,
  agentSocket: string | undefined,
  collected: Collected,
): Identity | undefined {
  if (inputs['ssh-private-key'].trim() === '' && agentSocket !== undefined) {
    if (inputs['ssh-key-passphrase'] !== '') collected.warnings.push(passphraseOfNothing);
    return { kind: 'agent', socket: agentSocket };
  }
  const key = parseKey(HOSTS_KEY, inputs, collected);
  return key && { kind: 'key', key };
}

const passphraseOfNothing: Finding = {
  at: 'ssh-key-passphrase',
  fact: 'a passphrase is given, and no private key: the keys of the ssh-agent are used, which need none.',
  cause: 'the secret with the key does not exist or has another name.',
  fix: 'give the key in ssh-private-key, or leave the passphrase out.',
};

const HOSTS_KEY = { key: 'ssh-private-key', passphrase: 'ssh-key-passphrase' } as const;
const BASTIONS_KEY = { key: 'ssh-bastion-private-key', passphrase: 'ssh-bastion-key-passphrase' } as const;

/** Inputs that say how hosts are logged in to, where none is: the runner itself is the only one. */
export function warnOfUnusedAccess(
  inputs: AccessInputs & { readonly 'ssh-user': string },
  warnings: Finding[],
): void {
  const names = [
    'ssh-user',
    'ssh-private-key',
    'ssh-known-hosts',
    'ssh-host-fingerprints',
    'ssh-bastion',
  ] as const;
  const given = names.filter((name) => inputs[name] !== '');
  if (given.length === 0) return;
  warnings.push({
    at: given[0] ?? 'transport',
    fact: `${given.join(', ')}: given, and no host is logged in to.`,
    cause: 'the one host is the machine that the job runs on (transport, local-host).',
    fix: 'leave these inputs out.',
  });
}

function refuseBastionKey(inputs: AccessInputs, findings: Finding[]): void {
  for (const at of Object.values(BASTIONS_KEY).filter((name) => inputs[name] !== '')) {
    findings.push({
      at,
      fact: 'it is given, and ssh-bastion is not.',
      cause: 'the variable that names the bastion does not exist or is empty.',
      fix: 'give ssh-bastion, or leave this input out.',
    });
  }
}
