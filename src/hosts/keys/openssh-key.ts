import { createPrivateKey, type KeyObject } from 'node:crypto';

import { pemText } from './key-text.ts';
import { keyBlobType, WireReader, wireString, wireUint32 } from './wire.ts';

const MAGIC = Buffer.from('openssh-key-v1\0');
/** Length to which an unencrypted private section is padded (PROTOCOL.key: the cipher's block size, or 8). */
const BLOCK = 8;

/** What an OpenSSH private key file tells without its passphrase. */
export interface OpensshKeyHeader {
  /** e.g. `aes256-ctr`; `none`: it is not encrypted. */
  readonly cipher: string;
  /** Rounds of the key derivation; 0 where there is none. */
  readonly rounds: number;
  /** Type of the key, e.g. `ssh-ed25519`. */
  readonly type: string;
  /** Its public half in SSH wire form. */
  readonly publicBlob: Buffer;
}

/** Reads the open part of an OpenSSH private key (OpenSSH PROTOCOL.key); undefined when it is not one. */
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

/** Of bcrypt's options: a salt, and the number of rounds. */
function roundsOf(options: Buffer): number {
  const reader = new WireReader(options);
  reader.string();
  return reader.uint32() ?? 0;
}

/**
 * An Ed25519 private key as an unencrypted OpenSSH key file (OpenSSH PROTOCOL.key), the only form in which
 * ssh2 takes one.
 * @returns base64 of the file's body. Secret.
 */
export function opensshEd25519Body(key: KeyObject): string {
  const { d, x } = key.export({ format: 'jwk' });
  if (d === undefined || x === undefined) throw new TypeError('not an Ed25519 private key');
  const publicKey = Buffer.from(x, 'base64url');
  const type = wireString('ssh-ed25519');
  const publicBlob = Buffer.concat([type, wireString(publicKey)]);
  // Two equal numbers, by which a reader sees that decryption worked; nothing is encrypted, any will do.
  const check = Buffer.concat([wireUint32(0), wireUint32(0)]);
  const secret = wireString(Buffer.concat([Buffer.from(d, 'base64url'), publicKey]));
  const section = Buffer.concat([check, type, wireString(publicKey), secret, wireString('')]);
  const padding = Buffer.from(Array.from({ length: -section.length & (BLOCK - 1) }, (_, index) => index + 1));
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
 * A private key as text that ssh-add reads from its standard input, without a passphrase: OpenSSH before 9.6 reads Ed25519 in
 * its own format alone, and others as PEM.
 * @param pem as node reads it. Secret, as is what comes back.
 */
export function sshAddText(pem: string): string {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType === 'ed25519')
    return pemText({ label: 'OPENSSH PRIVATE KEY', body: opensshEd25519Body(key) });
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
  return key.export({ type, format: 'pem' }).toString();
}
