import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import type { Finding } from '../findings.ts';
import { decodeBech32 } from '../text/bech32.ts';
import { foreignCharacter } from '../text/characters.ts';
import { holdsPrivateKey, quote } from '../text/quote.ts';

/** Public keys that a backup is encrypted to; the secret key of any one of them decrypts it. */
export interface Recipients {
  /** `age1…`, each once, in the order of the input. At least one. */
  readonly recipients: readonly string[];
}

/** Why a text does not name keys. Contains nothing of a secret key, a passphrase or any other unexpected text. */
export interface KeyProblem extends Pick<Finding, 'code' | 'fact' | 'cause' | 'fix'> {
  /** Of the text, from 1; absent for what concerns all of it. */
  readonly line?: number;
}

/** The given keys cannot be used. */
export abstract class KeysError extends Error {
  readonly problems: readonly KeyProblem[];

  /** @param problems at least one. */
  constructor(problems: readonly KeyProblem[]) {
    super(problems.map(({ line, fact }) => (line === undefined ? fact : `line ${line}: ${fact}`)).join('\n'));
    this.problems = problems;
  }
}

/** A backup cannot be encrypted to the given recipients. */
export class RecipientsError extends KeysError {
  override name = 'RecipientsError';
}

const MOST_RECIPIENTS = 50;
/** A hybrid recipient has 1959 characters; nothing sensible reaches the limit. */
const MOST_CHARACTERS = 256 * 1024;
/** More of them tell no more. */
const MOST_PROBLEMS = 10;

const EXAMPLE =
  'make a key with `age-keygen -o key.txt`, keep key.txt in a safe place that is not the cluster, and give the public key that it prints, which begins with age1.';

/**
 * Reads recipients of age, one on each line or separated by commas. `#` begins a comment, and blank lines do not count.
 * Checks the kind, the checksum, the length, and that something can be encrypted to the key.
 *
 * @returns recipients of one kind, X25519 or hybrid post-quantum (age's spec, age-encryption.org/v1).
 * @throws RecipientsError with all problems, up to ten. The caller masks {@link secretKeysIn} first.
 */
export function parseRecipients(text: string): Recipients {
  if (text.length > MOST_CHARACTERS) throw new RecipientsError([tooLong(text.length)]);
  const entries = entriesOf(text);
  const judged = entries
    .slice(0, MOST_RECIPIENTS)
    .map((entry) => ({ entry, problem: problemOf(entry.text) }));
  const problems: KeyProblem[] = judged.flatMap(({ entry: { line }, problem }) =>
    problem === undefined ? [] : [{ line, ...problem }],
  );
  const good = judged.flatMap(({ entry, problem }) => (problem === undefined ? [entry] : []));
  problems.push(...repeated(good), ...mixed(good));
  if (entries.length === 0) problems.push(none);
  if (entries.length > MOST_RECIPIENTS) problems.unshift(tooMany(entries.length));
  if (problems.length > 0) throw new RecipientsError(problems.slice(0, MOST_PROBLEMS));
  return { recipients: good.map(({ text: entry }) => entry) };
}

/**
 * Finds what looks like a secret key of age in a text, in comments too: `AGE-SECRET-KEY-1…`, `AGE-SECRET-KEY-PQ-1…`,
 * `AGE-PLUGIN-…`. It was pasted in place of its public key, and has to be masked before anything is printed.
 */
export function secretKeysIn(text: string): string[] {
  return [...new Set([...text.slice(0, MOST_CHARACTERS).matchAll(SECRET_KEYS)].map(([key]) => key))];
}

/** Bech32 in capitals, as age-keygen writes it, or in small letters. */
const SECRET_KEY = /AGE-(?:SECRET-KEY|PLUGIN)-[A-Z0-9-]{1,4096}/i;
const SECRET_KEYS = new RegExp(SECRET_KEY.source, 'gi');

interface Entry {
  readonly text: string;
  readonly line: number;
}

function entriesOf(text: string): Entry[] {
  return text.split(/\r\n|\r|\n/).flatMap((whole, index) => {
    const line = index + 1;
    // A secret key in a comment is in the workflow all the same.
    if (SECRET_KEY.test(whole)) return [{ text: whole.trim(), line }];
    const [content = ''] = whole.split('#', 1);
    return content
      .split(',')
      .map((entry) => ({ text: entry.trim(), line }))
      .filter((entry) => entry.text !== '');
  });
}

type Problem = Omit<KeyProblem, 'line'>;

/** Names an entry by its beginning: it may be anything, also a secret key that was spoiled. */
function shown(entry: string): string {
  return quote(entry.length > 16 ? `${entry.slice(0, 16)}…` : entry);
}

/** Why an entry is no recipient; undefined if it is one. Quotes only what is public by its form. */
function problemOf(entry: string): Problem | undefined {
  if (SECRET_KEY.test(entry)) return secretKey;
  if (holdsPrivateKey(entry)) return privateKey;
  if (/^(?:ssh-|ecdsa-|sk-)/.test(entry)) return sshKey(entry);
  if (!entry.startsWith('age1')) return foreign;
  const foreignOne = foreignCharacter(entry);
  if (foreignOne !== undefined) {
    return {
      code: 'backup-recipients-unusable',
      fact: `the recipient ${shown(entry)} contains ${foreignOne}.`,
      cause: 'it was copied from a web page, a chat or a word processor.',
      fix: 'copy it anew from the file of age-keygen.',
    };
  }
  if (kindOf(entry) !== undefined) return flawOf(entry);
  return isPlugins(entry) ? plugin(entry) : damaged(entry);
}

function flawOf(recipient: string): Problem | undefined {
  const { prefix = '', bytes = Buffer.alloc(0) } = decodeBech32(recipient) ?? {};
  const why = KINDS[prefix]?.flaw(bytes);
  return why === undefined ? undefined : unusableRecipient(recipient, why);
}

const secretKey: Problem = {
  code: 'backup-recipients-unusable',
  fact: 'this is a secret key, which decrypts backups; a recipient is the public key that belongs to it.',
  cause: 'the whole file of age-keygen was pasted, or the wrong line of it.',
  fix: 'give the public key (`age-keygen -y key.txt` prints it), which begins with age1. The secret key was in a place that is not secret: make a new one if others can read the workflow.',
};

const privateKey: Problem = {
  code: 'backup-recipients-unusable',
  fact: 'this is a private key of SSH or TLS, not a recipient.',
  cause: 'the wrong secret of the repository is used.',
  fix: EXAMPLE,
};

const foreign: Problem = {
  code: 'backup-recipients-unusable',
  fact: 'this is no recipient of age, so it is not shown here; a recipient begins with age1, in small letters.',
  cause: 'a passphrase, the name of a file, or a key of another program (PGP, minisign) was given.',
  fix: EXAMPLE,
};

const none: KeyProblem = {
  code: 'backup-recipients-unusable',
  fact: 'no recipient is given.',
  cause: 'an expression like ${{ vars.BACKUP_RECIPIENTS }} has no value, or every line is a comment.',
  fix: EXAMPLE,
};

function sshKey(entry: string): Problem {
  const [type = ''] = entry.split(/\s/, 1);
  return {
    code: 'backup-recipients-unusable',
    fact: `this is a key of SSH (${quote(type)}), to which the action does not encrypt.`,
    cause: 'the program age takes such keys; the library that the action uses does not.',
    fix: EXAMPLE,
  };
}

function plugin(entry: string): Problem {
  return {
    code: 'backup-recipients-unusable',
    fact: `the recipient ${quote(entry)} belongs to a plugin of age or to a kind that the action does not know.`,
    cause: 'it was made for a hardware key, such as with age-plugin-yubikey.',
    fix: `for the action, ${EXAMPLE}`,
  };
}

function damaged(entry: string): Problem {
  return {
    code: 'backup-recipients-unusable',
    fact: `the recipient ${shown(entry)} has a typing error: its checksum or its length (${entry.length} characters) is wrong.`,
    cause: 'it was cut off, wrapped over several lines or typed by hand.',
    fix: 'copy it anew, as one line; `age-keygen -y key.txt` prints it.',
  };
}

function tooMany(count: number): KeyProblem {
  return {
    code: 'backup-recipients-unusable',
    fact: `there are ${count} recipients, more than ${MOST_RECIPIENTS}.`,
    cause: 'this is the wrong file.',
    fix: 'give the keys of those who restore the cluster.',
  };
}

function tooLong(characters: number): KeyProblem {
  return {
    code: 'backup-recipients-unusable',
    fact: `the text with the recipients has ${characters} characters, more than ${MOST_CHARACTERS}.`,
    cause: 'this is the wrong file.',
    fix: 'give the keys of those who restore the cluster.',
  };
}

function repeated(entries: readonly Entry[]): KeyProblem[] {
  const seen = new Map<string, number>();
  return entries.flatMap(({ text, line }) => {
    const before = seen.get(text);
    if (before === undefined) seen.set(text, line);
    if (before === undefined) return [];
    return [
      {
        line,
        code: 'backup-recipients-unusable',
        fact: `the recipient ${quote(text)} is given twice, the first time in line ${before}.`,
        cause: 'a key was copied in place of another one, which then could not decrypt the backup.',
        fix: 'give each recipient once.',
      },
    ];
  });
}

/** age refuses to encrypt to both kinds (filippo.io/age, Encrypt, "incompatible recipients"). */
function mixed(entries: readonly Entry[]): KeyProblem[] {
  const kinds = new Set(entries.map(({ text }) => kindOf(text)));
  if (kinds.size < 2) return [];
  return [
    {
      code: 'backup-recipients-unusable',
      fact: 'some recipients are post-quantum ones (age1pq1…) and some are not.',
      cause: 'a file that is also encrypted to a classic key is no safer than that key.',
      fix: 'give recipients of one kind; `age-keygen -pq` makes post-quantum keys.',
    },
  ];
}

/** The kinds of recipients by their prefix: the length of the key in bytes, and why nothing can be encrypted to one. */
const KINDS: Readonly<
  Record<string, { readonly bytes: number; readonly flaw: (key: Buffer) => string | undefined }>
> = {
  age: { bytes: 32, flaw: x25519Flaw },
  // ML-KEM-768 with X25519 (C2SP, age.md)
  age1pq: {
    bytes: 1184 + 32,
    flaw: (key) => mlKemFlaw(key.subarray(0, 1184)) ?? x25519Flaw(key.subarray(1184)),
  },
};

function kindOf(text: string): string | undefined {
  const { prefix, bytes } = decodeBech32(text) ?? {};
  return prefix !== undefined && isKind(prefix) && KINDS[prefix]?.bytes === bytes?.length
    ? prefix
    : undefined;
}

function isKind(prefix: string): boolean {
  return Object.hasOwn(KINDS, prefix);
}

function isPlugins(text: string): boolean {
  const { prefix = 'age' } = decodeBech32(text) ?? {};
  return !isKind(prefix);
}

/** Points of low order give the same secret with every key, which OpenSSL refuses as RFC 7748, section 6.1, has it. */
function x25519Flaw(point: Buffer): string | undefined {
  const jwk = { kty: 'OKP', crv: 'X25519', x: point.toString('base64url') };
  try {
    const { privateKey } = generateKeyPairSync('x25519');
    diffieHellman({ privateKey, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) });
    return undefined;
  } catch {
    return 'it is no point of the curve';
  }
}

/** The modulus of ML-KEM, below which each coefficient is, and the bytes of the coefficients of ML-KEM-768. */
const MODULUS = 3329;
const COEFFICIENT_BYTES = 1152;

/**
 * The check of the modulus (FIPS 203, section 7.2), which age-encryption 0.3.1 does not make: no identity could decrypt the
 * file. Two coefficients are in three bytes.
 */
function mlKemFlaw(key: Buffer): string | undefined {
  for (let at = 0; at < COEFFICIENT_BYTES; at += 3) {
    const pair = key.readUIntLE(at, 3);
    if ((pair & 0xfff) >= MODULUS || pair >>> 12 >= MODULUS) return 'it is no key of ML-KEM';
  }
  return undefined;
}

/** Describes a recipient of the right form that nothing can be encrypted to. @param why a clause without a full stop. */
export function unusableRecipient(recipient: string, why: string): KeyProblem {
  return {
    code: 'backup-recipients-unusable',
    fact: `nothing can be encrypted to the recipient ${quote(recipient)}: ${why}.`,
    cause: 'it was not made by age-keygen: it is no point of the curve, or no key of ML-KEM.',
    fix: 'give the public key that `age-keygen -y key.txt` prints.',
  };
}
