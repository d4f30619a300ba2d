import { type View, ViewBuilder } from './views.ts';

/** Bytes written as numbers in a line. */
export interface ByteRun {
  /** Each byte as one character. */
  readonly bytes: string;
  /** The numbers' range in the original line. */
  readonly start: number;
  readonly end: number;
}

/** If a text lacks these, its {@link base64View} and {@link hexView} are the text itself. */
const NOT_OF_BASE64 = /[\s\-_]/;
const NOT_OF_HEX = /[\s:,\\xXA-F]/;

/** Removes white space and uses the standard alphabet of base64. */
export function base64View(view: View): View {
  if (!NOT_OF_BASE64.test(view.text)) return view;
  return kept(view, (text, at) => {
    const code = text.charCodeAt(at);
    if (code === 45) return 43; // - for +
    if (code === 95) return 47; // _ for /
    return isSpace(code) ? undefined : code;
  });
}

/** Converts to lower case and removes the separators of dumps: white space, `:`, `,`, `0x` and `\x`. */
export function hexView(view: View): View {
  if (!NOT_OF_HEX.test(view.text)) return view;
  return kept(view, (text, at) => {
    const code = text.charCodeAt(at);
    if (isSpace(code) || code === 58 || code === 44 || code === 92) return undefined;
    if (code === 48 && isX(text.charCodeAt(at + 1))) return undefined;
    if (isX(code) && isZeroOrBackslash(text.charCodeAt(at - 1))) return undefined;
    return code >= 65 && code <= 70 ? code + 32 : code;
  });
}

function isX(code: number): boolean {
  return code === 120 || code === 88;
}

function isZeroOrBackslash(code: number): boolean {
  return code === 48 || code === 92;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160;
}

/** @param keep returns the code of the character at an index, in the compared form; undefined removes it. */
function kept(view: View, keep: (text: string, at: number) => number | undefined): View {
  const builder = new ViewBuilder(view);
  for (let at = 0; at < view.text.length; at += 1) {
    const code = keep(view.text, at);
    if (code !== undefined) builder.add(code, at, at + 1);
  }
  return builder.view();
}

/** Numbers of one to three digits, with the separators of od, printf and programming languages. */
const NUMBERS = /\d{1,3}(?:[\s,;\\]{1,8}\d{1,3}){3,}/g;

/** Finds bytes written as numbers: decimal, and octal if the digits allow it. */
export function numbersIn(view: View): ByteRun[] {
  return [...view.text.matchAll(NUMBERS)].flatMap(({ 0: whole, index }) => {
    const words = whole.match(/\d+/g) ?? [];
    const start = view.starts[index] ?? 0;
    const end = view.ends[index + whole.length - 1] ?? 0;
    return [10, 8].flatMap((base) => {
      if (base === 8 && words.some((word) => /[89]/.test(word))) return [];
      return [{ bytes: words.map((word) => characterOf(parseInt(word, base))).join(''), start, end }];
    });
  });
}

/** Returns a character that occurs in no key for other numbers, such as the offset at the start of od's lines. */
function characterOf(value: number): string {
  return String.fromCharCode(Math.min(value, 256));
}
