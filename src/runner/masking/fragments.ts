import { type ByteRun, hexView, numbersIn } from './dumps.ts';
import type { KeyMaterial } from './secret-material.ts';
import { type TextRange, rangeIn, type View } from './views.ts';

/**
 * One encoding of bytes as text. Pieces of `window` characters are stored for every `stride`-th position of a secret
 * and searched at every position of a text, so that any run of `window + stride - 1` characters is found: 15 of
 * base64 (11 bytes), 19 of hex (9 bytes), 15 bytes as numbers. A window holds 64 bits or more, so no other text
 * matches by chance.
 */
interface Alphabet {
  readonly window: number;
  /**
   * Reports whether a piece could be ordinary text, which a host could have hidden by a made-up key; few random
   * pieces can.
   */
  readonly isOrdinary: (piece: string) => boolean;
}

const STRIDE = 4;

const base64: Alphabet = {
  window: 12,
  isOrdinary: (piece) =>
    (piece.match(/[a-z]/g)?.length ?? 0) >= 10 || /^(?:[0-9a-f]+|[0-9A-Z]+)$/.test(piece),
};

const hex: Alphabet = { window: 16, isOrdinary: (piece) => /^\d+$/.test(piece) };

/** The bytes themselves, each as one character. */
const raw: Alphabet = { window: 12, isOrdinary: (piece) => /^[\t\n\r -~]+$/.test(piece) };

/** The ends of a stream's previous lines: a key may continue in the next. */
export interface Tails {
  base64: string;
  hex: string;
  bytes: string;
  /** The previous line held a piece of a key. */
  isKey: boolean;
}

/** Returns the state at the beginning of a stream. */
export function noTails(): Tails {
  return { base64: '', hex: '', bytes: '', isKey: false };
}

/** A run that may be base64 of base64 or of hex; shorter ones hold no window of it. */
const RUN = /[A-Za-z0-9+/]{20,}/g;

/** Stores pieces of private keys in all common encodings, and finds them in any text. */
export class Fragments {
  readonly #pieces = new Map<Alphabet, Pieces>(
    [base64, hex, raw].map((alphabet) => [alphabet, new Pieces(alphabet.window)]),
  );

  /** Pieces of base64 that could be ordinary text: they count only in a line that continues a key. */
  readonly #ordinary = new Pieces(base64.window);

  get isEmpty(): boolean {
    return [...this.#pieces.values()].every(({ isEmpty }) => isEmpty);
  }

  /** Stores every secret piece of a key. */
  add(key: KeyMaterial): void {
    const file = secretText(key);
    const base64Text = key.body.replace(/\s/g, '').slice(key.from, key.to);
    const secretBytes = key.numbers.length > 0 ? key.numbers : [Buffer.from(base64Text, 'base64')];
    for (const text of [base64Text, ...secretBytes.flatMap(aligned), ...aligned(file)])
      this.#store(base64, text);
    for (const bytes of [...secretBytes, file]) this.#store(hex, bytes.toString('hex'));
    for (const bytes of secretBytes) this.#store(raw, bytes.toString('latin1'));
  }

  /**
   * Finds pieces in one line of text.
   * @param asBase64 its `base64View`.
   * @param tails of the previous lines; updated to those of this one.
   */
  find(view: View, asBase64: View, tails: Tails): TextRange[] {
    const asHex = hexView(view);
    const numbers = numbersIn(view);
    const places = [
      ...this.#placesIn(base64, asBase64),
      ...this.#placesIn(hex, asHex),
      ...this.#encodedTwice(asBase64),
      ...numbers.flatMap((run) => this.#placeOfNumbers(run)),
      ...(tails.isKey ? this.#ordinaryLine(view, tails) : []),
      ...this.#acrossLines(view, { asBase64, asHex, numbers }, tails),
    ];
    tails.isKey = places.length > 0;
    return places;
  }

  /**
   * Reports whether the bytes contain a piece, ignoring line breaks and separators. @param asBase64 their
   * `base64View`.
   */
  isIn(view: View, asBase64: View): boolean {
    return (
      this.#matches(raw, view.text) ||
      this.#matches(base64, asBase64.text) ||
      this.#matches(hex, hexView(view).text) ||
      this.#encodedTwice(asBase64).length > 0 ||
      numbersIn(view).some((run) => this.#matches(raw, run.bytes))
    );
  }

  #store(alphabet: Alphabet, text: string): void {
    const pieces = this.#pieces.get(alphabet);
    const keep = (piece: string): void => {
      if (piece.length !== alphabet.window) return;
      if (!alphabet.isOrdinary(piece)) pieces?.add(piece);
      else if (alphabet === base64) this.#ordinary.add(piece);
    };
    for (let at = 0; at < text.length; at += STRIDE) keep(text.slice(at, at + alphabet.window));
    keep(text.slice(-alphabet.window));
  }

  #matches(alphabet: Alphabet, text: string): boolean {
    return this.#pieces.get(alphabet)?.areIn(text) === true;
  }

  *#placesIn(alphabet: Alphabet, view: View): Generator<TextRange> {
    for (const at of this.#pieces.get(alphabet)?.placesIn(view.text) ?? [])
      yield rangeIn(view, at, at + alphabet.window);
  }

  /** Finds runs of base64 that encode base64 or hex. */
  #encodedTwice(view: View): TextRange[] {
    return [...view.text.matchAll(RUN)].flatMap(({ 0: run, index }) => {
      const isSecret = [0, 1, 2, 3].some((shift) => {
        const text = Buffer.from(run.slice(shift), 'base64').toString('latin1').replaceAll(/\s/g, '');
        if (!/[A-Za-z0-9+/]{12}/.test(text)) return false;
        return this.#matches(base64, text) || this.#matches(hex, text.toLowerCase());
      });
      return isSecret ? [rangeIn(view, index, index + run.length)] : [];
    });
  }

  #placeOfNumbers({ bytes, start, end }: ByteRun): TextRange[] {
    return this.#matches(raw, bytes) ? [{ start, end }] : [];
  }

  /**
   * Finds a base64 line of a key whose pieces could all be ordinary text: one run without white space, so that no
   * sentence after a made-up key is hidden.
   */
  #ordinaryLine(view: View, tails: Tails): TextRange[] {
    const line = /^\W{0,3}([A-Za-z0-9+/_-]+)\W{0,3}$/.exec(view.text.trim())?.[1];
    if (line === undefined) return [];
    const run = line.replaceAll('-', '+').replaceAll('_', '/');
    return this.#ordinary.areIn(tails.base64 + run) ? [rangeIn(view, 0, view.text.length)] : [];
  }

  /** Finds pieces that began in the previous lines. */
  #acrossLines(
    view: View,
    {
      asBase64,
      asHex,
      numbers,
    }: { readonly asBase64: View; readonly asHex: View; readonly numbers: readonly ByteRun[] },
    tails: Tails,
  ): TextRange[] {
    const places: TextRange[] = [];
    const texts = [
      { name: 'base64', alphabet: base64, of: asBase64, run: lastRun(asBase64.text, /[A-Za-z0-9+/]/) },
      { name: 'hex', alphabet: hex, of: asHex, run: lastRun(asHex.text, /[0-9a-f]/) },
    ] as const;
    for (const { name, alphabet, of, run } of texts) {
      if (run.text === '') continue;
      const most = alphabet.window - 1;
      if (tails[name] !== '' && this.#matches(alphabet, tails[name] + run.text.slice(0, most)))
        places.push(rangeIn(of, run.start, run.start + run.text.length));
      tails[name] = (tails[name] + run.text.slice(-most)).slice(-most);
    }
    const last = numbers.at(-1);
    if (last !== undefined && last.end >= view.text.trimEnd().length - 1) {
      const most = raw.window - 1;
      if (tails.bytes !== '' && this.#matches(raw, tails.bytes + last.bytes.slice(0, most)))
        places.push({ start: last.start, end: last.end });
      tails.bytes = (tails.bytes + last.bytes.slice(-most)).slice(-most);
    }
    return places;
  }
}

/** Returns the run at the end of a text, without trailing quotes. */
function lastRun(text: string, member: RegExp): { readonly text: string; readonly start: number } {
  let end = text.length;
  while (end > 0 && text.length - end < 4 && !member.test(text.charAt(end - 1))) end -= 1;
  let start = end;
  while (start > 0 && member.test(text.charAt(start - 1))) start -= 1;
  return { text: text.slice(start, end), start };
}

/** Returns the secret part of the body with its line breaks, the input of base64 of the whole file. */
function secretText({ body, from, to }: KeyMaterial): Buffer {
  return Buffer.from(body.slice(indexOfCharacter(body, from), indexOfCharacter(body, to)));
}

/** Returns the index of the character after `count` others, white space not counted. */
function indexOfCharacter(text: string, count: number): number {
  let left = count;
  for (const { 0: run, index } of text.matchAll(/\S+/g)) {
    if (left < run.length) return index + left;
    left -= run.length;
  }
  return text.length;
}

/** Number of characters of a piece that are compared before the whole, and the relevant bits of each. */
const INDEXED_CHARACTERS = 3;
const BITS = 6;
const ALL = 2 ** (INDEXED_CHARACTERS * BITS) - 1;

/** Texts of equal length, of three characters or more, to find anywhere in another text. */
class Pieces {
  /** The length of each, in characters. */
  readonly window: number;
  readonly #all = new Set<string>();
  /** Indexed by the first characters: at most positions no substring has to be compared. */
  readonly #begins = new Uint8Array(ALL + 1);

  constructor(window: number) {
    this.window = window;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** @param piece as long as the others. */
  add(piece: string): void {
    this.#all.add(piece);
    let begin = 0;
    for (let at = 0; at < INDEXED_CHARACTERS; at += 1) begin = shifted(begin, piece.charCodeAt(at));
    this.#begins[begin] = 1;
  }

  /** Yields the positions of pieces in a text. */
  *placesIn(text: string): Generator<number> {
    if (this.isEmpty || text.length < this.window) return;
    let begin = 0;
    for (let at = 0; at < INDEXED_CHARACTERS - 1; at += 1) begin = shifted(begin, text.charCodeAt(at));
    const last = text.length - this.window;
    for (let at = 0; at <= last; at += 1) {
      begin = shifted(begin, text.charCodeAt(at + INDEXED_CHARACTERS - 1));
      if (this.#begins[begin] === 1 && this.#all.has(text.slice(at, at + this.window))) yield at;
    }
  }

  /** Reports whether a text contains a piece. */
  areIn(text: string): boolean {
    return this.placesIn(text).next().done !== true;
  }
}

function shifted(begin: number, code: number): number {
  return ((begin << BITS) | (code & (2 ** BITS - 1))) & ALL;
}

/**
 * Returns base64 of the bytes after 0, 1 or 2 other bytes. Only whole groups: the characters shared with neighbouring
 * bytes are left out.
 */
export function aligned(bytes: Buffer): string[] {
  return [0, 1, 2].map((skipped) => {
    const rest = bytes.subarray(skipped);
    return rest.subarray(0, rest.length - (rest.length % 3)).toString('base64');
  });
}
