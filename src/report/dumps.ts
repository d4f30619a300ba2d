import type { View } from './views.ts';

/** Bytes that a line writes as numbers. */
export interface ByteRun {
  /** Each byte as one character. */
  readonly bytes: string;
  /** Where the numbers stand in the line as it was. */
  readonly start: number;
  readonly end: number;
}

/** The text without white space, in the standard alphabet of base64. */
export function base64View(view: View): View {
  return kept(view, (text, at) => {
    const character = text.charAt(at);
    if (character === '-') return '+';
    if (character === '_') return '/';
    return isSpace(text.charCodeAt(at)) ? '' : character;
  });
}

/** The text in small letters, without what dumps write between bytes: white space, `:`, `,`, `0x` and `\x`. */
export function hexView(view: View): View {
  return kept(view, (text, at) => {
    const code = text.charCodeAt(at);
    if (isSpace(code) || code === 58 || code === 44 || code === 92) return '';
    const isPrefix = (code === 48 && isX(text, at + 1)) || (isX(text, at) && isZeroOrBackslash(text, at - 1));
    if (isPrefix) return '';
    return code >= 65 && code <= 70 ? String.fromCharCode(code + 32) : text.charAt(at);
  });
}

function isX(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 120 || code === 88;
}

function isZeroOrBackslash(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 48 || code === 92;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160;
}

function kept(view: View, keep: (text: string, at: number) => string): View {
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < view.text.length; at += 1) {
    const character = keep(view.text, at);
    if (character === '') continue;
    text += character;
    starts.push(view.starts[at] ?? 0);
    ends.push(view.ends[at] ?? 0);
  }
  return { text, starts, ends };
}

/** Numbers of one to three digits, with what od, printf and programming languages write between two. */
const NUMBERS = /\d{1,3}(?:[\s,;\\]{1,8}\d{1,3}){3,}/g;

/** The bytes that are written as numbers: decimal, and octal where the digits allow it. */
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

/** What is no byte, such as the offset that od begins a line with, is no character of a key either. */
function characterOf(value: number): string {
  return String.fromCharCode(Math.min(value, 256));
}
