import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { pemSpans } from '../../pki/pem.ts';

/** What in a secret text must not be seen. */
export interface SecretMaterial {
  /** Words and lines that must not be seen whole: passphrases, and text that is no key. */
  readonly words: readonly string[];
  /** The private keys in it, of which no piece may be seen. */
  readonly keys: readonly KeyMaterial[];
}

/**
 * One private key. Its public half is told apart from its secret numbers: certificates hold the same bytes, and
 * hiding them would hide the certificates.
 */
export interface KeyMaterial {
  /** The whole PEM block. */
  readonly pem: string;
  /** The text between BEGIN and END without headers, line breaks as given. */
  readonly body: string;
  /** Where in the body, white space not counted, the first secret byte stands. */
  readonly from: number;
  /** Where in the body, white space not counted, nothing secret follows any more. */
  readonly to: number;
  /** The secret numbers; none of a key that could not be read, which is secret as a whole. */
  readonly numbers: readonly Buffer[];
}

/** A word shorter than this cannot be hidden: it would be met in ordinary text, and hide that. */
export const shortestWord = 5;
/** A line of several that is shorter than this is left, for the same reason. */
const shortestLine = 8;

/** No private key of a host is longer; what is longer is no such. */
const mostCharactersOfKey = 16 * 1024;

/** Finds what is secret in an input: one or more PEM private keys, base64 of such, or plain words. Never throws. */
export function secretMaterial(secret: string): SecretMaterial {
  const text = secret.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const unpacked = Buffer.from(text.replace(/\s/g, ''), 'base64').toString('latin1');
  const keys = keysOf(text);
  return { words: keys.length === 0 ? wordsOf(text) : [], keys: [...keys, ...keysOf(unpacked)] };
}

/**
 * The private key in a text that a host has sent, or that was made here. Never words, whatever the text holds: a host could
 * name any words of a report, and have them hidden. Never throws.
 */
export function keyMaterial(text: string): SecretMaterial {
  if (text.length > mostCharactersOfKey || !isPrivateKey(text)) return { words: [], keys: [] };
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

/** The text as it is given: what looks like an escape in a password is a part of it. */
function wordsOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const filled = lines.filter((line) => line !== '');
  const shortest = filled.length > 1 ? shortestLine : shortestWord;
  return filled.filter((line) => line.length >= shortest);
}

/** Also a key whose END line was cut off. Text around the keys, certificates for example, is public. */
function keysOf(text: string): KeyMaterial[] {
  return pemSpans(text, ({ label }) => /PRIVATE KEY[A-Z ]*$/.test(label)).map(
    ({ label, start, end, bodyStart, bodyEnd }) =>
      keyOf(withLineBreaks(text.slice(start, end)), label, withLineBreaks(text.slice(bodyStart, bodyEnd))),
  );
}

/** A key that was stored on one line with literal `\n` gets its lines back. */
function withLineBreaks(pem: string): string {
  return pem.replaceAll(/(?:\\+r)?\\+n/g, '\n');
}

/** Of old encrypted keys (RFC 1421). */
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

/** The secret numbers of an unencrypted key; none when it is encrypted or of an unknown kind. */
function secretNumbers(label: string, bytes: Buffer): Buffer[] {
  try {
    if (label === 'OPENSSH PRIVATE KEY') return opensshSecrets(bytes);
    const type = derTypes.get(label);
    if (type === undefined) return [];
    return numbersOf(createPrivateKey({ key: bytes, format: 'der', type }).export({ format: 'jwk' }));
  } catch {
    return []; // Damaged or encrypted: the whole text is secret then.
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

/** Reads the strings of SSH's wire encoding (RFC 4251 section 5), one after the other. */
class WireReader {
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

  /** A number without the zero byte that keeps it positive. */
  number(): Buffer {
    const value = this.string();
    return value[0] === 0 ? value.subarray(1) : value;
  }
}

const magic = 'openssh-key-v1\0';

/**
 * The secret parts of an OpenSSH private key (PROTOCOL.key and sshkey.c in OpenSSH): its secret numbers when it is
 * not encrypted, else the whole encrypted section.
 * @throws Error when the bytes are no such key.
 */
function opensshSecrets(bytes: Buffer): Buffer[] {
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic)
    throw new Error('not an openssh-key-v1 file');
  const outer = new WireReader(bytes.subarray(magic.length));
  const cipher = outer.string().toString('latin1');
  outer.string(); // The key derivation's name,
  outer.string(); // and its options.
  outer.skip(4); // How many keys: always one.
  outer.string(); // The public key.
  const section = outer.string();
  if (cipher !== 'none') return [section];
  const inner = new WireReader(section);
  inner.skip(8); // Two equal check numbers.
  return secretsOfType(inner.string().toString('latin1'), inner) ?? [section];
}

function secretsOfType(type: string, fields: WireReader): Buffer[] | undefined {
  if (type === 'ssh-ed25519') {
    fields.string(); // The public key, which also follows the secret seed of 32 bytes.
    return [fields.string().subarray(0, 32)];
  }
  if (type === 'ssh-rsa') {
    fields.string(); // n and
    fields.string(); // e are public; d, the coefficient, p and q are not.
    return [fields.number(), fields.number(), fields.number(), fields.number()];
  }
  if (type.startsWith('ecdsa-sha2-')) {
    fields.string(); // The curve and
    fields.string(); // the public point.
    return [fields.number()];
  }
  return undefined;
}
