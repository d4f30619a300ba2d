import { createHmac, timingSafeEqual } from 'node:crypto';

import type { Finding } from '../../findings.ts';
import { keyBlobType } from './wire.ts';

/** A public key as known_hosts lists it. */
export interface HostKey {
  /** e.g. `ssh-ed25519`; always the one the blob itself names. */
  readonly type: string;
  /** The key in SSH wire form, which is what a server offers. */
  readonly blob: Buffer;
}

/** The host names of one line: a list of patterns, or one name hashed by `HashKnownHosts yes`. */
export type HostNames =
  { readonly patterns: readonly string[] } | { readonly salt: Buffer; readonly hash: Buffer };

/** One line of known_hosts that counts. */
export interface KnownHost {
  /** Line number, from 1. */
  readonly line: number;
  /** Marked `@revoked`: the key must never be accepted from these hosts. */
  readonly revoked: boolean;
  readonly names: HostNames;
  readonly key: HostKey;
}

/** What a known_hosts text says. */
export interface KnownHosts {
  readonly entries: readonly KnownHost[];
  /** Lines that are no known_hosts lines. */
  readonly findings: readonly Finding[];
  /** Lines that are right but of no use here; a known_hosts file that serves other tools too may hold them. */
  readonly warnings: readonly Finding[];
}

/** The keys that one host may, and must not, show. */
export interface KnownKeys {
  readonly keys: readonly HostKey[];
  readonly revoked: readonly HostKey[];
}

const AT = 'ssh-known-hosts';
const EXAMPLE = 'an example: `10.0.0.11 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA…`';
const EXPECTED = `give host names, key type and key in base64, separated by blanks; ${EXAMPLE}.`;
const KEY_TYPE = /^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2}==$/;
const DEFAULT_PORT = 22;

/**
 * Reads known_hosts text (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): host patterns with `*`, `?` and `!`,
 * `[host]:port`, hashed names, `@revoked`, comments, blank lines, LF or CRLF.
 * `@cert-authority` lines are reported as warnings: host certificates are not supported.
 */
export function parseKnownHosts(text: string): KnownHosts {
  const entries: KnownHost[] = [];
  const findings: Finding[] = [];
  const warnings: Finding[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1;
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const parsed = parseLine(content);
    if ('entry' in parsed) entries.push({ line, ...parsed.entry });
    else if ('warning' in parsed) warnings.push({ at: `${AT}, line ${line}`, ...parsed.warning });
    else findings.push({ at: `${AT}, line ${line}`, ...parsed.problem });
  }
  return { entries, findings, warnings };
}

/** The name under which known_hosts lists a host: bare for port 22, else `[host]:port` (OpenSSH misc.c, put_host_port). */
export function knownHostName(host: string, port: number): string {
  return port === DEFAULT_PORT ? host : `[${host}]:${port}`;
}

/** The line that makes this key known for this host. */
export function knownHostsLine(host: string, port: number, key: HostKey): string {
  return `${knownHostName(host, port)} ${key.type} ${key.blob.toString('base64')}`;
}

/**
 * The keys listed for a host. A line without a port speaks for port 22 only, one with `[host]:port` for that
 * port only.
 */
export function lookup(entries: readonly KnownHost[], host: string, port: number): KnownKeys {
  const name = knownHostName(host.toLowerCase(), port);
  const matching = entries.filter((entry) => namesMatch(entry.names, name));
  return {
    keys: matching.filter((entry) => !entry.revoked).map((entry) => entry.key),
    revoked: matching.filter((entry) => entry.revoked).map((entry) => entry.key),
  };
}

type Problem = Pick<Finding, 'fact' | 'cause' | 'fix'>;
type Parsed =
  { readonly entry: Omit<KnownHost, 'line'> } | { readonly warning: Problem } | { readonly problem: Problem };

function parseLine(content: string): Parsed {
  const words = content.split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined;
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') {
    return problem(
      `the marker \`${marker}\` is not known.`,
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
      'expected is `|1|salt|hash`, both in base64, 20 bytes each.',
    );
  }
  const key = parseKey(type, base64);
  if (typeof key === 'string') return problem(key, EXPECTED);
  if (marker === '@cert-authority') return { warning: CERTIFICATE_AUTHORITY };
  return { entry: { revoked: marker === '@revoked', names: parsedNames, key } };
}

const CERTIFICATE_AUTHORITY: Problem = {
  fact: 'this names a certificate authority for host keys; host certificates are not supported, the line is ignored.',
  fix: 'add a line with the plain host key of each host.',
};

function problem(fact: string, fix: string): { readonly problem: Problem } {
  return { problem: { fact, fix } };
}

function tooShort(first: string | undefined, second: string | undefined): Parsed {
  if (first !== undefined && KEY_TYPE.test(first) && second?.startsWith('AAAA') === true) {
    return problem(
      'this is a public key without a host.',
      `put the host in front of it, as in ${EXAMPLE.slice('an example: '.length)}.`,
    );
  }
  if (/SHA256:|MD5:|^(?:[0-9a-f]{2}:){15}/.test(`${first ?? ''} ${second ?? ''}`)) {
    return problem(
      'this is a fingerprint, not a key.',
      `give the whole key, as \`ssh-keyscan\` prints it; ${EXAMPLE}.`,
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

function parseKey(type: string, base64: string): HostKey | string {
  if (!KEY_TYPE.test(type)) return `\`${shortened(type)}\` is not a key type.`;
  if (!BASE64.test(base64)) return `the ${type} key is cut off or damaged: it is not base64.`;
  const blob = Buffer.from(base64, 'base64');
  const inner = keyBlobType(blob);
  if (inner === undefined) return `the ${type} key is cut off or damaged.`;
  if (inner !== type) return `the line says ${type}, but the key itself is of type ${inner}.`;
  return { type, blob };
}

function shortened(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word;
}

/** OpenSSH hostfile.c, match_hashed / match_hostname: a negated pattern that fits overrules the others. */
function namesMatch(names: HostNames, name: string): boolean {
  if ('hash' in names) {
    return timingSafeEqual(createHmac('sha1', names.salt).update(name).digest(), names.hash);
  }
  const fitting = names.patterns.filter((pattern) => patternRegExp(pattern.replace(/^!/, '')).test(name));
  return fitting.length > 0 && !fitting.some((pattern) => pattern.startsWith('!'));
}

function patternRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
