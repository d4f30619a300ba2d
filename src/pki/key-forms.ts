import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { privateKeyToPem } from './keys.ts';

/**
 * SHA-256 (hex) of the files that a private key may lie in: the text as it is given, and the key as kubeadm (PKCS#1 or
 * SEC 1) and OpenSSL (PKCS#8) write it, each with and without a line break at its end. A file of another form holds the
 * key unseen: an equal digest proves that the keys are equal, another digest proves nothing.
 * @param keyPem PEM. What is no key gives the digests of its text alone.
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
