import { createHash } from 'node:crypto';

/**
 * Reads the fields of an SSH key blob in order (RFC 4251 §5). A truncated field is `undefined`, and so is every one
 * after it.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Reads the next `uint32`. */
  uint32(): number | undefined {
    return this.raw(4)?.readUInt32BE();
  }

  /** Reads the content of the next `string`: a length and that many bytes. */
  string(): Buffer | undefined {
    const length = this.uint32();
    return length === undefined ? undefined : this.raw(length);
  }

  /** Reads the next `length` bytes. */
  raw(length: number): Buffer | undefined {
    if (this.#offset + length > this.#bytes.length) {
      this.#offset = this.#bytes.length + 1;
      return undefined;
    }
    const field = this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return field;
  }
}

/** Encodes a `uint32` of RFC 4251 §5. */
export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Encodes a `string` of RFC 4251 §5. */
export function wireString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([wireUint32(bytes.length), bytes]);
}

/** Returns the type in a public key blob, e.g. `ssh-ed25519`; undefined if it is not a key blob. */
export function keyBlobType(blob: Buffer): string | undefined {
  const type = new WireReader(blob).string()?.toString('latin1');
  return type !== undefined && /^[a-z0-9@.-]+$/.test(type) ? type : undefined;
}

/**
 * Returns the fingerprint of a public key blob as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding.
 */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}
