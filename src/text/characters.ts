import type { FindingCode } from '../finding-codes.ts';

/** Invisible characters, and those that look like a space but are none: format characters, separators, fillers. */
const UNSEEN = /[\p{DI}\p{Cf}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/u;
const ALL_UNSEEN = new RegExp(UNSEEN.source, 'gu');

/** Names of those that come with copied text (Unicode, names and aliases). */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['\u00A0', 'no-break space'],
  ['\u00AD', 'soft hyphen'],
  ['\u200B', 'zero width space'],
  ['\u200C', 'zero width non-joiner'],
  ['\u200D', 'zero width joiner'],
  ['\u200E', 'left-to-right mark'],
  ['\u200F', 'right-to-left mark'],
  ['\u2009', 'thin space'],
  ['\u2010', 'hyphen'],
  ['\u2011', 'non-breaking hyphen'],
  ['\u2012', 'figure dash'],
  ['\u2013', 'en dash'],
  ['\u2014', 'em dash'],
  ['\u2018', 'left single quotation mark'],
  ['\u2019', 'right single quotation mark'],
  ['\u201C', 'left double quotation mark'],
  ['\u201D', 'right double quotation mark'],
  ['\u2024', 'one dot leader'],
  ['\u2028', 'line separator'],
  ['\u2029', 'paragraph separator'],
  ['\u202F', 'narrow no-break space'],
  ['\u2060', 'word joiner'],
  ['\u2212', 'minus sign'],
  ['\u3000', 'ideographic space'],
  ['\u3002', 'ideographic full stop'],
  ['\uFEFF', 'byte order mark'],
  ['\uFF0C', 'fullwidth comma'],
  ['\uFF0E', 'fullwidth full stop'],
  ['\uFF1A', 'fullwidth colon'],
]);

/**
 * Names a character by its code point, with its common name if it has one, for example `U+200B (zero width space)`.
 */
export function nameOfCharacter(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const name = NAMES.get(character);
  return name === undefined ? code : `${code} (${name})`;
}

/** Finds the first invisible character; undefined if there is none. */
export function findInvisible(
  text: string,
): { readonly character: string; readonly index: number } | undefined {
  const found = UNSEEN.exec(text);
  return found === null ? undefined : { character: found[0], index: found.index };
}

/** Removes the invisible characters. */
export function withoutInvisible(text: string): string {
  return text.replaceAll(ALL_UNSEEN, '');
}

/** Replaces invisible characters by e.g. `<U+200B>`. */
export function showInvisible(text: string): string {
  return text.replaceAll(ALL_UNSEEN, (character) => `<${nameOfCharacter(character).split(' ', 1)[0] ?? ''}>`);
}

/**
 * Names the first character that is not ASCII, by its code point: it may look like one that is. Undefined if there is
 * none.
 */
export function foreignCharacter(text: string): string | undefined {
  const [character] = /[^\p{ASCII}]/u.exec(text) ?? [];
  return character === undefined ? undefined : nameOfCharacter(character);
}

/** Explains an invisible character. @returns a finding without its place. */
export function invisibleProblem(character: string): {
  readonly code: FindingCode;
  readonly fact: string;
  readonly cause: string;
  readonly fix: string;
} {
  return {
    code: 'character-not-ascii',
    fact: `there is a character here that is not seen, or looks like a space: ${nameOfCharacter(character)}.`,
    cause: 'the text was copied from a web page, a chat or a word processor.',
    fix: 'type that part anew instead of pasting it; cat -A shows such characters of a file.',
  };
}
