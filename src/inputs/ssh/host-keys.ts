import { isIPv6 } from 'node:net';
import type { Finding } from '../../findings.ts';
import {
  type HostKeyRules,
  isPinOf,
  type PinnedFingerprint,
  type PinnedHost,
  pinsFor,
} from '../../ssh-keys/host-keys.ts';
import { parseKnownHosts } from '../../ssh-keys/known-hosts.ts';
import { findInvisible, invisibleProblem } from '../../text/characters.ts';
import { quote } from '../../text/quote.ts';
import type { Collected } from '../collected.ts';
import { shortForm } from '../hosts/addresses.ts';
import { parseChoice } from '../scalars.ts';
import type { RemoteHost } from '../hosts/host-settings.ts';

const POLICIES = ['strict', 'accept-new'] as const;

/** The inputs that pin host keys. */
export interface HostKeyInputs {
  readonly 'ssh-known-hosts': string;
  readonly 'ssh-host-fingerprints': string;
  readonly 'host-key-policy': string;
}

/**
 * Parses the pins. Connecting to a host shows whether they cover it, so that the refusal can name the key that the host
 * offers.
 * @param hosts all SSH servers; empty if the inputs that list them are invalid.
 */
export function parseHostKeys(
  inputs: HostKeyInputs,
  hosts: readonly PinnedHost[],
  { findings, warnings }: Collected,
): HostKeyRules | undefined {
  const before = findings.length;
  const known = parseKnownHosts(inputs['ssh-known-hosts']);
  findings.push(...known.findings);
  const fingerprints = parseHostFingerprints(inputs['ssh-host-fingerprints'], findings);
  refuseUnknownHosts(fingerprints, hosts, findings);
  const policy = parseChoice('host-key-policy', inputs['host-key-policy'], POLICIES, findings);
  if (policy === undefined || findings.length > before) return undefined;
  const rules = { knownHosts: known.entries, fingerprints, policy };
  if (policy === 'accept-new') warnings.push(acceptsNew(rules, hosts));
  else if (known.entries.length + fingerprints.length === 0) findings.push(noHostKey(hosts));
  return rules;
}

/** Refuses hosts that are pinned by an authority only, if the client cannot verify host certificates. */
export function refuseCertificatesOnly(
  rules: HostKeyRules,
  hosts: readonly RemoteHost[],
  findings: Finding[],
): void {
  const places = hosts.filter(({ transport }) => transport === 'ssh2').map(pinnedHost);
  const without = places.filter((host) => {
    const { keys, fingerprints, authorities } = pinsFor(rules, host);
    return authorities.length > 0 && keys.length + fingerprints.length === 0;
  });
  if (without.length === 0) return;
  findings.push({
    code: 'host-key-authority-only',
    at: 'ssh-known-hosts',
    fact: `for ${without.map(({ address }) => address).join(', ')} there is only a certificate authority (@cert-authority).`,
    cause:
      'only `transport: openssh` verifies host certificates; the library behind `transport: ssh2` cannot.',
    fix: 'add transport: openssh, or list the plain key of each host.',
  });
}

function acceptsNew(rules: HostKeyRules, hosts: readonly PinnedHost[]): Finding {
  const unpinned = hosts.filter((host) => pinsFor(rules, host).acceptsAny);
  if (unpinned.length === 0) {
    return {
      code: 'host-key-not-pinned',
      at: 'host-key-policy',
      fact: 'accept-new is set, and every host is pinned already.',
      fix: 'leave host-key-policy out.',
    };
  }
  return {
    code: 'host-key-not-pinned',
    at: 'host-key-policy',
    fact: `nothing is pinned for ${[...new Set(unpinned.map(({ address }) => address))].join(', ')}: the action accepts any machine that answers there, and sends it keys of the cluster.`,
    fix: 'use accept-new once, in a network that you trust; compare the keys in the log, and put its lines into ssh-known-hosts.',
  };
}

function noHostKey([host]: readonly PinnedHost[]): Finding {
  const { address, port } = host ?? { address: '10.0.0.6', port: 22 };
  const option = port === 22 ? '' : `-p ${port} `;
  return {
    code: 'host-key-not-given',
    at: 'ssh-known-hosts',
    fact: 'no host key is given; without one the action cannot tell a host from an impostor.',
    cause: 'the variable does not exist or is empty.',
    fix:
      `run ssh-keyscan ${option}-t ed25519 ${address} for every host, compare what ssh-keygen -lf - says of its ` +
      'output with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub says on the console of the host, and pass ' +
      'the lines from a variable: ssh-known-hosts: ${{ vars.SSH_KNOWN_HOSTS }}. Or give the fingerprints in ' +
      'ssh-host-fingerprints.',
  };
}

const INPUT = 'ssh-host-fingerprints';
const EXAMPLE = '`10.0.0.6 SHA256:` and the 43 characters after it that `ssh-keygen -lf` prints';

/** The names that `ssh-keygen -l` uses for types of keys, and the types of the keys (RFC 5656 §6.2, RFC 8709, RFC 4253). */
const TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['ED25519', ['ssh-ed25519']],
  ['ECDSA', ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']],
  ['RSA', ['ssh-rsa']],
]);

/**
 * Parses fingerprints of host keys: lines with a host and one or more fingerprints, or the output of `ssh-keygen -lf` for
 * a known_hosts file. A host is a name or address, or `[address]:port`.
 */
export function parseHostFingerprints(text: string, findings: Finding[]): PinnedFingerprint[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .flatMap((line, index) => {
      const content = line
        .replace(/(^|\s)#.*$/, '')
        .replace(/,\s*$/, '')
        .trim();
      const at = `${INPUT}, line ${index + 1}`;
      if (content === '') return [];
      const invisible = findInvisible(content);
      if (invisible === undefined) return parseLine(content, at, findings);
      findings.push({ at, ...invisibleProblem(invisible.character) });
      return [];
    });
}

/**
 * Refuses a fingerprint for an unknown host: a misspelt host would otherwise be refused later with a message that does
 * not name it.
 */
function refuseUnknownHosts(
  pins: readonly PinnedFingerprint[],
  hosts: readonly PinnedHost[],
  findings: Finding[],
): void {
  if (hosts.length === 0) return;
  for (const pin of pins.filter((one) => !hosts.some((host) => isPinOf(one, host)))) {
    findings.push({
      code: 'fingerprint-malformed',
      at: pin.at,
      fact: `no host is named ${quote(pin.host)}.`,
      cause: 'a typing error, or `ssh-keygen -lf` printed the comment of the key instead of its host.',
      fix: `write a host as it is in the inputs: ${[...new Set(hosts.flatMap(namesOf))].join(', ')}.`,
    });
  }
}

function namesOf({ address, aliases }: PinnedHost): string[] {
  return [...aliases, address];
}

function parseLine(line: string, at: string, findings: Finding[]): PinnedFingerprint[] {
  const printed = /^\d+ (\S+) (.+) (\([A-Z0-9-]+\))$/.exec(line);
  const words =
    printed === null
      ? line.split(/[\s,]+|=(?=SHA256:)/)
      : hostsPrinted(printed[2] ?? '').flatMap((host) => [host, printed[1] ?? '', printed[3] ?? '']);
  const pins = readWords(words, at);
  if (Array.isArray(pins)) return pins;
  findings.push({ at, ...pins });
  return [];
}

type Problem = Pick<Finding, 'code' | 'fact' | 'fix'>;

/** Parses sequences of a host, its fingerprints, and optional types after them. */
function readWords(words: readonly string[], at: string): PinnedFingerprint[] | Problem {
  const pins: PinnedFingerprint[] = [];
  let host = '';
  /** A host that has no fingerprint yet. */
  let bare: string | undefined;
  for (const word of words) {
    const last = pins.at(-1);
    if (word.startsWith('SHA256:')) {
      const fingerprint = canonical(word);
      if (host === '') return noHost(word);
      if (fingerprint === undefined) return damaged(word);
      pins.push({ at, host, fingerprint });
      bare = undefined;
    } else if (word.startsWith('(')) {
      const types = TYPES.get(word.replace(/^\((.*)\)$/, '$1'));
      if (types === undefined || last === undefined) return unknownType(word);
      pins[pins.length - 1] = { ...last, types };
    } else {
      const problem = notAHost(word) ?? (bare === undefined ? undefined : noFingerprint(bare));
      if (problem !== undefined) return problem;
      host = normalHost(word);
      bare = word;
    }
  }
  return bare === undefined ? pins : noFingerprint(bare);
}

/** Returns the hosts of ssh-keygen's comment: by default `root@` and the host; without a comment, the hosts of the line. */
function hostsPrinted(words: string): string[] {
  return words === 'no comment' ? [''] : words.replace(/^root@/, '').split(/[\s,]+/);
}

/** Returns a fingerprint without padding, which some tools add; undefined unless it is base64 of 32 bytes. */
function canonical(word: string): string | undefined {
  const base64 = word.slice('SHA256:'.length).replace(/=$/, '');
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === `${base64}=` ? `SHA256:${base64}` : undefined;
}

function normalHost(word: string): string {
  const [, inner, port] = /^\[(.*)\](?::(\d+))?$/.exec(word) ?? [];
  const address = (inner ?? word).toLowerCase();
  const short = isIPv6(address) && !address.includes('%') ? shortForm(address) : address;
  return port === undefined ? short : `[${short}]:${port}`;
}

/** Explains frequent mistakes in place of a host, each in its own words. */
function notAHost(word: string): Problem | undefined {
  if (/^MD5:|^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/i.test(word)) {
    return {
      code: 'fingerprint-malformed',
      fact: 'this is an MD5 fingerprint, which can be forged.',
      fix: 'give the one that `ssh-keygen -l -E sha256 -f FILE` prints.',
    };
  }
  if (/^(?:ssh-|ecdsa-sha2-|AAAA)/.test(word)) {
    return {
      code: 'fingerprint-malformed',
      fact: 'this is a key, not a fingerprint.',
      fix: 'put the line into `ssh-known-hosts`.',
    };
  }
  if (/^[A-Za-z0-9+/]{43}=?$/.test(word)) {
    return {
      code: 'fingerprint-malformed',
      fact: 'the fingerprint does not say how it was made.',
      fix: `if it is SHA-256, write \`SHA256:\` before it: ${EXAMPLE}.`,
    };
  }
  return word.startsWith('|')
    ? {
        code: 'fingerprint-malformed',
        fact: 'the name of the host is hashed.',
        fix: 'write its name or address instead.',
      }
    : undefined;
}

function noHost(word: string): Problem {
  return {
    code: 'fingerprint-malformed',
    fact: `${quote(word)} has no host before it.`,
    fix: `write ${EXAMPLE}.`,
  };
}

function noFingerprint(host: string): Problem {
  return {
    code: 'fingerprint-malformed',
    fact: `${quote(host)} has no fingerprint after it.`,
    fix: `write ${EXAMPLE}.`,
  };
}

function damaged(word: string): Problem {
  return {
    code: 'fingerprint-malformed',
    fact: `${quote(word)} is cut off or damaged.`,
    fix: `write ${EXAMPLE}.`,
  };
}

function unknownType(word: string): Problem {
  return {
    code: 'fingerprint-malformed',
    fact: `${quote(word)} is not a type of host key after a fingerprint.`,
    fix: `write (${[...TYPES.keys()].join('), (')}), or leave it out.`,
  };
}

/** Returns a host in the form in which its keys are looked up: by its SSH address, and the member's name and address. */
export function pinnedHost({ name, address, login }: RemoteHost): PinnedHost {
  return {
    address: login.address,
    port: login.port,
    aliases: name === undefined ? [address] : [name, address],
  };
}
