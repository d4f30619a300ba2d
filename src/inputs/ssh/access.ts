import { isIP, isIPv6 } from 'node:net';
import type { Finding } from '../../findings.ts';
import type { Identity } from '../../ssh-keys/certificate.ts';
import { quote } from '../../text/quote.ts';
import { type Collected, parseKey, userProblem } from '../collected.ts';
import { inputGroup } from '../group.ts';
import { shortForm } from '../hosts/addresses.ts';
import type { HostLogin, HostSettings, RemoteHost, SshSettings } from '../hosts/host-settings.ts';
import { hostsGroup } from '../hosts/reach.ts';
import { type DurationRange, parseDuration, parseEntries } from '../scalars.ts';
import { accessInputs } from '../table/hosts.ts';
import { parseSshCertificate } from './certificate.ts';
import { type HostKeyInputs, parseHostKeys, pinnedHost, refuseCertificatesOnly } from './host-keys.ts';

/** The inputs about logins, except addresses, ports and users. */
export interface AccessInputs extends HostKeyInputs {
  readonly 'ssh-private-key': string;
  readonly 'ssh-key-passphrase': string;
  readonly 'ssh-certificate': string;
  readonly 'ssh-connect-timeout': string;
  readonly 'ssh-bastion': string;
  readonly 'ssh-bastion-private-key': string;
  readonly 'ssh-bastion-key-passphrase': string;
}

/** The context of these inputs. */
export interface AccessContext {
  /** The user for hosts without their own. */
  readonly user: string;
  /** Socket of an ssh-agent on the runner, if any. */
  readonly agentSocket: string | undefined;
  readonly now: Date;
}

/**
 * Parses the inputs about logins.
 * @param hosts the valid ones.
 */
function parseAccess(
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

/** Returns the given private key, else the agent; refuses both at once. */
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
  code: 'input-unused',
  at: 'ssh-key-passphrase',
  fact: 'a passphrase is given without a private key: the action uses the keys of the ssh-agent, which need none.',
  cause: 'the secret with the key does not exist or has another name.',
  fix: 'give the key in ssh-private-key, or leave the passphrase out.',
};

const HOSTS_KEY = { key: 'ssh-private-key', passphrase: 'ssh-key-passphrase' } as const;
const BASTIONS_KEY = { key: 'ssh-bastion-private-key', passphrase: 'ssh-bastion-key-passphrase' } as const;

/** Warns about login inputs without effect, because the runner is the only host. */
function warnOfUnusedAccess(
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
    code: 'input-unused',
    at: given[0] ?? 'transport',
    fact: `${given.join(', ')}: given, but the action logs in to no host.`,
    cause: 'the only host is the machine that the job runs on (transport, local-host).',
    fix: 'leave these inputs out.',
  });
}

function refuseBastionKey(inputs: AccessInputs, findings: Finding[]): void {
  for (const at of Object.values(BASTIONS_KEY).filter((name) => inputs[name] !== '')) {
    findings.push({
      code: 'input-unused',
      at,
      fact: 'it is given without ssh-bastion.',
      cause: 'the variable that names the bastion does not exist or is empty.',
      fix: 'give ssh-bastion, or leave this input out.',
    });
  }
}

const INPUT = 'ssh-bastion';
const EXAMPLE = 'for example ssh-bastion: ops@jump.example.com:22.';
const DEFAULT_PORT = 22;
/** Matches a DNS name; RFC 1123 excludes underscores, but they are in use. */
const NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;

/**
 * Parses the jumps on the way to the hosts, in order: `user@host:port`, separated by commas or new lines. IPv6 needs
 * brackets.
 * @param defaultUser `ssh-user`: the user of jumps without one.
 */
function parseBastions(value: string, defaultUser: string, findings: Finding[]): HostLogin[] {
  const hops = parseEntries(INPUT, value, findings).flatMap(({ text, at }) => {
    const hop = parseHop(text, defaultUser);
    if (!('fact' in hop)) return [{ ...hop, at }];
    findings.push({ at, ...hop });
    return [];
  });
  for (const [index, hop] of hops.entries()) {
    const before = hops.slice(0, index).find((one) => one.address === hop.address && one.port === hop.port);
    if (before === undefined) continue;
    findings.push({
      code: 'bastion-malformed',
      at: hop.at,
      fact: `the chain passes ${hop.address} port ${hop.port} a second time, after ${before.at}.`,
      fix: 'name each bastion once, in the order of the connection.',
    });
  }
  return hops.map(({ address, port, user }) => ({ address, port, user }));
}

function parseHop(text: string, defaultUser: string): HostLogin | Omit<Finding, 'at'> {
  if (text.includes('://')) return problem(text, 'is a URL.');
  if (/\s/.test(text)) return problem(text, 'holds white space.', 'put commas between several bastions');
  if (text.includes('%')) return problem(text, 'has a zone, which no line of known_hosts can name.');
  const cut = text.lastIndexOf('@');
  const user = cut < 0 ? defaultUser : text.slice(0, cut);
  const place = text.slice(cut + 1);
  if (user === '' && cut < 0) return problem(text, 'names no user, and ssh-user is not given.');
  if (cut >= 0 && userProblem(user) !== undefined)
    return problem(text, 'does not begin with the name of a user.');
  if (isIPv6(place)) {
    return problem(text, 'is IPv6 without brackets, so its port is ambiguous.', `write [${place}]`);
  }
  const [, bracketed, plain = '', digits] = /^(?:\[(.*)\]|([^:[\]]*))(?::(.*))?$/.exec(place) ?? [];
  const address = bracketed ?? plain;
  if (bracketed === undefined ? !isHost(plain) : !isIPv6(bracketed)) {
    return problem(text, place === '' ? 'names no host.' : 'does not name a host.');
  }
  const port = digits === undefined ? DEFAULT_PORT : /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(port >= 1 && port <= 65_535)) return problem(text, 'does not end with a port from 1 to 65535.');
  return { address: isIPv6(address) ? shortForm(address) : address.toLowerCase(), port, user };
}

/** Refuses text that resembles an address but is none, such as 10.0.0.256. */
function isHost(text: string): boolean {
  return isIP(text) === 4 || (NAME.test(text) && !/^[\d.]+$/.test(text));
}

function problem(text: string, fact: string, advice?: string): Omit<Finding, 'at'> {
  return {
    code: 'bastion-malformed',
    fact: `${quote(text)} ${fact}`,
    fix: `${advice === undefined ? 'write user, host and port' : advice}, ${EXAMPLE}`,
  };
}

const SUDO_PASSWORD_INPUT = 'sudo-password';
/** The longest password that sudo reads (include/sudo_plugin.h, SUDO_CONV_REPL_MAX; 255 before 1.9). */
const LONGEST = 1023;
/** Shorter passwords are not hidden, because they occur in ordinary text. */
const SHORTEST_HIDDEN = 5;

/**
 * Parses the password for sudo. Ignores one line break at its end, which a file adds.
 * @param hosts the valid ones. @returns undefined if there is none, or it is invalid.
 */
function parseSudoPassword(
  text: string,
  hosts: readonly HostSettings[],
  { findings, warnings }: Collected,
): string | undefined {
  const password = text.replace(/\r?\n$/, '');
  if (password === '') return undefined;
  if (/[\0\r\n]/.test(password)) {
    findings.push({
      code: 'sudo-password-malformed',
      at: SUDO_PASSWORD_INPUT,
      fact: 'the password has a line break in it; sudo reads only the first line.',
      cause: 'the secret holds something else, such as a key.',
      fix: 'give the password alone, on one line.',
    });
    return undefined;
  }
  if (Buffer.byteLength(password) > LONGEST) {
    findings.push({
      code: 'sudo-password-malformed',
      at: SUDO_PASSWORD_INPUT,
      fact: `the password has more than the ${LONGEST} bytes that sudo reads.`,
      fix: 'choose a shorter one.',
    });
    return undefined;
  }
  if (password.length < SHORTEST_HIDDEN) {
    warnings.push({
      code: 'sudo-password-malformed',
      at: SUDO_PASSWORD_INPUT,
      fact: `the password has fewer than ${SHORTEST_HIDDEN} characters: it could be an ordinary word, so it is not hidden in the log.`,
      fix: 'choose a longer one.',
    });
  }
  if (hosts.length > 0 && hosts.every((host) => host.transport !== 'local' && host.login.user === 'root')) {
    warnings.push({
      code: 'input-unused',
      at: SUDO_PASSWORD_INPUT,
      fact: 'it is given, but the user is root, who needs no sudo.',
      fix: 'leave it out, or name another user in ssh-user.',
    });
  }
  return password;
}

/** Login settings of the hosts. */
export interface LoginSettings {
  /** Absent: no host is reached by SSH. */
  readonly ssh?: SshSettings;
  /** Answers sudo's prompt. Secret. */
  readonly sudoPassword?: string;
}

/** Login settings of the hosts with an SSH transport. */
export const loginGroup = inputGroup({
  name: 'login',
  inputs: accessInputs,
  alsoReads: ['ssh-user'],
  parse: ({ inputs, run, findings, warnings, settingsOf }): LoginSettings | undefined => {
    const collected = { findings, warnings };
    const { hosts = [], controlPlane = [] } = settingsOf(hostsGroup) ?? {};
    const all = [...hosts, ...controlPlane];
    const remote = all.filter((host) => host.transport !== 'local');
    const isReachedBySsh = remote.length > 0 || all.length === 0;
    if (!isReachedBySsh) warnOfUnusedAccess(inputs, warnings);
    const login = { user: inputs['ssh-user'], agentSocket: run.agentSocket, now: run.now };
    const ssh = isReachedBySsh ? parseAccess(inputs, remote, login, collected) : undefined;
    const sudoPassword = parseSudoPassword(inputs['sudo-password'], all, collected);
    if (isReachedBySsh && ssh === undefined) return undefined;
    return { ...(ssh && { ssh }), ...(sudoPassword !== undefined && { sudoPassword }) };
  },
});
