import { createPrivateKey, type KeyObject } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';
import type { Finding } from '../findings.ts';
import { keyBlobType, WireReader, wireString, wireUint32 } from './wire.ts';

/** The parts of one PEM block, independent of how it was wrapped, indented or pasted. */
export interface KeyPemBlock {
  /** e.g. `OPENSSH PRIVATE KEY`. */
  readonly label: string;
  /** Value of the `DEK-Info` header, which only a PEM key with the old encryption has. */
  readonly dekInfo?: string;
  /** Base64 without white space. */
  readonly body: string;
}

/** The kind of text that the user pasted. */
export type KeyText =
  | { readonly kind: 'private'; readonly block: KeyPemBlock }
  | { readonly kind: 'putty'; readonly text: string }
  | { readonly kind: 'several'; readonly count: number }
  | { readonly kind: 'public' | 'certificate' | 'truncated' | 'damaged' | 'empty' | 'unknown' };

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----/gs;
/**
 * Cipher and initialization vector, as long as the cipher's block: the key may follow immediately if line breaks were
 * lost.
 */
const DEK_INFO = /DEK-Info:\s*(AES-[A-Z0-9-]+,[0-9A-F]{32}|[A-Z0-9-]+,[0-9A-F]{16})/i;
const OPENSSH_MAGIC = 'openssh-key-v1\0';

/**
 * Recognises a key in pasted text: CRLF, a byte order mark, quotes around it, lost or literal `\n` newlines,
 * indentation, and the base64 of the whole file. Checks the wrapping only, not the key.
 */
export function readKeyText(pasted: string): KeyText {
  const text = tidy(pasted);
  if (text === '') return { kind: 'empty' };
  if (isLegible(text)) return classify(text);
  const decoded = decodeBase64(text);
  if (decoded === undefined) return { kind: 'unknown' };
  if (decoded.startsWith(OPENSSH_MAGIC)) {
    return { kind: 'private', block: { label: 'OPENSSH PRIVATE KEY', body: text.replace(/\s/g, '') } };
  }
  const inner = tidy(decoded);
  return isLegible(inner) ? classify(inner) : { kind: 'unknown' };
}

/** Formats the block as a PEM file: 64 columns, LF, a newline at the end. */
export function pemText(block: KeyPemBlock): string {
  const headers =
    block.dekInfo === undefined ? [] : ['Proc-Type: 4,ENCRYPTED', `DEK-Info: ${block.dekInfo}`, ''];
  const lines = block.body.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${block.label}-----`, ...headers, ...lines, `-----END ${block.label}-----`, ''].join(
    '\n',
  );
}

function tidy(pasted: string): string {
  const text = pasted
    .replace(/[\uFEFF\u200B]/g, '')
    .replaceAll('\u00A0', ' ')
    .trim();
  const unquoted = /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
  // A backslash never occurs in a key; a PuTTY file may have one in its comment and keeps its own newlines.
  const lines = unquoted.startsWith('PuTTY-') ? unquoted : unquoted.replace(/\\r|\\n/g, '\n');
  return lines.replace(/\r\n?/g, '\n').trim();
}

function isLegible(text: string): boolean {
  return (
    text.includes('---- BEGIN ') ||
    text.includes('-----BEGIN ') ||
    text.startsWith('PuTTY-') ||
    isPublicLine(text)
  );
}

function isPublicLine(text: string): boolean {
  return /^(?:ssh-|ecdsa-sha2-|sk-)\S+\s+AAAA/m.test(text);
}

function classify(text: string): KeyText {
  if (text.startsWith('PuTTY-')) return { kind: 'putty', text };
  const blocks = [...text.matchAll(PEM_BLOCK)].map(([, label = '', content = '']) => ({ label, content }));
  const [block, ...others] = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block !== undefined) {
    return others.length > 0
      ? { kind: 'several', count: others.length + 1 }
      : readBlock(block.label, block.content);
  }
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) return { kind: 'truncated' };
  if (text.includes('PUBLIC KEY') || isPublicLine(text)) return { kind: 'public' };
  return { kind: text.includes('-----BEGIN CERTIFICATE-----') ? 'certificate' : 'unknown' };
}

function readBlock(label: string, content: string): KeyText {
  const dekInfo = DEK_INFO.exec(content)?.[1];
  const body = content
    .replace(/Proc-Type:\s*4,\s*ENCRYPTED/i, '')
    .replace(DEK_INFO, '')
    .replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return { kind: 'damaged' };
  return { kind: 'private', block: { label, body, ...(dekInfo === undefined ? {} : { dekInfo }) } };
}

function decodeBase64(text: string): string | undefined {
  const compact = text.replace(/\s/g, '');
  if (compact.length < 100 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) return undefined;
  return Buffer.from(compact, 'base64').toString('utf8');
}

/** The input of the hosts' key. */
export const KEY_INPUT = 'ssh-private-key';

const WHOLE_FILE = 'paste the whole private key file, from its BEGIN line to its END line.';

/** The finding of a key that is not whole. */
export const DAMAGED: Finding = {
  code: 'ssh-key-malformed',
  at: KEY_INPUT,
  fact: 'the private key is cut off or damaged.',
  cause: 'only a part of the file was copied, or it was changed on the way.',
  fix: WHOLE_FILE,
};

/** Explains why a text holds no private key that can be used. */
export function unreadable(read: Exclude<KeyText, { kind: 'private' | 'putty' }>): Finding {
  const at = KEY_INPUT;
  switch (read.kind) {
    case 'empty':
      return {
        code: 'ssh-key-missing',
        at,
        fact: 'no private key is given.',
        cause: 'the secret does not exist, has another name, or is not passed to runs from forks.',
        fix: 'give the whole private key file, as a secret; or start an ssh-agent with it in an earlier step, and leave the input out.',
      };
    case 'public':
      return {
        code: 'ssh-key-malformed',
        at,
        fact: 'this is a public key; the private one is needed.',
        cause: 'the file that ends in .pub was copied.',
        fix: 'give the file of the same name without .pub.',
      };
    case 'certificate':
      return {
        code: 'ssh-key-malformed',
        at,
        fact: 'this is a certificate, not a private key.',
        cause: 'another file was copied.',
        fix: 'give the private key with which you log in to the hosts.',
      };
    case 'several':
      return {
        code: 'ssh-key-malformed',
        at,
        fact: `there are ${read.count} private keys.`,
        fix: 'give the one that all hosts accept.',
      };
    case 'truncated':
      return {
        code: 'ssh-key-malformed',
        at,
        fact: 'the private key has a BEGIN line but no matching END line.',
        cause: 'only a part of the file was copied, or only its first line reached the input.',
        fix: WHOLE_FILE,
      };
    case 'damaged':
      return DAMAGED;
    case 'unknown':
      return {
        code: 'ssh-key-malformed',
        at,
        fact: 'this is not a private key in a known format.',
        cause:
          'the secret holds something else, for example the path of the key file, or lacks the BEGIN and END lines.',
        fix: WHOLE_FILE,
      };
  }
}

const MAGIC = Buffer.from('openssh-key-v1\0');
/** Length to which an unencrypted private section is padded (PROTOCOL.key: the cipher's block size, or 8). */
const BLOCK_BYTES = 8;

/** The part of an OpenSSH private key file that is readable without its passphrase. */
export interface OpensshKeyHeader {
  /** e.g. `aes256-ctr`; `none`: not encrypted. */
  readonly cipher: string;
  /** Rounds of the key derivation; 0 if there is none. */
  readonly rounds: number;
  /** Type of the key, e.g. `ssh-ed25519`. */
  readonly type: string;
  /** Its public half in SSH wire form. */
  readonly publicBlob: Buffer;
}

/** Reads the unencrypted part of an OpenSSH private key (OpenSSH PROTOCOL.key); undefined if it is not one. */
export function readOpensshHeader(bytes: Buffer): OpensshKeyHeader | undefined {
  const reader = new WireReader(bytes);
  if (reader.raw(MAGIC.length)?.equals(MAGIC) !== true) return undefined;
  const cipher = reader.string()?.toString('latin1');
  reader.string(); // name of the key derivation
  const options = reader.string();
  const count = reader.uint32();
  const publicBlob = reader.string();
  const privateSection = reader.string();
  if (
    cipher === undefined ||
    options === undefined ||
    count !== 1 ||
    publicBlob === undefined ||
    privateSection === undefined
  )
    return undefined;
  const type = keyBlobType(publicBlob);
  return type === undefined ? undefined : { cipher, rounds: roundsOf(options), type, publicBlob };
}

/** Reads bcrypt's options: a salt, and the number of rounds. */
function roundsOf(options: Buffer): number {
  const reader = new WireReader(options);
  reader.string();
  return reader.uint32() ?? 0;
}

/**
 * Encodes an Ed25519 private key as an unencrypted OpenSSH key file (OpenSSH PROTOCOL.key), the only form in which
 * ssh2 reads one.
 * @returns base64 of the file's body. Secret.
 */
export function opensshEd25519Body(key: KeyObject): string {
  const { d, x } = key.export({ format: 'jwk' });
  if (d === undefined || x === undefined) throw new TypeError('not an Ed25519 private key');
  const publicKey = Buffer.from(x, 'base64url');
  const type = wireString('ssh-ed25519');
  const publicBlob = Buffer.concat([type, wireString(publicKey)]);
  // Two equal numbers, which verify the decryption; without encryption any will do.
  const check = Buffer.concat([wireUint32(0), wireUint32(0)]);
  const secret = wireString(Buffer.concat([Buffer.from(d, 'base64url'), publicKey]));
  const section = Buffer.concat([check, type, wireString(publicKey), secret, wireString('')]);
  const padding = Buffer.from(
    Array.from({ length: -section.length & (BLOCK_BYTES - 1) }, (_, index) => index + 1),
  );
  return Buffer.concat([
    MAGIC,
    wireString('none'),
    wireString('none'),
    wireString(''),
    wireUint32(1),
    wireString(publicBlob),
    wireString(Buffer.concat([section, padding])),
  ]).toString('base64');
}

/**
 * Converts a private key to text that ssh-add reads from its standard input, without a passphrase: OpenSSH before 9.6
 * reads Ed25519 in its own format only, and others as PEM.
 * @param pem as node reads it. Secret, as is the result.
 */
export function sshAddText(pem: string): string {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType === 'ed25519')
    return pemText({ label: 'OPENSSH PRIVATE KEY', body: opensshEd25519Body(key) });
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
  return key.export({ type, format: 'pem' }).toString();
}

/**
 * Parses a key with ssh2, or returns why it cannot. A damaged key can make ssh2 throw instead, with a message that
 * means nothing to a user.
 */
export function parseSsh2Key(text: string, passphrase?: string): ParsedKey | Error {
  try {
    return ssh2.utils.parseKey(text, passphrase);
  } catch (error) {
    return new Error('the key is damaged', { cause: error });
  }
}
