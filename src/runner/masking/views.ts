/** A decoded form of a line, with the position of each of its characters in the original line. */
export interface View {
  readonly text: string;
  /** Start and end of each character's source; both empty if only the text matters. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** A range in a text, from `start` to `end`, exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Returns the range in the line for a range in a view of it. */
export function rangeIn({ starts, ends }: View, start: number, end: number): TextRange {
  return { start: starts[start] ?? 0, end: ends[end - 1] ?? 0 };
}

/** Returns the view of the unchanged line. */
export function viewOf(line: string): View {
  const starts = new Uint32Array(line.length);
  const ends = new Uint32Array(line.length);
  for (let at = 0; at < line.length; at += 1) {
    starts[at] = at;
    ends[at] = at + 1;
  }
  return { text: line, starts, ends };
}

/** Returns the view of the unchanged text without positions, which take several times its memory. */
function bareView(text: string): View {
  return { text, starts: new Uint32Array(0), ends: new Uint32Array(0) };
}

/** Builds a view from another one, character by character; it cannot get longer. It has positions if that one has. */
export class ViewBuilder {
  readonly #from: View;
  readonly #codes: Uint16Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #length = 0;

  constructor(from: View) {
    this.#from = from;
    this.#codes = new Uint16Array(from.text.length);
    this.#starts = new Uint32Array(from.starts.length);
    this.#ends = new Uint32Array(from.ends.length);
  }

  /** @param code of the next character. @param start its source in the other view's text; @param end exclusive. */
  add(code: number, start: number, end: number): void {
    this.#codes[this.#length] = code;
    if (this.#starts.length > 0) {
      this.#starts[this.#length] = this.#from.starts[start] ?? 0;
      this.#ends[this.#length] = this.#from.ends[end - 1] ?? 0;
    }
    this.#length += 1;
  }

  view(): View {
    const text = Buffer.from(this.#codes.buffer, 0, this.#length * 2).toString('utf16le');
    return {
      text,
      starts: this.#starts.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#length),
    };
  }
}

/** Maximum number of nested escapes that are decoded, as of JSON in JSON. */
const MAX_NESTED_ESCAPES = 3;

/**
 * Returns the line, and its decoded forms if it was written as JSON, a URL, HTML or XML, or for a shell; each further
 * view decodes one more level.
 */
export function viewsOf(line: string): View[] {
  return unescapedViews(viewOf(line));
}

/** Like {@link viewsOf}, for a text of any length and without positions. */
export function bareViewsOf(text: string): View[] {
  return unescapedViews(bareView(text));
}

function unescapedViews(first: View): View[] {
  const views = [first];
  for (let view: View | undefined = first; view !== undefined && views.length <= MAX_NESTED_ESCAPES;) {
    view = /[\\%&]/.test(view.text) ? unescaped(view) : undefined;
    if (view !== undefined) views.push(view);
  }
  return views;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const CONTROLS: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
};

/** Each matches at its own position only, with a bounded length. */
const UNIT =
  /\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|&#(\d{1,7});|&#[xX]([0-9A-Fa-f]{1,6});|&(amp|lt|gt|quot|apos);/y;
const BYTE = /\\x([0-9A-Fa-f]{2})|%([0-9A-Fa-f]{2})|\\([0-3][0-7]{2})/y;

const BACKSLASH = 92;
const PERCENT = 37;
const AMPERSAND = 38;

/** Returns undefined if nothing was escaped. */
function unescaped(view: View): View | undefined {
  const from = view.text;
  const builder = new ViewBuilder(view);
  let isSame = true;
  for (let at = 0; at < from.length;) {
    const code = from.charCodeAt(at);
    const isEscape = code === BACKSLASH || code === PERCENT || code === AMPERSAND;
    const found = isEscape ? (bytesAt(from, at) ?? unitAt(from, at)) : undefined;
    if (found === undefined) {
      builder.add(code, at, at + 1);
      at += 1;
      continue;
    }
    const [text, length] = found;
    for (let unit = 0; unit < text.length; unit += 1) builder.add(text.charCodeAt(unit), at, at + length);
    at += length;
    isSame = false;
  }
  return isSame ? undefined : builder.view();
}

type Decoded = readonly [text: string, length: number];

/** Decodes consecutive bytes as one text in UTF-8. */
function bytesAt(text: string, at: number): Decoded | undefined {
  if (text.charCodeAt(at) === AMPERSAND) return undefined;
  const bytes: number[] = [];
  let next = at;
  // An ASCII character stands for itself: only multi-byte ones need their neighbours.
  while (bytes.length === 0 || (bytes.length < 4 && (bytes[0] ?? 0) >= 0xc0)) {
    BYTE.lastIndex = next;
    const match = BYTE.exec(text);
    if (match === null) break;
    const [whole, hex, percent, octal] = match;
    const value = octal === undefined ? parseInt(hex ?? percent ?? '', 16) : parseInt(octal, 8);
    if (bytes.length > 0 && (value & 0xc0) !== 0x80) break;
    bytes.push(value);
    next += whole.length;
  }
  return bytes.length === 0 ? undefined : [Buffer.from(bytes).toString('utf8'), next - at];
}

function unitAt(text: string, at: number): Decoded | undefined {
  UNIT.lastIndex = at;
  const match = UNIT.exec(text);
  if (match !== null) {
    const [whole, short, long, decimal, hex, name] = match;
    if (name !== undefined) return [ENTITIES[name] ?? '', whole.length];
    const code = decimal === undefined ? parseInt(short ?? long ?? hex ?? '', 16) : Number(decimal);
    if (short !== undefined) return [String.fromCharCode(code), whole.length];
    return code > 0x10ffff ? undefined : [String.fromCodePoint(code), whole.length];
  }
  const next = text.charAt(at + 1);
  if (text.charAt(at) !== '\\' || next === '') return undefined;
  return [CONTROLS[next] ?? next, 2];
}
