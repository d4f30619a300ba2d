import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import { children, content, decode } from '../../src/pki/asn1.ts';
import { describeKey, generateKey, keyAlgorithms, privateKeyToPem } from '../../src/pki/keys.ts';
import { decodePem, encodePem } from '../../src/pki/pem.ts';
import { openssl } from './openssl.ts';

// Finding the primes of RSA keys may take long on a busy machine.
jest.setTimeout(60_000);

describe.each(keyAlgorithms)('%s', (algorithm) => {
  test('makes such a key and writes it as kubeadm does', async () => {
    const key = await generateKey(algorithm);
    expect(describeKey(key)).toBe(algorithm);
    const pem = privateKeyToPem(key);
    expect(openssl(['pkey', '-noout', '-check'], pem)).toContain('Key is valid');
    const type = algorithm.startsWith('RSA') ? 'RSA PRIVATE KEY' : 'EC PRIVATE KEY';
    expect(pem).toBe(encodePem(type, decodePem(pem)[0]?.bytes ?? Buffer.alloc(0)));
    expect(createPrivateKey(pem).equals(key)).toBe(true);
  });
});

test('the RSA exponent is 65537', async () => {
  expect((await generateKey('RSA-2048')).asymmetricKeyDetails?.publicExponent).toBe(65537n);
});

test('an EC key has the fields that Go writes: version, padded key, curve, public key', async () => {
  const pem = privateKeyToPem(await generateKey('ECDSA-P256'));
  const fields = children(decode(decodePem(pem)[0]?.bytes ?? Buffer.alloc(0)));
  expect(fields.map(({ tagClass, type }) => [tagClass, type])).toEqual([
    [0, 2],
    [0, 4],
    [0x80, 0],
    [0x80, 1],
  ]);
  expect(fields[1] && content(fields[1]).length).toBe(32);
});

test('a key that kubeadm has no form for is refused', () => {
  expect(() => privateKeyToPem(generateKeyPairSync('ed25519').privateKey)).toThrow('ed25519');
});
