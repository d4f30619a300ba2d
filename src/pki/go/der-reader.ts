/** A BIT STRING: its bytes, of which the last `padding` bits are unused. */
export interface BitString {
  readonly bytes: Buffer;
  readonly padding: number;
}

/**
 * Reads DER as golang.org/x/crypto/cryptobyte does (String, asn1.go), on which Go's certificate parser is built. Each
 * method takes one value from the front, and returns undefined if cryptobyte returns false; values read after that are
 * meaningless. Tags are whole identifier bytes: class, constructed bit and number.
 */
export class DerReader {
  #rest: Buffer;

  constructor(bytes: Uint8Array) {
    this.#rest = Buffer.from(bytes);
  }

  /** Returns the unread bytes. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** Reports whether all bytes were read (Empty). */
  get isEmpty(): boolean {
    return this.#rest.length === 0;
  }

  /** Reports whether the next value has this tag (PeekASN1Tag). */
  isNext(tag: number): boolean {
    return this.#rest[0] === tag;
  }

  /** Reads the contents of the next value, which must have this tag (ReadASN1). */
  read(tag: number): DerReader | undefined {
    const value = this.#take();
    return value?.tag === tag ? new DerReader(value.contents) : undefined;
  }

  /** Reads the next value as it is encoded, which must have this tag (ReadASN1Element). */
  readElement(tag: number): DerReader | undefined {
    const value = this.#take();
    return value?.tag === tag ? new DerReader(value.element) : undefined;
  }

  /** Reads the next value of any tag (ReadAnyASN1, ReadAnyASN1Element). */
  readAny(): { readonly tag: number; readonly contents: Buffer; readonly element: Buffer } | undefined {
    return this.#take();
  }

  /**
   * Reads the next value if it has this tag; returns `absent` if it has another one (ReadOptionalASN1,
   * SkipOptionalASN1).
   */
  readOptional(tag: number): DerReader | 'absent' | undefined {
    return this.isNext(tag) ? this.read(tag) : 'absent';
  }

  /** Reads an INTEGER of any size (ReadASN1Integer into a big.Int); with another tag, as ReadASN1Int64WithTag. */
  integer(tag: number = TAG.INTEGER): bigint | undefined {
    const bytes = this.read(tag)?.rest;
    if (bytes === undefined || !isMinimal(bytes)) return undefined;
    return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  }

  /** Reads an INTEGER that fits an int64; Go's int has 64 bits on all supported hosts. */
  int64(tag: number = TAG.INTEGER): bigint | undefined {
    const value = this.integer(tag);
    return value !== undefined && BigInt.asIntN(64, value) === value ? value : undefined;
  }

  /** Reads a BOOLEAN (ReadASN1Boolean). */
  boolean(): boolean | undefined {
    const bytes = this.read(TAG.BOOLEAN)?.rest;
    if (bytes?.length !== 1) return undefined;
    if (bytes[0] === 0xff) return true;
    return bytes[0] === 0 ? false : undefined;
  }

  /** Reads an OBJECT IDENTIFIER in its dotted form (ReadASN1ObjectIdentifier). */
  objectIdentifier(): string | undefined {
    const bytes = this.read(TAG.OBJECT_IDENTIFIER)?.rest;
    if (bytes === undefined || bytes.length === 0) return undefined;
    const numbers = base128Numbers(bytes);
    const [first, ...others] = numbers ?? [];
    if (first === undefined) return undefined;
    const begin = first < 80 ? [Math.floor(first / 40), first % 40] : [2, first - 80];
    return [...begin, ...others].join('.');
  }

  /** Reads a BIT STRING (ReadASN1BitString). */
  bitString(): BitString | undefined {
    const contents = this.read(TAG.BIT_STRING)?.rest;
    if (contents === undefined || contents.length === 0) return undefined;
    const [padding = 0] = contents;
    const bytes = contents.subarray(1);
    const last = bytes.at(-1);
    if (padding > 7 || (last === undefined && padding !== 0)) return undefined;
    if (last !== undefined && (last & ((1 << padding) - 1)) !== 0) return undefined;
    return { bytes, padding };
  }

  /** Reads a value as readASN1 does: tags of one byte, lengths of at most four bytes in their shortest form. */
  #take(): { readonly tag: number; readonly contents: Buffer; readonly element: Buffer } | undefined {
    const [tag, first] = this.#rest;
    if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
    const header = headerOf(this.#rest, first);
    if (header === undefined || this.#rest.length < header.size + header.length) return undefined;
    const element = this.#rest.subarray(0, header.size + header.length);
    this.#rest = this.#rest.subarray(element.length);
    return { tag, contents: element.subarray(header.size), element };
  }
}

/** Identifier bytes of the universal types (cryptobyte/asn1). */
export const TAG = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  UTF8_STRING: 0x0c,
  NUMERIC_STRING: 0x12,
  PRINTABLE_STRING: 0x13,
  T61_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** Returns the identifier byte of `[tag]`, primitive. */
export function contextTag(tag: number): number {
  return 0x80 | tag;
}

/** Returns the identifier byte of `[tag]`, constructed. */
export function constructedTag(tag: number): number {
  return 0xa0 | tag;
}

function headerOf(
  bytes: Buffer,
  first: number,
): { readonly size: number; readonly length: number } | undefined {
  if (first < 0x80) return { size: 2, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4 || bytes.length < 2 + count) return undefined;
  const length = bytes.readUIntBE(2, count);
  if (length < 128 || length < 2 ** ((count - 1) * 8)) return undefined;
  return { size: 2 + count, length };
}

/** Reports whether an INTEGER has at least one byte, and no more than needed (checkASN1Integer). */
function isMinimal([first, second, ...others]: Buffer): boolean {
  if (first === undefined) return false;
  if (second === undefined && others.length === 0) return true;
  const high = ((second ?? 0) & 0x80) !== 0;
  return !((first === 0 && !high) || (first === 0xff && high));
}

/** Reads numbers as readBase128Int does: each in its shortest form, below 2^31. */
function base128Numbers(bytes: Buffer): number[] | undefined {
  const numbers: number[] = [];
  let number = 0;
  let length = 0;
  for (const byte of bytes) {
    if (length === 5 || number >= 1 << 24 || (length === 0 && byte === 0x80)) return undefined;
    number = number * 128 + (byte & 0x7f);
    length += 1;
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
      length = 0;
    }
  }
  return length === 0 ? numbers : undefined;
}

/**
 * Go's crypto/x509 refuses a certificate. The message is Go's own without the values that Go appends, which differ from
 * certificate to certificate.
 */
export class GoParseError extends Error {
  override readonly name = 'GoParseError';
}
