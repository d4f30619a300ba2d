import { placeIn, type Place, type View } from './views.ts';

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
