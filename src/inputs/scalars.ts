import type { Finding } from '../findings.ts';
import { findInvisible, invisibleProblem, withoutInvisible } from '../text/characters.ts';
import { quote } from '../text/quote.ts';
import { nearest } from './nearest.ts';
import type { InputName } from './table/table.ts';

/**
 * Parses a decimal integer.
 * @param range minimum and maximum. @param example quoted in the finding.
 */
export function parseInteger(
  input: InputName,
  value: string,
  range: { readonly least: number; readonly greatest: number; readonly example: number },
  findings: Finding[],
): number | undefined {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= range.least && number <= range.greatest) return number;
  findings.push({
    code: 'value-malformed',
    at: input,
    fact: `${quote(value)} is not a whole number from ${range.least} to ${range.greatest}.`,
    fix: `write it in digits, for example ${input}: ${range.example}.`,
  });
  return undefined;
}

/** Parses a boolean like the runner's getBooleanInput: the six words of YAML 1.2's core schema. */
export function parseBoolean(input: InputName, value: string, findings: Finding[]): boolean | undefined {
  if (['true', 'True', 'TRUE'].includes(value)) return true;
  if (['false', 'False', 'FALSE'].includes(value)) return false;
  findings.push({
    code: 'value-malformed',
    at: input,
    fact: `${quote(value)} is not a boolean.`,
    fix: `write ${input}: true or ${input}: false.`,
  });
  return undefined;
}

/** Parses one of several words, case-sensitively. */
export function parseChoice<T extends string>(
  input: InputName,
  value: string,
  choices: readonly T[],
  findings: Finding[],
): T | undefined {
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  const meant = nearest(value, choices) ?? choices[0] ?? '';
  findings.push({
    code: 'value-malformed',
    at: input,
    fact: `${quote(value)} is not one of ${choices.join(', ')}.`,
    fix: `write one of them, for example ${input}: ${meant}.`,
  });
  return undefined;
}

/** The limits of a duration. */
export interface DurationRange {
  /** Seconds. */
  readonly least: number;
  /** Seconds. */
  readonly greatest: number;
  /** Both limits in words, for example `one minute and six hours`. */
  readonly words: string;
  /** Quoted in the finding. */
  readonly example: string;
}

/**
 * Parses a duration in the form of Go and kubeadm: `90s`, `15m`, `1h30m`. Refuses a bare number, because GitHub's own
 * timeouts are in minutes and most others in seconds.
 * @returns seconds
 */
export function parseDuration(
  input: InputName,
  value: string,
  range: DurationRange,
  findings: Finding[],
): number | undefined {
  const [all = '', hours = '0', minutes = '0', seconds = '0'] =
    /^(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(value) ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (all !== '' && total >= range.least && total <= range.greatest) return total;
  findings.push({ at: input, ...durationProblem(value, all !== '', range, `${input}: ${range.example}`) });
  return undefined;
}

function durationProblem(
  value: string,
  readable: boolean,
  range: DurationRange,
  example: string,
): Pick<Finding, 'code' | 'fact' | 'fix'> {
  if (readable)
    return {
      code: 'value-malformed',
      fact: `${quote(value)} is not between ${range.words}.`,
      fix: `for example ${example}.`,
    };
  if (/^\d+$/.test(value)) {
    return {
      code: 'value-malformed',
      fact: `${quote(value)} has no unit: it could be seconds or minutes.`,
      fix: `write ${value}s, ${value}m or ${value}h, for example ${example}.`,
    };
  }
  return {
    code: 'value-malformed',
    fact: `${quote(value)} is not a duration.`,
    fix: `write hours, minutes and seconds in that order, as 90s, 15m or 1h30m, for example ${example}.`,
  };
}

/** One item of a list input. */
export interface Entry {
  readonly text: string;
  /** Input and position, for example `hosts, entry 2` or `hosts, line 3`. */
  readonly at: string;
}

/**
 * Splits a list: items are separated by line breaks or commas, `#` begins a comment, blank lines are ignored. Reports an
 * empty item between commas, which is usually an expression without a value; only a comma at the end of a line of a
 * longer list is ignored. Reports invisible characters too, and removes them.
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
      code: 'host-missing',
      at: empty.at,
      fact: 'the entry is empty.',
      cause: 'an expression like ${{ vars.HOST2 }} that has no value.',
      fix: 'give every entry a value, or remove the comma, for example 10.0.0.6, 10.0.0.7, 10.0.0.8.',
    });
  }
  return entries
    .filter(({ text }) => text !== '')
    .map((entry) => {
      const invisible = findInvisible(entry.text);
      if (invisible === undefined) return entry;
      findings.push({ at: entry.at, ...invisibleProblem(invisible.character) });
      return { ...entry, text: withoutInvisible(entry.text) };
    });
}

function placeOf(line: string | undefined, index: number, count: number): string {
  if (line === undefined) return `entry ${index + 1}`;
  return count === 1 ? line : `${line}, entry ${index + 1}`;
}
