/** A number of a key begins with a zero byte once in 256 times. Code that drops or adds one damages such a key. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { describeFinding } from '../../src/findings.ts';
import { keyMaterial, secretMaterial } from '../../src/runner/masking/secret-material.ts';
import { sshAddText } from '../../src/ssh-keys/key-text.ts';
import { preparePrivateKey, type UsableKey } from '../../src/ssh-keys/private-key.ts';
import { fingerprint } from '../../src/ssh-keys/wire.ts';
import { TemporaryFolder, tool } from '../hosts/ssh/tools.ts';
import {
  type Curve,
  ecKey,
  ed25519Key,
  formsOf,
  opensshFile,
  primes,
  publicBlob,
  publicLine,
  rsaKey,
  withoutZeros,
} from './key-files.ts';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

const HASHES: Readonly<Record<string, string>> = {
  'ssh-rsa': 'sha256',
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
};

function isValidSignature(key: KeyObject, signer: UsableKey): boolean {
  const data = Buffer.from('challenge');
  const hash = HASHES[signer.type];
  return verify(hash, data, createPublicKey(key), signer.key.sign(data, hash));
}

function fingerprintOf(text: string): string | undefined {
  const read = preparePrivateKey(text);
  return read.ok ? read.fingerprint : undefined;
}

/** The secret numbers, without zero bytes in front, in hex. */
function secretNumbers(key: KeyObject): string[] {
  const { d, p, q, qi } = key.export({ format: 'jwk' });
  return [d, p, q, qi].filter((number) => number !== undefined).map(hexOf);
}

function hexOf(number: string): string {
  return withoutZeros(Buffer.from(number, 'base64url')).toString('hex');
}

/** What is wrong with how a form of a key is read; empty if nothing is. */
function mistakes(key: KeyObject, form: string, text: string): string[] {
  const read = preparePrivateKey(text);
  if (!read.ok) return [describeFinding(read.finding)];
  const expected = fingerprint(publicBlob(key));
  const [hidden] = secretMaterial(text).keys;
  const known = hidden?.numbers.map((number) => withoutZeros(number).toString('hex')) ?? [];
  const isPem = !/OpenSSH|PuTTY/.test(form);
  const checks: readonly [string, boolean][] = [
    ['the fingerprint differs', read.fingerprint === expected],
    ['the signature is not valid', isValidSignature(key, read)],
    ['ssh-add gets another key', fingerprintOf(sshAddText(read.key.getPrivatePEM())) === expected],
    [
      'a secret number is not known to the masking',
      form === 'PuTTY' || secretNumbers(key).every((number) => known.includes(number)),
    ],
    ['the key is not hidden in what a host sends', !isPem || keyMaterial(text).keys.length === 1],
  ];
  return checks.filter(([, isRight]) => !isRight).map(([mistake]) => mistake);
}

/** Whether a number of an RSA key lacks a byte or more of the full length, 64 bytes or half of that. */
function isShort(key: KeyObject): boolean {
  const { d, dp, dq, qi } = key.export({ format: 'jwk' });
  const lengths = [d, dp, dq, qi].map((number = '') => Buffer.from(number, 'base64url').length);
  return (lengths[0] ?? 0) < 64 || lengths.slice(1).some((length) => length < 32);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const ed25519 = [
  ...indexes(300).map((index) => ed25519Key(digest(`ed25519 ${index}`))),
  // Seed and public half begin with a zero byte; then the public half with two.
  ed25519Key(Buffer.from('00ea5c2afc523acd26eec03ba49abcc0716d6d8c044c531511288b76f1b3fdca', 'hex')),
  ed25519Key(Buffer.from('0148f518e444bd329a6c3592ceeee93f77152991f9d1d5af69aeab9ca683ef8b', 'hex')),
];

function ecdsa(curve: Curve, count: number): KeyObject[] {
  return indexes(count).map((index) => ecKey(curve, `${curve} ${index}`, index % 4));
}

function rsa(): KeyObject[] {
  const pool = primes(12);
  const pairs = pool.flatMap((p, index) => pool.slice(index + 1).map((q) => [p, q] as const));
  const keys = pairs.flatMap(([p, q]) =>
    indexes(12).map((index) =>
      rsaKey(p, q, index === 0 ? 65_537n : BigInt(digest(`exponent ${index}`).readUIntBE(0, 3) | 1)),
    ),
  );
  const made = keys.filter((key) => key !== undefined);
  return [...made.slice(0, 80), ...made.slice(80).filter(isShort)];
}

const rsaKeys = rsa();

test.each([
  ['Ed25519', ed25519],
  ['ECDSA P-256', ecdsa('P-256', 80)],
  ['ECDSA P-384', ecdsa('P-384', 12)],
  ['ECDSA P-521', ecdsa('P-521', 8)],
  ['RSA', rsaKeys],
])('each of many keys is read, used and hidden in each of its forms: %s', (_type, keys) => {
  const wrong = keys.flatMap((key) =>
    formsOf(key).flatMap(([form, text]) =>
      mistakes(key, form, text).map((mistake) => `${form}: ${mistake}: ${publicLine(key)}`),
    ),
  );
  expect(wrong).toEqual([]);
});

test('there are keys among them whose numbers begin with a zero byte', () => {
  const begins = (number: 'd' | 'x'): number =>
    ed25519.filter((key) => Buffer.from(key.export({ format: 'jwk' })[number] ?? '', 'base64url')[0] === 0)
      .length;
  expect(begins('d')).toBeGreaterThan(1);
  expect(begins('x')).toBeGreaterThan(2);
  expect(rsaKeys.filter(isShort).length).toBeGreaterThan(10);
});

// The files above must be those of OpenSSH, or they prove nothing.
test.each([
  ...ed25519.slice(-2),
  ...([0, 1, 2] as const).map((zeros) => ecKey('P-256', 'OpenSSH', zeros)),
  ecKey('P-521', 'OpenSSH', 2),
])('OpenSSH reads key %# as it is written here', (key) => {
  writeFileSync(folder.at('key'), opensshFile(key));
  chmodSync(folder.at('key'), 0o600);
  expect(tool('ssh-keygen', '-y', '-P', '', '-f', folder.at('key')).trim()).toBe(`${publicLine(key)} test`);
});
