/** Writes private keys in the forms that users have, and makes keys that are the same on each run. */
import {
  checkPrimeSync,
  createCipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { pemText } from '../../src/ssh-keys/key-text.ts';
import { wireString } from '../../src/ssh-keys/wire.ts';

/** An Ed25519 key from its seed of 32 bytes. */
export function ed25519Key(seed: Buffer): KeyObject {
  const start = Buffer.from('302e020100300506032b657004220420', 'hex'); // PKCS#8 of RFC 8410 up to the seed
  return createPrivateKey({ key: Buffer.concat([start, seed]), format: 'der', type: 'pkcs8' });
}

const CURVES = {
  'P-256': { openssl: 'prime256v1', ssh: 'nistp256', bytes: 32 },
  'P-384': { openssl: 'secp384r1', ssh: 'nistp384', bytes: 48 },
  'P-521': { openssl: 'secp521r1', ssh: 'nistp521', bytes: 66 },
} as const;

/** A curve of ECDSA by its name in FIPS 186. */
export type Curve = keyof typeof CURVES;

/** An ECDSA key whose secret number is made of a text and has this many zero bytes in front. */
export function ecKey(curve: Curve, text: string, zeros: number): KeyObject {
  const { openssl, bytes } = CURVES[curve];
  const d = createHash('shake256', { outputLength: bytes }).update(text).digest();
  // The order of P-521 has a single bit in its first byte; the orders of the others begin with FF FF FF FF.
  d.fill(0, 0, Math.max(zeros, bytes === 66 ? 1 : 0));
  const pair = createECDH(openssl);
  pair.setPrivateKey(d);
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
  const numbers = { d, x, y };
  const encoded = Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, value.toString('base64url')]),
  );
  return createPrivateKey({ key: { kty: 'EC', crv: curve, ...encoded }, format: 'jwk' });
}

/** Primes of 256 bits with the two highest bits set, so that each product of two has 512 bits. */
export function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let index = 0; found.length < count; index += 1) {
    const digest = BigInt(`0x${createHash('sha256').update(`prime ${index}`).digest('hex')}`);
    const candidate = digest | (3n << 254n) | 1n;
    if (checkPrimeSync(candidate)) found.push(candidate);
  }
  return found;
}

/** An RSA key of two primes; undefined if they do not fit the exponent. */
export function rsaKey(p: bigint, q: bigint, e: bigint): KeyObject | undefined {
  const d = inverse(e, (p - 1n) * (q - 1n));
  const qi = inverse(q, p);
  if (d === undefined || qi === undefined) return undefined;
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
  const encoded = Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, bytesOf(value).toString('base64url')]),
  );
  return createPrivateKey({ key: { kty: 'RSA', ...encoded }, format: 'jwk' });
}

/** By the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [older, newer] = [modulus, value % modulus];
  let [olderFactor, newerFactor] = [0n, 1n];
  while (newer !== 0n) {
    const quotient = older / newer;
    [older, newer] = [newer, older - quotient * newer];
    [olderFactor, newerFactor] = [newerFactor, olderFactor - quotient * newerFactor];
  }
  return older === 1n ? ((olderFactor % modulus) + modulus) % modulus : undefined;
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

/** A number as SSH writes it (mpint of RFC 4251 §5): without zero bytes in front, but for one where the first bit is set. */
function mpint(encoded = ''): Buffer {
  const bytes = withoutZeros(Buffer.from(encoded, 'base64url'));
  return wireString((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}

/** A number without the zero bytes in front. */
export function withoutZeros(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}

/** A private key as OpenSSH lays it out: fields of its public and of its private half. */
interface Fields {
  readonly type: string;
  /** Of the public blob, behind the type. */
  readonly public: readonly Buffer[];
  /** Of the private section, behind the type (OpenSSH, sshkey.c). */
  readonly private: readonly Buffer[];
}

function fieldsOf(key: JsonWebKey): Fields {
  const { n, e, d, p, q, qi } = key;
  if (key.kty === 'RSA')
    return { type: 'ssh-rsa', public: [e, n].map(mpint), private: [n, e, d, qi, p, q].map(mpint) };
  const [x, y] = [key.x, key.y].map((value = '') => Buffer.from(value, 'base64url')) as [Buffer, Buffer];
  if (key.kty === 'OKP') {
    const seed = Buffer.from(d ?? '', 'base64url');
    return {
      type: 'ssh-ed25519',
      public: [wireString(x)],
      private: [wireString(x), wireString(Buffer.concat([seed, x]))],
    };
  }
  const curve = CURVES[key.crv as Curve].ssh;
  const point = [wireString(curve), wireString(Buffer.concat([Buffer.from([4]), x, y]))];
  return { type: `ecdsa-sha2-${curve}`, public: point, private: [...point, mpint(d)] };
}

/** The public half of a key as SSH writes it. */
export function publicBlob(key: KeyObject): Buffer {
  const fields = fieldsOf(key.export({ format: 'jwk' }));
  return Buffer.concat([wireString(fields.type), ...fields.public]);
}

/** The line of the .pub file. */
export function publicLine(key: KeyObject): string {
  return `${fieldsOf(key.export({ format: 'jwk' })).type} ${publicBlob(key).toString('base64')}`;
}

/** A key as ssh-keygen writes it without a passphrase (OpenSSH, PROTOCOL.key). */
export function opensshFile(key: KeyObject, comment = 'test'): string {
  const fields = fieldsOf(key.export({ format: 'jwk' }));
  const check = createHash('sha256').update(publicBlob(key)).digest().subarray(0, 4);
  const section = [check, check, wireString(fields.type), ...fields.private, wireString(comment)];
  const { length } = Buffer.concat(section);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, -length & 7));
  const file = [
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map((text) => wireString(text)),
    Buffer.from([0, 0, 0, 1]),
    wireString(publicBlob(key)),
    wireString(Buffer.concat([...section, padding])),
  ];
  return pemText({ label: 'OPENSSH PRIVATE KEY', body: Buffer.concat(file).toString('base64') });
}

/**
 * An ECDSA key as SEC 1 whose secret number lacks the zero bytes in front. RFC 5915 §3 wants them, but some programs wrote
 * keys without.
 */
export function shortSec1File(key: KeyObject): string {
  const der = key.export({ type: 'sec1', format: 'der' });
  const d = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
  const short = withoutZeros(d);
  const rest = der.subarray(der.indexOf(d) + d.length);
  const content = Buffer.concat([Buffer.from([2, 1, 1, 4, short.length]), short, rest]);
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return pemText({
    label: 'EC PRIVATE KEY',
    body: Buffer.concat([Buffer.from([0x30, ...length]), content]).toString('base64'),
  });
}

/** An RSA key as a .ppk file of version 2, which puttygen before 0.75 wrote (PuTTY manual, appendix C.2). */
export function puttyFile(key: KeyObject, passphrase?: string): string {
  const { d, p, q, qi } = key.export({ format: 'jwk' });
  const blob = publicBlob(key);
  const fields = Buffer.concat([d, p, q, qi].map(mpint));
  const encryption = passphrase === undefined ? 'none' : 'aes256-cbc';
  const secret =
    passphrase === undefined ? fields : Buffer.concat([fields, Buffer.alloc(-fields.length & 15)]);
  const macData = ['ssh-rsa', encryption, 'imported', blob, secret].map((part) => wireString(part));
  const macKey = createHash('sha1')
    .update(`putty-private-key-file-mac-key${passphrase ?? ''}`)
    .digest();
  const stored = passphrase === undefined ? secret : puttyEncrypt(secret, passphrase);
  const lines = (bytes: Buffer): readonly string[] => bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [
    'PuTTY-User-Key-File-2: ssh-rsa',
    `Encryption: ${encryption}`,
    'Comment: imported',
    `Public-Lines: ${lines(blob).length}`,
    ...lines(blob),
    `Private-Lines: ${lines(stored).length}`,
    ...lines(stored),
    `Private-MAC: ${createHmac('sha1', macKey).update(Buffer.concat(macData)).digest('hex')}`,
    '',
  ].join('\n');
}

function puttyEncrypt(secret: Buffer, passphrase: string): Buffer {
  const half = (index: number): Buffer =>
    createHash('sha1')
      .update(Buffer.from([0, 0, 0, index]))
      .update(passphrase)
      .digest();
  const key = Buffer.concat([half(0), half(1)]).subarray(0, 32);
  return createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false).update(secret);
}

/** A key in each form that the action reads, without a passphrase. */
export function formsOf(key: KeyObject): [form: string, text: string][] {
  const pem = (type: 'pkcs1' | 'pkcs8' | 'sec1'): string => key.export({ type, format: 'pem' }).toString();
  const own: [string, string][] = [
    ['OpenSSH', opensshFile(key)],
    ['PKCS#8', pem('pkcs8')],
  ];
  if (key.asymmetricKeyType === 'rsa') return [...own, ['PKCS#1', pem('pkcs1')], ['PuTTY', puttyFile(key)]];
  if (key.asymmetricKeyType === 'ec')
    return [...own, ['SEC 1', pem('sec1')], ['SEC 1, short', shortSec1File(key)]];
  return own;
}
