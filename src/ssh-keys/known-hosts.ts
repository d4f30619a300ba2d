import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Finding } from '../findings.ts';
import { keyBlobType } from './wire.ts';

/** A public key in known_hosts. */
export interface HostKey {
  /** e.g. `ssh-ed25519`; always the type in the blob. */
  readonly type: string;
  /** The key in SSH wire form, as a server sends it. */
  readonly blob: Buffer;
}

/** The host names of one line: a list of patterns, or one name hashed by `HashKnownHosts yes`. */
export type HostNames =
  { readonly patterns: readonly string[] } | { readonly salt: Buffer; readonly hash: Buffer };

/** One valid line of known_hosts. */
export interface KnownHost {
  /** Line number, from 1. */
  readonly line: number;
  /**
   * `revoked`: the key must never be accepted from these hosts. `authority`: it signs their host certificates, and is
   * no host's own key.
   */
  readonly role: 'host' | 'revoked' | 'authority';
  readonly names: HostNames;
  readonly key: HostKey;
}

/** The parsed known_hosts. */
export interface KnownHosts {
  readonly entries: readonly KnownHost[];
  /** Lines that are not valid in known_hosts. */
  readonly findings: readonly Finding[];
}

/** The entries of known_hosts for one host. */
export interface KnownKeys {
  /** The keys that it may show. */
  readonly keys: readonly HostKey[];
  /** The keys that it must not show. */
  readonly revoked: readonly HostKey[];
  /** The keys of authorities that may have signed its host certificate. */
  readonly authorities: readonly HostKey[];
}

const AT = 'ssh-known-hosts';
const EXAMPLE = 'an example: `10.0.0.11 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA…`';
const EXPECTED = `give host names, key type and key in base64, separated by spaces; ${EXAMPLE}.`;
const KEY_TYPE = /^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2}==$/;
const DEFAULT_PORT = 22;

/**
 * Parses known_hosts text (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): host patterns with `*`, `?` and `!`,
 * `[host]:port`, hashed names, `@revoked`, `@cert-authority`, comments, blank lines, LF or CRLF.
 */
export function parseKnownHosts(text: string): KnownHosts {
  const entries: KnownHost[] = [];
  const findings: Finding[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const parsed = parseKnownHostsLine(content);
    if ('entry' in parsed) entries.push({ line, ...parsed.entry });
    else findings.push({ at: `${AT}, line ${line}`, ...parsed.problem });
  }
  return { entries, findings };
}

/**
 * Returns the name of a host in known_hosts: bare for port 22, else `[host]:port` (OpenSSH misc.c, put_host_port).
 */
export function knownHostName(host: string, port: number): string {
  return port === DEFAULT_PORT ? host : `[${host}]:${port}`;
}

/** Returns the line of known_hosts for this key and host. */
export function knownHostsLine(host: string, port: number, key: HostKey): string {
  return `${knownHostName(host, port)} ${key.type} ${key.blob.toString('base64')}`;
}

/**
 * Returns the keys listed for a host. A line without a port applies to port 22 only, one with `[host]:port` to that
 * port only.
 */
export function lookup(entries: readonly KnownHost[], host: string, port: number): KnownKeys {
  const name = knownHostName(host.toLowerCase(), port);
  const matching = entries.filter((entry) => namesMatch(entry.names, name));
  const keysOf = (role: KnownHost['role']): HostKey[] =>
    matching.filter((entry) => entry.role === role).map((entry) => entry.key);
  return { keys: keysOf('host'), revoked: keysOf('revoked'), authorities: keysOf('authority') };
}

/**
 * Returns the lines that name a host by any of its names, at any port. A hashed line does not reveal its port, so
 * only hashed lines for this port and for port 22 are found.
 * @param names of the host, in any case.
 */
export function linesNaming(
  entries: readonly KnownHost[],
  names: readonly string[],
  port: number,
): readonly KnownHost[] {
  const bare = names.map((name) => name.toLowerCase());
  const known = bare.flatMap((name) => [name, `[${name}]:${port}`]);
  return entries.filter((entry) => {
    if (known.some((name) => namesMatch(entry.names, name))) return true;
    if ('hash' in entry.names) return false;
    const patterns = entry.names.patterns.map((pattern) => pattern.replace(/^(!?)\[(.*)\]:[^\]]*$/, '$1$2'));
    return bare.some((name) => namesMatch({ patterns }, name));
  });
}

/** Reports whether a line applies to every host. */
export function isForAll({ names }: KnownHost): boolean {
  return 'patterns' in names && names.patterns.every((pattern) => /^\*+$/.test(pattern));
}

type Problem = Pick<Finding, 'code' | 'fact' | 'cause' | 'fix'>;
type Parsed = { readonly entry: Omit<KnownHost, 'line'> } | { readonly problem: Problem };

const ROLES: ReadonlyMap<string, KnownHost['role']> = new Map([
  ['@revoked', 'revoked'],
  ['@cert-authority', 'authority'],
]);

function parseKnownHostsLine(content: string): Parsed {
  const words = content.split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : undefined;
  const role = marker === undefined ? 'host' : ROLES.get(marker);
  if (role === undefined) {
    return problem(
      `the marker \`${shortenKey(marker ?? '')}\` is not known.`,
      'the only markers are `@revoked` and `@cert-authority`.',
    );
  }
  const [names, type, base64] = words;
  if (names === undefined || type === undefined || base64 === undefined) return tooShort(names, type);
  if (/^\d+$/.test(type)) {
    return problem('this is a key of SSH protocol 1.', 'remove the line; no current server has such a key.');
  }
  const parsedNames = parseNames(names);
  if (parsedNames === undefined) {
    return problem(
      'the hashed host name is damaged.',
      'write `|1|salt|hash`, both in base64, 20 bytes each.',
    );
  }
  const key = parseHostKey(type, base64);
  if (typeof key === 'string') return problem(key, EXPECTED);
  if (words.some((word, at) => at > 2 && KEY_TYPE.test(word) && words[at + 1]?.startsWith('AAAA') === true)) {
    return problem(
      'a second key follows the first one.',
      'give each host a line of its own.',
      'the line breaks were lost, for example in a shell variable without quotes.',
    );
  }
  return { entry: { role, names: parsedNames, key } };
}

function problem(fact: string, fix: string, cause?: string): { readonly problem: Problem } {
  return { problem: { code: 'known-hosts-malformed', fact, fix, ...(cause !== undefined && { cause }) } };
}

function tooShort(first: string | undefined, second: string | undefined): Parsed {
  if (first !== undefined && KEY_TYPE.test(first) && second?.startsWith('AAAA') === true) {
    return problem(
      'this is a public key without a host.',
      `put the host before it, as in ${EXAMPLE.slice('an example: '.length)}.`,
    );
  }
  if (/SHA256:|MD5:|^(?:[0-9a-f]{2}:){15}/.test(`${first ?? ''} ${second ?? ''}`)) {
    return problem(
      'this is a fingerprint, not a key.',
      `put the line into \`ssh-host-fingerprints\`, or give the whole key here; ${EXAMPLE}.`,
    );
  }
  return problem('this is not a known_hosts line.', EXPECTED);
}

function parseNames(field: string): HostNames | undefined {
  if (!field.startsWith('|')) return { patterns: field.toLowerCase().split(',') };
  const [, version, salt = '', hash = ''] = field.split('|');
  const decoded = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
  return version === '1' && decoded.salt.length === 20 && decoded.hash.length === 20 ? decoded : undefined;
}

function parseHostKey(type: string, base64: string): HostKey | string {
  if (!KEY_TYPE.test(type)) return `\`${shortenKey(type)}\` is not a key type.`;
  if (!BASE64.test(base64)) return `the ${type} key is cut off or damaged: it is not base64.`;
  const blob = Buffer.from(base64, 'base64');
  const inner = keyBlobType(blob);
  if (inner === undefined) return `the ${type} key is cut off or damaged.`;
  if (inner !== type) return `the line says ${type}, but the key itself is of type ${inner}.`;
  return { type, blob };
}

function shortenKey(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}

/** OpenSSH hostfile.c, match_hashed / match_hostname: a matching negated pattern overrules the others. */
function namesMatch(names: HostNames, name: string): boolean {
  if ('hash' in names) {
    return timingSafeEqual(createHmac('sha1', names.salt).update(name).digest(), names.hash);
  }
  const fitting = names.patterns.filter((pattern) => matchesPattern(name, pattern.replace(/^!/, '')));
  return fitting.length > 0 && !fitting.some((pattern) => pattern.startsWith('!'));
}

/**
 * OpenSSH match.c, match_pattern: `*` matches any number of characters, `?` one. Only the last `*` is backtracked to,
 * so that no pattern takes longer than the product of both lengths.
 */
function matchesPattern(name: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    if (pattern[next] === '*') {
      star = next;
      starAt = at;
      next += 1;
    } else if (pattern[next] === '?' || pattern[next] === name[at]) {
      at += 1;
      next += 1;
    } else if (star !== -1) {
      starAt += 1;
      at = starAt;
      next = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(next));
}
