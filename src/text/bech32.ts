const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const CHECKSUM_LENGTH = 6;

/** A text in Bech32, decoded. */
export interface Bech32 {
  /** In small letters. */
  readonly prefix: string;
  readonly bytes: Buffer;
}

/**
 * Decodes Bech32 (BIP 173) in small letters without its limit of 90 characters, which age does not keep either.
 * @returns undefined if the text is none, or its checksum or padding is wrong.
 */
export function decodeBech32(text: string): Bech32 | undefined {
  const end = text.lastIndexOf('1');
  const prefix = text.slice(0, end);
  const values = Array.from(text.slice(end + 1), (character) => ALPHABET.indexOf(character));
  if (end < 1 || values.length < CHECKSUM_LENGTH || values.includes(-1)) return undefined;
  const letters = Array.from(prefix, (character) => character.charCodeAt(0));
  const sum = polymod([
    ...letters.map((letter) => letter >> 5),
    0,
    ...letters.map((letter) => letter & 31),
    ...values,
  ]);
  if (sum !== 1) return undefined;
  const bytes = bytesOf(values.slice(0, -CHECKSUM_LENGTH));
  return bytes && { prefix, bytes };
}

/** Joins groups of five bits; undefined if what is left over is not less than a group of zeros. */
function bytesOf(groups: readonly number[]): Buffer | undefined {
  const bytes = Buffer.alloc(Math.floor((groups.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let length = 0;
  for (const group of groups) {
    held = (held << 5) | group;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = held >>> bits;
    held &= (1 << bits) - 1;
  }
  return bits >= 5 || held !== 0 ? undefined : bytes;
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) if ((top >>> bit) & 1) sum ^= generator;
  }
  return sum >>> 0;
}
