/** A text as it is looked through, with the place of each of its characters in the line as it was. */
export interface View {
  readonly text: string;
  /** Where what became the character begins, and where it ends. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Where something stands in a text: from `start` up to, not including, `end`. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** The place in the line of what stands from `start` up to `end` in a view of it. */
export function placeIn({ starts, ends }: View, start: number, end: number): Place {
  return { start: starts[start] ?? 0, end: ends[end - 1] ?? 0 };
}

/** A line as it is. */
export function viewOf(line: string): View {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < line.length; at += 1) {
    starts.push(at);
    ends.push(at + 1);
  }
  return { text: line, starts, ends };
}

/** Escapes within escapes, as of JSON in JSON, are undone so often. */
const MOST_ROUNDS = 3;

/** The line, and what it says where it was written by JSON, a URL, HTML or XML, or a shell; each further view undoes more. */
export function viewsOf(line: string): View[] {
  const views = [viewOf(line)];
  for (let view = views[0]; view !== undefined && views.length <= MOST_ROUNDS;) {
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

/** Each at the place where it is tried alone, and of a bounded length. */
const UNIT =
  /\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|&#(\d{1,7});|&#[xX]([0-9A-Fa-f]{1,6});|&(amp|lt|gt|quot|apos);/y;
const BYTE = /\\x([0-9A-Fa-f]{2})|%([0-9A-Fa-f]{2})|\\([0-3][0-7]{2})/y;

/** Undefined when nothing was escaped. */
function unescaped(view: View): View | undefined {
  const from = view.text;
  const kept = new Kept(view);
  for (let at = 0; at < from.length;) {
    const character = from.charAt(at);
    if (character !== '\\' && character !== '%' && character !== '&') {
      kept.add(character, at, at + 1);
      at += 1;
      continue;
    }
    const bytes = bytesAt(from, at);
    const unit = bytes === undefined ? unitAt(from, at) : undefined;
    const [text, length] = bytes ?? unit ?? [character, 1];
    kept.add(text, at, at + length);
    at += length;
  }
  return kept.text === from ? undefined : kept.view();
}

class Kept {
  text = '';
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  add(text: string, start: number, end: number): void {
    this.text += text;
    for (let count = 0; count < text.length; count += 1) {
      this.#starts.push(this.#view.starts[start] ?? 0);
      this.#ends.push(this.#view.ends[end - 1] ?? 0);
    }
  }

  view(): View {
    return { text: this.text, starts: this.#starts, ends: this.#ends };
  }
}

type Found = readonly [text: string, length: number];

/** Bytes in a row are one text in UTF-8. */
function bytesAt(text: string, at: number): Found | undefined {
  const bytes: number[] = [];
  let next = at;
  // A plain character stands for itself: only those of several bytes need their neighbours.
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

function unitAt(text: string, at: number): Found | undefined {
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
