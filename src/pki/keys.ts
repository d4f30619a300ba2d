import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { encodePem } from './pem.ts';

/** The key algorithms of kubeadm's `encryptionAlgorithm` (v1beta4), by kubeadm's own names. */
export const keyAlgorithms = ['RSA-2048', 'RSA-3072', 'RSA-4096', 'ECDSA-P256', 'ECDSA-P384'] as const;

/** One of kubeadm's `encryptionAlgorithm` values. */
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

const generate = promisify(generateKeyPair);

/**
 * Generates a private key in the thread pool, so several calls run in parallel.
 *
 * RSA keys have the public exponent 65537, as in Go's rsa.GenerateKey.
 */
export async function generateKey(algorithm: KeyAlgorithm): Promise<KeyObject> {
  const { privateKey } = await generatePair(algorithm);
  return privateKey;
}

function generatePair(algorithm: KeyAlgorithm): Promise<{ privateKey: KeyObject }> {
  switch (algorithm) {
    case 'RSA-2048':
      return generate('rsa', { modulusLength: 2048 });
    case 'RSA-3072':
      return generate('rsa', { modulusLength: 3072 });
    case 'RSA-4096':
      return generate('rsa', { modulusLength: 4096 });
    case 'ECDSA-P256':
      return generate('ec', { namedCurve: 'P-256' });
    case 'ECDSA-P384':
      return generate('ec', { namedCurve: 'P-384' });
  }
}

/**
 * Returns a private key as kubeadm writes it (client-go, keyutil.MarshalPrivateKeyToPEM): `RSA PRIVATE KEY` (PKCS#1) or
 * `EC PRIVATE KEY` (SEC 1).
 *
 * @throws Error for a key that is neither RSA nor EC.
 */
export function privateKeyToPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return encodePem('RSA PRIVATE KEY', key.export({ type: 'pkcs1', format: 'der' }));
    case 'ec':
      return encodePem('EC PRIVATE KEY', key.export({ type: 'sec1', format: 'der' }));
    default:
      throw new Error(`a ${key.asymmetricKeyType ?? 'secret'} key has no form that kubeadm writes`);
  }
}

/** Returns the public half of a private key. */
export function publicKeyOf(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey);
}

/** Returns kubeadm's name for the kind of a key: `RSA-2048`, `ECDSA-P256`, or the bare type for others (`ed25519`). */
export function describeKey(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return `RSA-${modulusLength ?? 0}`;
    case 'ec':
      return `ECDSA-${curveNames.get(namedCurve ?? '') ?? namedCurve ?? 'explicit parameters'}`;
    default:
      return key.asymmetricKeyType ?? 'unknown';
  }
}

/** OpenSSL's names of the curves that Go's crypto/x509 signs with, and their NIST names. */
const curveNames = new Map([
  ['prime256v1', 'P256'],
  ['secp384r1', 'P384'],
  ['secp521r1', 'P521'],
]);

/**
 * Returns the SHA-256 (hex) of the files that may hold a private key: the text as given, and the key as kubeadm (PKCS#1
 * or SEC 1) and OpenSSL (PKCS#8) write it, each with and without a final line break. A file in another form goes
 * unrecognized: an equal digest proves that the keys are equal, a different digest proves nothing.
 * @param keyPem PEM. For a text that is not a key, only the digests of the text are returned.
 */
export function keyFileDigests(keyPem: string): ReadonlySet<string> {
  const texts = [keyPem, ...formsOf(keyPem)].flatMap((text) => [text, text.trimEnd(), `${text.trimEnd()}\n`]);
  return new Set(texts.map((text) => createHash('sha256').update(text).digest('hex')));
}

function formsOf(keyPem: string): string[] {
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    return [];
  }
  const pkcs8 = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec'
    ? [pkcs8, privateKeyToPem(key)]
    : [pkcs8];
}
