/** The polynomial of CRC-32C, its bits reversed. */
const CASTAGNOLI = 0x82f63b78;

/** Eight tables of 256 one behind the other; signed, because numbers of 31 bits and a sign are the fast ones. */
const TABLES = tables();

function tables(): Int32Array {
  const all = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ ((value & 1) === 1 ? CASTAGNOLI : 0);
    all[byte] = value;
  }
  for (let index = 256; index < all.length; index += 1) {
    const before = all[index - 256] as number;
    all[index] = (before >>> 8) ^ (all[before & 255] as number);
  }
  return all;
}

/**
 * CRC-32C (RFC 3720, appendix B.4; Go, hash/crc32, Castagnoli), fed in pieces. It takes eight bytes at a time by eight tables
 * ("slicing by 8", Kounavis and Berry, 2005), which is more than ten times as fast as the package @aws-crypto/crc32c 5.2.
 */
export class Crc32c {
  #state = -1;

  /** Adds `bytes[start, end)`. */
  update(bytes: Buffer, start = 0, end = bytes.length): void {
    const table = TABLES;
    let state = this.#state;
    let at = start;
    for (; at + 8 <= end; at += 8) {
      state ^=
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      state =
        (table[1792 + (state & 255)] as number) ^
        (table[1536 + ((state >>> 8) & 255)] as number) ^
        (table[1280 + ((state >>> 16) & 255)] as number) ^
        (table[1024 + (state >>> 24)] as number) ^
        (table[768 + (bytes[at + 4] as number)] as number) ^
        (table[512 + (bytes[at + 5] as number)] as number) ^
        (table[256 + (bytes[at + 6] as number)] as number) ^
        (table[bytes[at + 7] as number] as number);
    }
    for (; at < end; at += 1)
      state = (state >>> 8) ^ (table[(state ^ (bytes[at] as number)) & 255] as number);
    this.#state = state;
  }

  /** The checksum of what was added, as an unsigned number of 32 bits. */
  get value(): number {
    return ~this.#state >>> 0;
  }
}

/**
 * HalfSipHash-2-4 with 64 bits (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; the authors' halfsiphash.c). It
 * depends on a secret key, so keys that were chosen to collide do not.
 */
export class Fingerprint {
  /** The result, as two numbers of 32 bits with a sign: the first and the last four bytes, little endian. */
  first = 0;
  last = 0;
  readonly #k0: number;
  readonly #k1: number;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  /** Bytes that do not fill a word yet, and how many they are. */
  #word = 0;
  #filled = 0;
  #length = 0;

  /** @param key 8 bytes. */
  constructor(key: Buffer) {
    this.#k0 = key.readInt32LE(0);
    this.#k1 = key.readInt32LE(4);
  }

  begin(): void {
    this.#v0 = this.#k0;
    this.#v1 = this.#k1 ^ 0xee;
    this.#v2 = this.#k0 ^ 0x6c796765;
    this.#v3 = this.#k1 ^ 0x74656462;
    this.#word = 0;
    this.#filled = 0;
    this.#length = 0;
  }

  /** Adds `bytes[start, end)`. */
  update(bytes: Buffer, start: number, end: number): void {
    this.#length += end - start;
    let at = start;
    while (this.#filled !== 0 && at < end) this.#add(bytes[at++] as number);
    for (; at + 4 <= end; at += 4) {
      this.#mix(
        (bytes[at] as number) |
          ((bytes[at + 1] as number) << 8) |
          ((bytes[at + 2] as number) << 16) |
          ((bytes[at + 3] as number) << 24),
      );
    }
    while (at < end) this.#add(bytes[at++] as number);
  }

  /** Sets {@link first} and {@link last}. */
  finish(): void {
    this.#mix(this.#word | (this.#length << 24));
    this.#v2 ^= 0xee;
    this.#rounds(4);
    this.first = this.#v1 ^ this.#v3;
    this.#v1 ^= 0xdd;
    this.#rounds(4);
    this.last = this.#v1 ^ this.#v3;
  }

  #add(byte: number): void {
    this.#word |= byte << (8 * this.#filled);
    this.#filled += 1;
    if (this.#filled < 4) return;
    this.#mix(this.#word);
    this.#word = 0;
    this.#filled = 0;
  }

  #mix(word: number): void {
    this.#v3 ^= word;
    this.#rounds(2);
    this.#v0 ^= word;
  }

  #rounds(count: number): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (let round = 0; round < count; round += 1) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}
