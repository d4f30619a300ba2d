import { inspect } from 'node:util';
import { foreignCharacter } from '../text/characters.ts';
import { holdsPrivateKey } from '../text/quote.ts';
import { decodeBech32 } from '../text/bech32.ts';
import { type KeyProblem, KeysError } from './recipients.ts';

/** The given identities cannot decrypt anything. */
export class IdentitiesError extends KeysError {
  override name = 'IdentitiesError';
}

/** What takes identities to decrypt a file: `Decrypter` of the package age-encryption. */
interface TakesIdentities {
  addIdentity(identity: string): void;
}

/** Secret keys that decrypt backups. No way of printing the object shows them. */
export class Identities {
  readonly #keys: readonly string[];

  /** @param keys `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`, of which {@link parseIdentities} found nothing wrong. */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** Number of keys; 0 if none were given. */
  get count(): number {
    return this.#keys.length;
  }

  /** Gives every key to what decrypts a header. */
  addTo(decrypter: TakesIdentities): void {
    for (const key of this.#keys) decrypter.addIdentity(key);
  }

  /** Returns the public key of each, `age1…`, in the order of the input. */
  async recipients(): Promise<readonly string[]> {
    const { identityToRecipient } = await import('age-encryption');
    return await Promise.all(this.#keys.map((key) => identityToRecipient(key)));
  }

  toString(): string {
    return `${this.count} identities of age`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** For a backup that is not encrypted. */
export const NO_IDENTITIES: Identities = new Identities([]);

/** Each is tried with each recipient of a file. */
const MOST_IDENTITIES = 20;
/** Files of age-keygen have less than a kilobyte. */
const MOST_CHARACTERS = 64 * 1024;
/** More of them tell no more. */
const MOST_PROBLEMS = 10;

const FIX =
  'give the secret key that belongs to one of the recipients of the backup: the line that begins with AGE-SECRET-KEY- in the file that `age-keygen -o key.txt` has written, or all of that file.';

/**
 * Reads identities of age, one on each line, as age-keygen writes them: `#` begins a comment, and blank lines do not count. A key
 * that is given twice counts once.
 * @returns at least one identity, X25519 or hybrid post-quantum.
 * @throws IdentitiesError with all problems, up to ten. The caller masks `secretKeysIn` of the text first.
 */
export function parseIdentities(text: string): Identities {
  if (text.length > MOST_CHARACTERS) throw new IdentitiesError([tooLong(text.length)]);
  const whole = problemOfAll(text);
  if (whole !== undefined) throw new IdentitiesError([whole]);
  const entries = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ entry: (line.split('#', 1)[0] ?? '').trim(), line: index + 1 }))
    .filter(({ entry }) => entry !== '');
  const problems: KeyProblem[] = entries.flatMap(({ entry, line }) => {
    const problem = problemOf(entry);
    return problem === undefined ? [] : [{ line, ...problem }];
  });
  const keys = [...new Set(entries.map(({ entry }) => entry))];
  if (keys.length === 0) problems.push(none(text));
  if (keys.length > MOST_IDENTITIES) problems.unshift(tooMany(keys.length));
  if (problems.length > 0) throw new IdentitiesError(problems.slice(0, MOST_PROBLEMS));
  return new Identities(keys);
}

type Problem = Omit<KeyProblem, 'line'>;

/** The prefixes of Bech32, behind which each has a key of 32 bytes (C2SP, age.md), with the length of the whole. */
const LENGTHS = { 'AGE-SECRET-KEY-': 74, 'AGE-SECRET-KEY-PQ-': 77 } as const;
const KEY_BYTES = 32;
const BEGIN = /^AGE-SECRET-KEY-(?:PQ-)?1/;

/** What the text is as a whole, if that is something else. */
function problemOfAll(text: string): KeyProblem | undefined {
  if (holdsPrivateKey(text)) {
    return {
      code: 'restore-identity-unusable',
      fact: 'this is a private key of SSH or TLS, not an identity of age.',
      cause: 'the wrong secret of the repository is used.',
      fix: FIX,
    };
  }
  if (!/^\s*(?:-----BEGIN AGE ENCRYPTED FILE-----|age-encryption\.org\/)/.test(text)) return undefined;
  return {
    code: 'restore-identity-unusable',
    fact: 'this is a file that age has encrypted, not an identity.',
    cause: 'the file with the identity is itself protected by a passphrase, or a backup was given.',
    fix: 'decrypt it (`age --decrypt key.age`), and give what that prints.',
  };
}

/** Why an entry is no identity; undefined if it is one. Quotes nothing of it. */
function problemOf(entry: string): Problem | undefined {
  if (BEGIN.test(entry)) return problemOfKey(entry);
  if (/^age1/.test(entry)) return publicKey;
  if (/^(?:ssh-|ecdsa-|sk-)/.test(entry)) return sshKey;
  if (/^AGE-PLUGIN-/.test(entry)) return plugin;
  if (/AGE-SECRET-KEY-/i.test(entry)) return misplaced;
  return foreign;
}

function problemOfKey(entry: string): Problem | undefined {
  const foreignOne = foreignCharacter(entry);
  if (foreignOne !== undefined) {
    return {
      code: 'restore-identity-unusable',
      fact: `the identity contains ${foreignOne}.`,
      cause: 'it was copied from a web page, a chat or a word processor.',
      fix: 'copy it anew from the file of age-keygen.',
    };
  }
  const [begin = ''] = BEGIN.exec(entry) ?? [];
  const expected = LENGTHS[begin.slice(0, -1) as keyof typeof LENGTHS];
  if (entry.length < expected) {
    return {
      code: 'restore-identity-unusable',
      fact: `the identity is cut off: it has ${entry.length} of ${expected} characters.`,
      cause: 'the end was not copied, or it was wrapped over several lines.',
      fix: 'copy it anew, as one line.',
    };
  }
  if (entry.length > expected) {
    return {
      code: 'restore-identity-unusable',
      fact: `the identity has ${entry.length} in place of ${expected} characters.`,
      cause: 'two keys are on one line, or something else stands behind the key.',
      fix: 'give each key a line of its own.',
    };
  }
  if (decodeBech32(entry.toLowerCase())?.bytes.length === KEY_BYTES && entry === entry.toUpperCase())
    return undefined;
  return {
    code: 'restore-identity-unusable',
    fact: 'the identity has a typing error: its checksum is wrong.',
    cause: 'a character was changed, or capitals and small letters were.',
    fix: 'copy it anew from the file of age-keygen.',
  };
}

const publicKey: Problem = {
  code: 'restore-identity-unusable',
  fact: 'this is a public key, which encrypts backups; an identity is the secret key that belongs to it.',
  cause: 'the value of backup-recipients was given.',
  fix: FIX,
};

const sshKey: Problem = {
  code: 'restore-identity-unusable',
  fact: 'this is a public key of SSH, not an identity of age.',
  cause: 'the wrong secret of the repository is used.',
  fix: FIX,
};

const plugin: Problem = {
  code: 'restore-identity-unusable',
  fact: 'this identity belongs to a plugin of age, which the action does not have.',
  cause: 'it was made for a hardware key, such as with age-plugin-yubikey.',
  fix: 'give the secret key of another recipient of the backup; if there is none, the action cannot open this backup.',
};

const misplaced: Problem = {
  code: 'restore-identity-unusable',
  fact: 'a secret key is on this line, with something before it or in small letters.',
  cause: 'it was copied with quotes, or as part of a sentence or of YAML.',
  fix: 'give the key alone on its line, in capitals.',
};

const foreign: Problem = {
  code: 'restore-identity-unusable',
  fact: 'this is no identity of age, so it is not shown here; an identity begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1.',
  cause: 'a passphrase, the path of a file, or a key of another program (PGP, minisign) was given.',
  fix: FIX,
};

function none(text: string): KeyProblem {
  const isCommentedOut = /AGE-SECRET-KEY-/i.test(text);
  return {
    code: 'restore-identity-unusable',
    fact: `no identity is given: ${text.trim() === '' ? 'the text is empty' : 'every line is a comment'}.`,
    cause: isCommentedOut
      ? 'the line breaks of the file were lost, so that the key is part of a comment.'
      : 'an expression like ${{ secrets.BACKUP_IDENTITY }} has no value, or only a part of the file was copied.',
    fix: FIX,
  };
}

function tooMany(count: number): KeyProblem {
  return {
    code: 'restore-identity-unusable',
    fact: `there are ${count} identities, more than ${MOST_IDENTITIES}.`,
    cause: 'this is the wrong file.',
    fix: FIX,
  };
}

function tooLong(characters: number): KeyProblem {
  return {
    code: 'restore-identity-unusable',
    fact: `the text with the identities has ${characters} characters, more than ${MOST_CHARACTERS}.`,
    cause: 'this is the wrong file.',
    fix: FIX,
  };
}
