import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { pemSpans } from '../../pki/pem.ts';

/** The parts of a secret text that must not appear in output. */
export interface SecretMaterial {
  /** Words and lines that must not appear as a whole: passphrases, and text that is not a key. */
  readonly words: readonly string[];
  /** The private keys in it, of which no piece may appear. */
  readonly keys: readonly KeyMaterial[];
}

/**
 * One private key. Its public half is kept apart from its secret numbers: certificates hold the same bytes, and
 * hiding them would hide the certificates.
 */
export interface KeyMaterial {
  /** The whole PEM block. */
  readonly pem: string;
  /** The text between BEGIN and END without headers, line breaks as given. */
  readonly body: string;
  /** Index of the first secret byte in the body, white space not counted. */
  readonly from: number;
  /** Index after the last secret byte in the body, white space not counted. */
  readonly to: number;
  /** The secret numbers; none for an unreadable key, which is secret as a whole. */
  readonly numbers: readonly Buffer[];
}

/** A shorter word cannot be hidden: it occurs in ordinary text, and would hide that. */
export const minWordLength = 5;
/** Shorter lines of a multi-line secret are not hidden, for the same reason. */
const minLineLength = 8;

/** No private key of a host is longer. */
const maxKeyLength = 16 * 1024;

/** Finds the secrets in an input: one or more PEM private keys, base64 of such, or plain words. Never throws. */
export function secretMaterial(secret: string): SecretMaterial {
  const text = secret.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const unpacked = Buffer.from(text.replace(/\s/g, ''), 'base64').toString('latin1');
  const keys = keysOf(text);
  return { words: keys.length === 0 ? secretWordsOf(text) : [], keys: [...keys, ...keysOf(unpacked)] };
}

/**
 * Finds the private keys in a text that a host has sent, or that was made here. Never words, whatever the text holds:
 * a host could send any words of a report to have them hidden. Never throws.
 */
export function keyMaterial(text: string): SecretMaterial {
  if (text.length > maxKeyLength || !isPrivateKey(text)) return { words: [], keys: [] };
  return { words: [], keys: keysOf(text).filter(({ numbers }) => numbers.length > 0) };
}

function isPrivateKey(text: string): boolean {
  try {
    createPrivateKey(text);
    return true;
  } catch {
    return false;
  }
}

/** Splits the text as it is given: an apparent escape in a password is a part of it. */
function secretWordsOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const filled = lines.filter((line) => line !== '');
  const shortest = filled.length > 1 ? minLineLength : minWordLength;
  return filled.filter((line) => line.length >= shortest);
}

/** Also finds a key without its END line. Text around the keys, certificates for example, is public. */
function keysOf(text: string): KeyMaterial[] {
  return pemSpans(text, ({ label }) => /PRIVATE KEY[A-Z ]*$/.test(label)).map(
    ({ label, start, end, bodyStart, bodyEnd }) =>
      keyOf(withLineBreaks(text.slice(start, end)), label, withLineBreaks(text.slice(bodyStart, bodyEnd))),
  );
}

/** Restores the lines of a key that was stored on one line with literal `\n`. */
function withLineBreaks(pem: string): string {
  return pem.replaceAll(/(?:\\+r)?\\+n/g, '\n');
}

/** Headers of old encrypted keys (RFC 1421). */
const headers = /(?:Proc-Type:\s*4,\s*ENCRYPTED|DEK-Info:\s*\S+)\s*/g;

function keyOf(pem: string, label: string, wholeBody: string): KeyMaterial {
  const body = wholeBody.replaceAll(headers, '').trim();
  const bytes = Buffer.from(body, 'base64');
  const numbers = secretNumbers(label, bytes);
  const places = numbers.map((number) => ({ start: bytes.indexOf(number), length: number.length }));
  if (places.length === 0 || places.some(({ start }) => start < 0)) {
    return { pem, body, from: 0, to: body.length, numbers: [] };
  }
  const start = Math.min(...places.map((place) => place.start));
  const end = Math.max(...places.map((place) => place.start + place.length));
  return { pem, body, from: Math.floor(start / 3) * 4, to: Math.ceil(end / 3) * 4, numbers };
}

/** Reads the secret numbers of an unencrypted key; none if it is encrypted or of an unknown kind. */
function secretNumbers(label: string, bytes: Buffer): Buffer[] {
  try {
    if (label === 'OPENSSH PRIVATE KEY') return opensshSecrets(bytes);
    const type = derTypes.get(label);
    if (type === undefined) return [];
    const key = createPrivateKey({ key: bytes, format: 'der', type }).export({ format: 'jwk' });
    return numbersOf(key).map((number) => asWritten(number, bytes));
  } catch {
    return []; // Damaged or encrypted: the whole text is secret.
  }
}

const derTypes = new Map<string, 'pkcs1' | 'pkcs8' | 'sec1'>([
  ['RSA PRIVATE KEY', 'pkcs1'],
  ['EC PRIVATE KEY', 'sec1'],
  ['PRIVATE KEY', 'pkcs8'],
]);

/** `n`, `e`, `x` and `y` of a JSON Web Key are the public half (RFC 7518 section 6, RFC 8037 section 2). */
function numbersOf(key: JsonWebKey): Buffer[] {
  return [key.d, key.p, key.q, key.dp, key.dq, key.qi]
    .filter((number) => number !== undefined)
    .map((number) => Buffer.from(number, 'base64url'));
}

/**
 * Returns the number in the form in which the key contains it. A JSON Web Key pads the numbers of an EC key with zero
 * bytes to the length of its curve (RFC 7518 section 6.2.2.1). So does RFC 5915, but some programs omit the padding.
 */
function asWritten(number: Buffer, bytes: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  return bytes.includes(number) || first < 0 ? number : number.subarray(first);
}

/** Reads the strings of SSH's wire encoding (RFC 4251 section 5) in order. */
class SecretFieldReader {
  #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.#bytes = this.#bytes.subarray(count);
  }

  string(): Buffer {
    const length = this.#bytes.readUInt32BE(0);
    const value = this.#bytes.subarray(4, 4 + length);
    if (value.length < length) throw new Error('the text ends inside a string');
    this.skip(4 + length);
    return value;
  }

  /** Reads a number without the zero byte that keeps it positive. */
  number(): Buffer {
    const value = this.string();
    return value[0] === 0 ? value.subarray(1) : value;
  }
}

const magic = 'openssh-key-v1\0';

/**
 * Reads the secret parts of an OpenSSH private key (PROTOCOL.key and sshkey.c in OpenSSH): its secret numbers if it
 * is not encrypted, else the whole encrypted section.
 * @throws Error for other bytes.
 */
function opensshSecrets(bytes: Buffer): Buffer[] {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic)
    throw new Error('not an openssh-key-v1 file');
  const outer = new SecretFieldReader(bytes.subarray(magic.length));
  const cipher = outer.string().toString('latin1');
  outer.string(); // the key derivation's name
  outer.string(); // its options
  outer.skip(4); // the number of keys: always one
  outer.string(); // the public key
  const section = outer.string();
  if (cipher !== 'none') return [section];
  const inner = new SecretFieldReader(section);
  inner.skip(8); // two equal check numbers
  return secretsOfType(inner.string().toString('latin1'), inner) ?? [section];
}

function secretsOfType(type: string, fields: SecretFieldReader): Buffer[] | undefined {
  if (type === 'ssh-ed25519') {
    fields.string(); // the public key, which also follows the secret seed of 32 bytes
    return [fields.string().subarray(0, 32)];
  }
  if (type === 'ssh-rsa') {
    fields.string(); // n
    fields.string(); // e; d, the coefficient, p and q are secret
    return [fields.number(), fields.number(), fields.number(), fields.number()];
  }
  if (type.startsWith('ecdsa-sha2-')) {
    fields.string(); // the curve
    fields.string(); // the public point
    return [fields.number()];
  }
  return undefined;
}
