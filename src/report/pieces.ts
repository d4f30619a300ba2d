/** Characters of a piece that are looked at before it is compared as a whole, and the bits that count of each. */
const LOOKED_AT = 3;
const BITS = 6;
const ALL = 2 ** (LOOKED_AT * BITS) - 1;

/** Texts of one length, of three characters or more, that are found again at any place of another text. */
export class Pieces {
  /** The length of each, in characters. */
  readonly window: number;
  readonly #all = new Set<string>();
  /** By what the pieces begin with: at most places of a text nothing has to be cut out and compared. */
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
    for (let at = 0; at < LOOKED_AT; at += 1) begin = shifted(begin, piece.charCodeAt(at));
    this.#begins[begin] = 1;
  }

  /** Where pieces begin in a text. */
  *placesIn(text: string): Generator<number> {
    if (this.isEmpty || text.length < this.window) return;
    let begin = 0;
    for (let at = 0; at < LOOKED_AT - 1; at += 1) begin = shifted(begin, text.charCodeAt(at));
    const last = text.length - this.window;
    for (let at = 0; at <= last; at += 1) {
      begin = shifted(begin, text.charCodeAt(at + LOOKED_AT - 1));
      if (this.#begins[begin] === 1 && this.#all.has(text.slice(at, at + this.window))) yield at;
    }
  }

  /** Whether one begins anywhere in a text. */
  areIn(text: string): boolean {
    return this.placesIn(text).next().done !== true;
  }
}

function shifted(begin: number, code: number): number {
  return ((begin << BITS) | (code & (2 ** BITS - 1))) & ALL;
}
