import type { Finding } from '../findings.ts';
import type { InputName } from '../inputs/table.ts';
import { findUnseen, unseenProblem, withoutUnseen } from './characters.ts';

/** One item of a list input. */
export interface Entry {
  readonly text: string;
  /** Input and place, for example `hosts, entry 2` or `hosts, line 3`. */
  readonly at: string;
}

/**
 * Takes a list apart: items stand on lines or between commas, `#` begins a comment, blank lines do not count. An
 * empty item between commas is a finding, because it usually is an expression without a value; only a comma at the
 * end of a line of a longer list is passed over. A character that is not seen is a finding as well, and left out.
 */
export function parseEntries(input: InputName, value: string, findings: Finding[]): Entry[] {
  const lines = value.split(/\r?\n|\r/);
  const severalLines = lines.filter((line) => withoutComment(line) !== '').length > 1;
  return lines.flatMap((line, index) => {
    const place = severalLines ? `line ${index + 1}` : undefined;
    return entriesOfLine(input, withoutComment(line), place, findings);
  });
}

function withoutComment(line: string): string {
  return line.replace(/#.*/, '').trim();
}

function entriesOfLine(
  input: InputName,
  line: string,
  place: string | undefined,
  findings: Finding[],
): Entry[] {
  const texts = line.split(',').map((text) => text.trim());
  if (texts.length > 1 && place !== undefined && texts.at(-1) === '') texts.pop();
  if (texts.length === 1 && texts[0] === '') return [];
  const entries = texts.map((text, index) => ({
    text,
    at: `${input}, ${placeOf(place, index, texts.length)}`,
  }));
  const [empty] = entries.filter((entry) => entry.text === '');
  if (empty !== undefined) {
    findings.push({
      at: empty.at,
      fact: 'the entry is empty.',
      cause: 'an expression like ${{ vars.HOST2 }} that has no value.',
      fix: 'give every entry a value, or remove the comma, for example 10.0.0.6, 10.0.0.7, 10.0.0.8.',
    });
  }
  return entries
    .filter(({ text }) => text !== '')
    .map((entry) => {
      const unseen = findUnseen(entry.text);
      if (unseen === undefined) return entry;
      findings.push({ at: entry.at, ...unseenProblem(unseen.character) });
      return { ...entry, text: withoutUnseen(entry.text) };
    });
}

function placeOf(line: string | undefined, index: number, count: number): string {
  if (line === undefined) return `entry ${index + 1}`;
  return count === 1 ? line : `${line}, entry ${index + 1}`;
}
