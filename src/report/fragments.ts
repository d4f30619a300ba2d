import { aligned } from './base64.ts';
import type { KeyMaterial } from './secret-material.ts';

/**
 * One way in which bytes are written as text. Pieces of `window` characters are remembered at every `stride`-th place
 * of a secret and looked for at every place of a text, so that any run of `window + stride - 1` characters is found:
 * 15 of base64 (11 bytes), 19 of hex (9 bytes). A window holds 64 bits or more: no other text meets one by chance.
 */
interface Alphabet {
  readonly window: number;
  readonly stride: number;
  /** What to leave out of a text before looking: separators that a dump puts between bytes. */
  readonly separators: RegExp;
  /** One form for characters that mean the same. */
  readonly normalise: (text: string) => string;
}

const base64: Alphabet = {
  window: 12,
  stride: 4,
  separators: /\s/,
  normalise: (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
};

const hex: Alphabet = {
  window: 16,
  stride: 4,
  separators: /[\s:]/,
  normalise: (text) => text.replaceAll(/[A-F]/g, (digit) => digit.toLowerCase()),
};

/** The bytes themselves, each as one character. */
const raw: Alphabet = { window: 12, stride: 4, separators: /(?!)/, normalise: (text) => text };

/** Where something secret stands in a text: from `start` up to, not including, `end`. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Remembers pieces of private keys in all common encodings, and finds them again in any text. */
export class Fragments {
  readonly #pieces = new Map<Alphabet, Set<string>>([
    [base64, new Set()],
    [hex, new Set()],
    [raw, new Set()],
  ]);

  /** Remembers every secret piece of a key. */
  add(key: KeyMaterial): void {
    const file = secretText(key);
    const base64Text = key.body.replace(/\s/g, '').slice(key.from, key.to);
    const secretBytes = key.numbers.length > 0 ? key.numbers : [Buffer.from(base64Text, 'base64')];
    for (const text of [base64Text, ...secretBytes.flatMap(aligned), ...aligned(file)])
      this.#remember(base64, text);
    for (const bytes of [...secretBytes, file]) this.#remember(hex, bytes.toString('hex'));
    for (const bytes of secretBytes) this.#remember(raw, bytes.toString('latin1'));
  }

  /** Where pieces stand in one line of text. */
  find(line: string): Place[] {
    return [...this.#search(base64, line), ...this.#search(hex, line)];
  }

  /** True when a piece stands anywhere in the bytes, line breaks and separators passed over. */
  isIn(bytes: Buffer): boolean {
    const text = bytes.toString('latin1');
    return [...this.#pieces.keys()].some((alphabet) => !this.#search(alphabet, text).next().done);
  }

  #remember(alphabet: Alphabet, text: string): void {
    const pieces = this.#pieces.get(alphabet);
    const normal = alphabet.normalise(text);
    for (let at = 0; at + alphabet.window <= normal.length; at += alphabet.stride) {
      pieces?.add(normal.slice(at, at + alphabet.window));
    }
    if (normal.length >= alphabet.window) pieces?.add(normal.slice(-alphabet.window));
  }

  *#search(alphabet: Alphabet, text: string): Generator<Place> {
    const pieces = this.#pieces.get(alphabet);
    if (pieces === undefined || pieces.size === 0) return;
    const { kept, places } = withoutSeparators(alphabet, text);
    for (let at = 0; at + alphabet.window <= kept.length; at += 1) {
      if (!pieces.has(kept.slice(at, at + alphabet.window))) continue;
      yield { start: places[at] ?? 0, end: (places[at + alphabet.window - 1] ?? text.length - 1) + 1 };
    }
  }
}

/** The part of the body, line breaks included, that holds the secret: what base64 of the whole file encodes again. */
function secretText({ body, from, to }: KeyMaterial): Buffer {
  return Buffer.from(body.slice(placeOf(body, from), placeOf(body, to)));
}

/** Where in a text the character stands that has `count` others before it, white space not counted. */
function placeOf(text: string, count: number): number {
  let left = count;
  for (const { 0: run, index } of text.matchAll(/\S+/g)) {
    if (left < run.length) return index + left;
    left -= run.length;
  }
  return text.length;
}

/** The text as it is looked through, and for each of its characters the place in the text as it was. */
function withoutSeparators(
  alphabet: Alphabet,
  text: string,
): { readonly kept: string; readonly places: Uint32Array } {
  const normal = alphabet.normalise(text);
  const places = new Uint32Array(normal.length);
  let kept = '';
  for (let at = 0; at < normal.length; at += 1) {
    const character = normal.charAt(at);
    if (alphabet.separators.test(character)) continue;
    places[kept.length] = at;
    kept += character;
  }
  return { kept, places };
}
