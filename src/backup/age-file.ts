import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { errorMessage } from '../findings.ts';
import { printable } from '../text/printable.ts';
import type { Identities } from './identities.ts';
import { type Recipients, RecipientsError, unusableRecipient } from './recipients.ts';

// A file of age (C2SP, age.md): a header with the file key, encrypted to each recipient; a nonce of 16 bytes; and the
// payload in chunks. The package of age's author makes the header, and node:crypto encrypts the payload: twenty times as
// fast as the package, which is written in JavaScript alone.

/** Bytes of plaintext in a chunk; only the last one has fewer. */
export const CHUNK_BYTES = 64 * 1024;

const CIPHER = 'chacha20-poly1305';
/** Of Poly1305, behind each chunk. */
const TAG_BYTES = 16;
const NONCE_BYTES = 16;
const KEY_BYTES = 32;
const CHUNK_NONCE_BYTES = 12;

/** How plaintext lies in a file: behind a head, in chunks that are sealed each by itself. */
export interface Sealing {
  /** What the file begins with. */
  readonly head: Buffer;
  /** Bytes by which a sealed chunk is longer. */
  readonly overhead: number;
  /** Writes the sealed chunk to the place in a buffer. @returns its length. @param index of the chunk, from 0. */
  seal(chunk: Buffer, index: number, isLast: boolean, into: Buffer, at: number): number;
  /** Writes the chunk to the beginning of a buffer. @throws Error if it was changed. */
  open(sealed: Buffer, index: number, isLast: boolean, into: Buffer): void;
  /** Overwrites the key. The sealing cannot be used any more. */
  forget(): void;
}

/** Leaves plaintext as it is, so that a change to the file is not noticed when it is read. */
export const unsealed: Sealing = {
  head: Buffer.alloc(0),
  overhead: 0,
  seal: (chunk, _index, _isLast, into, at) => chunk.copy(into, at),
  open: (sealed, _index, _isLast, into) => void sealed.copy(into),
  forget: () => undefined,
};

/**
 * Begins a file of age with a new key, which exists in the memory of this process alone.
 * @throws RecipientsError if a key is of the right form, and not one that can be encrypted to.
 */
export async function sealTo({ recipients }: Recipients): Promise<Sealing> {
  const { header, fileKey } = await headerFor(recipients);
  return sealingOf(header, fileKey, randomBytes(NONCE_BYTES));
}

/** The most bytes and recipients of a header: fifty post-quantum recipients take 80 kB. */
export const MOST_HEADER_BYTES = 128 * 1024;
const MOST_STANZAS = 64;

/**
 * Opens the header of a file that anyone can have written.
 * @param begin of the file: {@link MOST_HEADER_BYTES}, or all of a shorter one.
 * @returns undefined if it is encrypted to none of the identities.
 * @throws Error if it does not begin as a file of age, or was changed; the message is a clause about it.
 */
export async function unsealWith(identities: Identities, begin: Buffer): Promise<Sealing | undefined> {
  const header = headerIn(begin);
  const nonce = begin.subarray(header.length, header.length + NONCE_BYTES);
  if (nonce.length < NONCE_BYTES) throw new Error('it ends with its header');
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  identities.addTo(decrypter);
  const seen = { unmatched: false };
  // One that is asked if no other could unwrap the file key.
  decrypter.addIdentity({
    unwrapFileKey: () => {
      seen.unmatched = true;
      return null;
    },
  });
  try {
    return sealingOf(header, await decrypter.decryptHeader(header), nonce);
  } catch (error) {
    if (seen.unmatched) return undefined;
    throw new Error(`its header is damaged (${printable(errorMessage(error))})`, { cause: error });
  }
}

function headerIn(begin: Buffer): Buffer {
  const text = begin.toString('latin1', 0, MOST_HEADER_BYTES);
  if (!text.startsWith('age-encryption.org/v1\n')) throw new Error('it does not begin as a file of age');
  const last = /\n--- [A-Za-z0-9+/]{43}\n/.exec(text);
  if (last === null) throw new Error('its header has no end');
  const stanzas = text.slice(0, last.index).split('\n-> ').length - 1;
  if (stanzas > MOST_STANZAS) throw new Error(`its header has ${stanzas} recipients`);
  return begin.subarray(0, last.index + last[0].length);
}

/** @param fileKey is overwritten. */
function sealingOf(header: Buffer, fileKey: Uint8Array, nonce: Buffer): Sealing {
  const key = Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', KEY_BYTES));
  fileKey.fill(0);
  return new AgeSealing(Buffer.concat([header, nonce]), key);
}

interface Header {
  readonly header: Buffer;
  readonly fileKey: Uint8Array;
}

async function headerFor(recipients: readonly string[]): Promise<Header> {
  const { Encrypter } = await import('age-encryption');
  const headerTo = async (those: readonly string[]): Promise<Header> => {
    const encrypter = new Encrypter();
    let fileKey: Uint8Array = new Uint8Array();
    for (const recipient of those) encrypter.addRecipient(recipient);
    // One that is shown the file key and adds nothing to the header.
    encrypter.addRecipient({
      wrapFileKey: (shown) => {
        fileKey = shown;
        return [];
      },
    });
    // The nonce and the one empty chunk at the end are cut off: their key must not encrypt anything else.
    const empty = await encrypter.encrypt(new Uint8Array());
    const header = Buffer.from(empty.subarray(0, -(NONCE_BYTES + TAG_BYTES)));
    if (fileKey.length !== 16 || !/\n--- [\w+/]{43}\n$/.test(header.toString('latin1')))
      throw new Error('age-encryption has made a file of another form');
    return { header, fileKey };
  };
  try {
    return await headerTo(recipients);
  } catch (error) {
    for (const recipient of recipients) {
      await headerTo([recipient]).catch((reason: unknown) => {
        throw new RecipientsError([unusableRecipient(recipient, printable(errorMessage(reason)))]);
      });
    }
    throw error;
  }
}

class AgeSealing implements Sealing {
  readonly head: Buffer;
  readonly overhead = TAG_BYTES;
  readonly #key: Buffer;
  #forgotten = false;

  constructor(head: Buffer, key: Buffer) {
    this.head = head;
    this.#key = key;
  }

  seal(chunk: Buffer, index: number, isLast: boolean, into: Buffer, at: number): number {
    this.#assertUsable();
    const cipher = createCipheriv(CIPHER, this.#key, chunkNonce(index, isLast), { authTagLength: TAG_BYTES });
    const length = moveTo(cipher.update(chunk), into, at);
    cipher.final();
    return length + cipher.getAuthTag().copy(into, at + length);
  }

  open(sealed: Buffer, index: number, isLast: boolean, into: Buffer): void {
    this.#assertUsable();
    const end = sealed.length - TAG_BYTES;
    const nonce = chunkNonce(index, isLast);
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(end));
    const chunk = decipher.update(sealed.subarray(0, end));
    decipher.final();
    moveTo(chunk, into, 0);
  }

  forget(): void {
    this.#key.fill(0);
    this.#forgotten = true;
  }

  /** A key of zeros would encrypt too. */
  #assertUsable(): void {
    if (this.#forgotten) throw new Error('the key of this backup was forgotten');
  }
}

/**
 * Copies bytes, and frees their memory at once: the garbage of one gigabyte would stay until there are 64 MiB of it.
 * @param bytes that nothing else uses. @returns their number.
 */
function moveTo(bytes: Buffer, into: Buffer, at: number): number {
  const length = bytes.copy(into, at);
  const { buffer } = bytes;
  if (buffer.byteLength === length && 'transfer' in buffer) buffer.transfer(0);
  return length;
}

/** STREAM: the chunk's number in 11 bytes, big endian, and 1 for the last chunk. */
function chunkNonce(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(CHUNK_NONCE_BYTES);
  nonce.writeUIntBE(index, CHUNK_NONCE_BYTES - 1 - 6, 6);
  nonce[CHUNK_NONCE_BYTES - 1] = isLast ? 1 : 0;
  return nonce;
}
