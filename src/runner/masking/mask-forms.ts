import type { KeyMaterial, SecretMaterial } from './secret-material.ts';
import { type Place, placeIn, type View } from './views.ts';

/**
 * Where a secret comes from: what a user brings can come back in more forms than a key that was made in this run, or that a
 * host has sent.
 */
export type SecretOrigin = 'input' | 'made';

/** Line lengths in which base64 is commonly written: by OpenSSH, in PEM, and in MIME and by coreutils. */
const lineLengths = [70, 64, 76] as const;

/** A piece shorter than this, such as the last line of a key, could be an ordinary word elsewhere. */
const shortestPiece = 8;
/** A host may break the lines of its key where it likes, so that one is a word of the report. */
const shortestPieceMade = 32;

/**
 * The strings to hand to the runner's masker for a secret, each on one line. The runner adds encodings of each by
 * itself (ValueEncoders.cs), but does not know a key that is joined, wrapped anew, in hex, or encoded as a whole file.
 * BEGIN and END lines and the public half of a key are not among them: certificates hold the like, and the runner
 * drops every output that holds anything masked.
 */
export function maskForms({ words, keys }: SecretMaterial, origin: SecretOrigin): string[] {
  const pieces = keys.flatMap((key) => [...secretLines(key), ...joined(key), ...wholeFile(key.pem)]);
  const derived =
    origin === 'made'
      ? [...pieces, ...keys.flatMap(wrappedAsPem)].filter((piece) => piece.length >= shortestPieceMade)
      : [...pieces, ...keys.flatMap(furtherForms), ...words.flatMap(formsOfWord)];
  return [...new Set([...words, ...derived.filter((piece) => piece.length >= shortestPiece)])];
}

function furtherForms(key: KeyMaterial): string[] {
  return [...wrappedAnew(key), ...wrappedFile(key.pem), ...hexNumbers(key)];
}

/** The lines of the key as given that hold something secret. */
function secretLines(key: KeyMaterial): string[] {
  let place = 0;
  return key.body.split(/\s+/).filter((line) => {
    const start = place;
    place += line.length;
    return place > key.from && start < key.to;
  });
}

/** The whole body on one line, and its secret part alone. */
function joined(key: KeyMaterial): string[] {
  const base64 = key.body.replace(/\s/g, '');
  return [base64, base64.slice(key.from, key.to)];
}

function wrappedAsPem(key: KeyMaterial): string[] {
  return secretLines({ ...key, body: wrap(key.body.replace(/\s/g, ''), 64) });
}

function wrappedAnew(key: KeyMaterial): string[] {
  const base64 = key.body.replace(/\s/g, '');
  return lineLengths.flatMap((length) => secretLines({ ...key, body: wrap(base64, length) }));
}

/** base64 of the whole file, with and without the line break at its end. */
function wholeFile(pem: string): string[] {
  return [pem, `${pem}\n`].map((text) => Buffer.from(text).toString('base64'));
}

function wrappedFile(pem: string): string[] {
  return wholeFile(pem).flatMap((base64) => wrap(base64, 76).split('\n'));
}

function hexNumbers(key: KeyMaterial): string[] {
  return key.numbers.map((number) => number.toString('hex')).flatMap((hex) => [hex, hex.toUpperCase()]);
}

/** Beside those that the runner makes by itself: hex, as Go writes JSON, URLs in small letters, both normal forms. */
function formsOfWord(word: string): string[] {
  const hex = Buffer.from(word).toString('hex');
  const go = JSON.stringify(word)
    .slice(1, -1)
    .replaceAll(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  const url = encodeURIComponent(word.toWellFormed());
  const small = url.replaceAll(/%../g, (code) => code.toLowerCase());
  const normal = [word.normalize('NFC'), word.normalize('NFD')];
  const written = [go, ...normal].filter((form) => form !== word).concat(small === url ? [] : [small]);
  return [hex, hex.toUpperCase(), ...written];
}

function wrap(text: string, length: number): string {
  return text.match(new RegExp(`.{1,${length}}`, 'g'))?.join('\n') ?? '';
}

/** base64 of a word at one place among other bytes: what of it does not depend on them. */
interface Shape {
  readonly core: string;
  /** Bits of the character before and behind that are the word's: `value` under `mask`. */
  readonly before?: Bits;
  readonly behind?: Bits;
}

interface Bits {
  readonly mask: number;
  readonly value: number;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Knows secrets that are words (passwords, passphrases, tokens) and finds them again, as they are, as other programs write
 * them, in hex and in base64, also of a text that they are a part of, such as `user:password`.
 */
export class SecretWords {
  readonly #forms = new Set<string>();
  readonly #shapes = new Map<string, Shape>();

  /** @param word on one line, of five characters or more. */
  add(word: string): void {
    for (const form of new Set([word, word.normalize('NFC'), word.normalize('NFD')])) {
      const bytes = Buffer.from(form);
      const hex = bytes.toString('hex');
      for (const written of [form, ...quotedForms(form), hex, hex.toUpperCase()]) this.#forms.add(written);
      for (const shape of shapesOf(bytes)) this.#shapes.set(JSON.stringify(shape), shape);
    }
  }

  get isEmpty(): boolean {
    return this.#forms.size === 0;
  }

  /** Where words stand in one line of text. @param base64 the view without white space, in the standard alphabet. */
  find(view: View, base64: View): Place[] {
    return [...this.#places(view, base64)];
  }

  /** Whether a word stands anywhere in a text. */
  isIn(view: View, base64: View): boolean {
    return this.#places(view, base64).next().done !== true;
  }

  *#places(view: View, base64: View): Generator<Place> {
    for (const form of this.#forms) {
      for (const at of occurrences(form, view.text)) yield placeIn(view, at, at + form.length);
    }
    for (const shape of this.#shapes.values()) {
      for (const at of occurrences(shape.core, base64.text)) {
        const [start, end] = [at - (shape.before ? 1 : 0), at + shape.core.length + (shape.behind ? 1 : 0)];
        if (fits(base64.text.charAt(start), shape.before) && fits(base64.text.charAt(end - 1), shape.behind))
          yield placeIn(base64, start, end);
      }
    }
  }
}

function* occurrences(form: string, text: string): Generator<number> {
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) yield at;
}

/** As shells, YAML and forms of the web write what has quotes or blanks in it; all other escapes are undone before. */
function quotedForms(word: string): string[] {
  return [
    word.replaceAll("'", "'\\''"),
    word.replaceAll("'", "'''"),
    word.replaceAll("'", "''"),
    word.replaceAll(' ', '+'),
  ];
}

/** base64 of bytes behind 0, 1 or 2 others (RFC 4648, section 4: six bits each character). */
function shapesOf(bytes: Buffer): Shape[] {
  return [0, 1, 2].map((others) => {
    const text = Buffer.concat([Buffer.alloc(others), bytes, Buffer.alloc(3)]).toString('base64');
    const [first, last] = [others * 8, (others + bytes.length) * 8];
    const [from, to] = [Math.ceil(first / 6), Math.floor(last / 6)];
    const [low, high] = [from * 6 - first, last - to * 6];
    return {
      core: text.slice(from, to),
      ...(low > 0 && { before: bitsOf(text.charAt(from - 1), 2 ** low - 1) }),
      ...(high > 0 && { behind: bitsOf(text.charAt(to), 64 - 2 ** (6 - high)) }),
    };
  });
}

function bitsOf(character: string, mask: number): Bits {
  return { mask, value: ALPHABET.indexOf(character) & mask };
}

function fits(character: string, bits: Bits | undefined): boolean {
  if (bits === undefined) return true;
  const value = character === '' ? -1 : ALPHABET.indexOf(character);
  return value >= 0 && (value & bits.mask) === bits.value;
}
