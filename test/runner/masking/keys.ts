import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { newKeyPair } from '../../hosts/ssh/tools.ts';

/** A private key in one form, and its secret. */
export interface SampleKey {
  readonly name: string;
  readonly text: string;
  /** A secret number of it; of an encrypted key the end of its bytes. */
  readonly secret: Buffer;
}

function fromObject(name: string, key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1'): SampleKey {
  const text = key.export({ type: type, format: 'pem' }).toString();
  return { name, text, secret: Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url') };
}

/** The seed is between the second copy of the public key's length field and the public key itself. */
function opensshEd25519(): SampleKey {
  const { privateText: text } = newKeyPair('ed25519');
  const bytes = bodyOf(text);
  const start = bytes.indexOf(Buffer.from([0, 0, 0, 64])) + 4;
  return { name: 'OpenSSH Ed25519', text, secret: bytes.subarray(start, start + 32) };
}

/** d follows the modulus and the exponent 65537; it is the longest number of the private section but n. */
function opensshRsa(): SampleKey {
  const { privateText: text } = newKeyPair('rsa', ['-b', '2048']);
  const bytes = bodyOf(text);
  const exponent = bytes.lastIndexOf(Buffer.from([0, 0, 0, 3, 1, 0, 1]));
  return { name: 'OpenSSH RSA', text, secret: bytes.subarray(exponent + 12, exponent + 12 + 250) };
}

function encrypted(name: string, text: string): SampleKey {
  return { name, text, secret: bodyOf(text).subarray(-64) };
}

function bodyOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/-----.*-----|\S+: .*/g, ''), 'base64');
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const passphrase = 'correct horse battery';

export const rsaKey = fromObject('PKCS#1 RSA', rsa, 'pkcs1');

export const sampleKeys: readonly SampleKey[] = [
  rsaKey,
  fromObject('PKCS#8 RSA', rsa, 'pkcs8'),
  fromObject('SEC 1 EC', ec, 'sec1'),
  fromObject('PKCS#8 EC', ec, 'pkcs8'),
  fromObject('PKCS#8 Ed25519', ed25519, 'pkcs8'),
  opensshEd25519(),
  opensshRsa(),
  encrypted(
    'encrypted PKCS#8',
    rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString(),
  ),
  encrypted(
    'encrypted PKCS#1 (old)',
    rsa.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString(),
  ),
  encrypted(
    'encrypted OpenSSH',
    newKeyPair('ed25519', ['-Z', 'aes256-ctr', '-a', '1'], passphrase).privateText,
  ),
];

/** Returns the public half of an RSA key, which certificates contain. */
export function modulusOf(text: string): Buffer {
  return Buffer.from(createPrivateKey(text).export({ format: 'jwk' }).n ?? '', 'base64url');
}

/** Wraps a text into lines of one length. */
export function wrapped(text: string, length: number): string {
  return text.match(new RegExp(`.{1,${length}}`, 'g'))?.join('\n') ?? '';
}

/** Returns the base64 of a key's body on one line. */
export function bodyText(text: string): string {
  return bodyOf(text).toString('base64');
}

/** Returns every way to print a whole key. */
export function printedForms(text: string): [name: string, form: string][] {
  const body = bodyText(text);
  const file = Buffer.from(text);
  return [
    ['as it is', text],
    ['with CRLF', text.replaceAll('\n', '\r\n')],
    ['indented', text.replaceAll(/^/gm, '    ')],
    ['as JSON', JSON.stringify({ key: text })],
    ['on one line', body],
    ['wrapped at 64', wrapped(body, 64)],
    ['wrapped at 70', wrapped(body, 70)],
    ['wrapped at 76', wrapped(body, 76)],
    ['base64 of the file', file.toString('base64')],
    ['base64 of the file without its last line break', Buffer.from(text.trim()).toString('base64')],
    ['base64 of the file, wrapped', wrapped(file.toString('base64'), 76)],
    ['base64 behind other bytes', Buffer.concat([Buffer.from('x'), file]).toString('base64')],
    ['base64 for URLs', body.replaceAll('+', '-').replaceAll('/', '_')],
    ['hex', Buffer.from(body, 'base64').toString('hex')],
    ['hex as xxd -p prints it', wrapped(Buffer.from(body, 'base64').toString('hex'), 60)],
    ['hex in capitals', Buffer.from(body, 'base64').toString('hex').toUpperCase()],
    ['hex with colons, as openssl -text prints it', colons(Buffer.from(body, 'base64'))],
    ['hex of the file', file.toString('hex')],
  ];
}

function colons(bytes: Buffer): string {
  return wrapped(bytes.toString('hex').replaceAll(/..(?=.)/g, '$&:'), 45).replaceAll(/^/gm, '    ');
}
