import type { KeyMaterial, SecretMaterial } from './secret-material.ts';
import { type TextRange, rangeIn, type View } from './views.ts';

/**
 * The origin of a secret: an input can come back in more forms than a key that was made in this run, or that a host
 * has sent.
 */
export type SecretOrigin = 'input' | 'made';

/** Common line lengths of base64: OpenSSH, PEM, and MIME and coreutils. */
const lineLengths = [70, 64, 76] as const;

/** A shorter piece, such as the last line of a key, could be an ordinary word elsewhere. */
const minPieceLength = 8;
/** A host may wrap its key so that one line is a word of the report. */
const minPieceLengthMade = 32;

/**
 * Returns the strings to register with the runner's masker for a secret, each on one line. The runner adds encodings
 * of each (ValueEncoders.cs), but does not know a key that is joined, rewrapped, in hex, or encoded as a whole file.
 * BEGIN and END lines and the public half of a key are left out: certificates hold the like, and the runner drops
 * every output that contains a masked string.
 */
export function maskForms({ words, keys }: SecretMaterial, origin: SecretOrigin): string[] {
  const pieces = keys.flatMap((key) => [...secretLines(key), ...joined(key), ...wholeFile(key.pem)]);
  const derived =
    origin === 'made'
      ? [...pieces, ...keys.flatMap(wrappedAsPem)].filter((piece) => piece.length >= minPieceLengthMade)
      : [...pieces, ...keys.flatMap(furtherForms), ...words.flatMap(formsOfWord)];
  return [...new Set([...words, ...derived.filter((piece) => piece.length >= minPieceLength)])];
}

function furtherForms(key: KeyMaterial): string[] {
  return [...wrappedAnew(key), ...wrappedFile(key.pem), ...hexNumbers(key)];
}

/** Returns the lines of the key as given that contain secret bytes. */
function secretLines(key: KeyMaterial): string[] {
  let place = 0;
  return key.body.split(/\s+/).filter((line) => {
    const start = place;
    place += line.length;
    return place > key.from && start < key.to;
  });
}

/** Returns the whole body on one line, and its secret part alone. */
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

/** Returns base64 of the whole file, with and without the line break at its end. */
function wholeFile(pem: string): string[] {
  return [pem, `${pem}\n`].map((text) => Buffer.from(text).toString('base64'));
}

function wrappedFile(pem: string): string[] {
  return wholeFile(pem).flatMap((base64) => wrap(base64, 76).split('\n'));
}

function hexNumbers(key: KeyMaterial): string[] {
  return key.numbers.map((number) => number.toString('hex')).flatMap((hex) => [hex, hex.toUpperCase()]);
}

/**
 * Returns the forms that the runner does not add itself: hex, as Go writes JSON, URLs in lower case, both normal
 * forms.
 */
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

/** The part of a word's base64 that is independent of its neighbouring bytes, for one alignment. */
interface Shape {
  readonly core: string;
  /** The word's bits in the characters before and after: `value` under `mask`. */
  readonly before?: Bits;
  readonly behind?: Bits;
}

interface Bits {
  readonly mask: number;
  readonly value: number;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Finds secret words (passwords, passphrases, tokens) in text: as they are, as other programs write them, in hex and
 * in base64, also inside an encoded text, such as `user:password`.
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

  /** Finds the words in one line of text. @param base64 the view without white space, in the standard alphabet. */
  find(view: View, base64: View): TextRange[] {
    return [...this.#places(view, base64)];
  }

  /** Reports whether a text contains a word. */
  isIn(view: View, base64: View): boolean {
    return this.#places(view, base64).next().done !== true;
  }

  *#places(view: View, base64: View): Generator<TextRange> {
    for (const form of this.#forms) {
      for (const at of occurrences(form, view.text)) yield rangeIn(view, at, at + form.length);
    }
    for (const shape of this.#shapes.values()) {
      for (const at of occurrences(shape.core, base64.text)) {
        const [start, end] = [at - (shape.before ? 1 : 0), at + shape.core.length + (shape.behind ? 1 : 0)];
        if (fits(base64.text.charAt(start), shape.before) && fits(base64.text.charAt(end - 1), shape.behind))
          yield rangeIn(base64, start, end);
      }
    }
  }
}

function* occurrences(form: string, text: string): Generator<number> {
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) yield at;
}

/**
 * Returns the forms in which shells, YAML and web forms write quotes or spaces; all other escapes are decoded before.
 */
function quotedForms(word: string): string[] {
  return [
    word.replaceAll("'", "'\\''"),
    word.replaceAll("'", "'''"),
    word.replaceAll("'", "''"),
    word.replaceAll(' ', '+'),
  ];
}

/** Returns base64 of the bytes after 0, 1 or 2 others (RFC 4648, section 4: six bits each character). */
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
