/** Longer lines are cut: a log is read by people, and a host could send megabytes on one line. */
export const longestLine = 2000;

/** Nothing looks at more of a line than this: what is shown is far less, and a key is found by its beginning. */
export const mostOfLine = 16 * 1024;

const escape = '\u001B';
const bell = '\u0007';

/** Sequences that colour, move or set titles in a terminal (ECMA-48): OSC up to its end, CSI, and the short ones. */
const escapes = new RegExp(
  [
    `${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?`,
    `(?:${escape}\\[|\u009B)[0-?]*[ -/]*[@-~]`,
    `${escape}[ -/]*[0-~]`,
  ].join('|'),
  'g',
);

/** Control characters but the tab, and those that make text appear in another order or not at all. */
const unprintable = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/gu;

/**
 * The lines of a text. The runner ends a line at a carriage return too (.NET's ReadLine), so one inside a line would
 * let its rest begin a workflow command.
 */
export function splitLines(text: string): string[] {
  return text
    .replace(/(?:\r\n|[\n\r\v\f\u0085\u2028\u2029])$/, '')
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
}

/** A line without escape sequences and control characters. */
export function printable(line: string): string {
  return line.replaceAll(escapes, '').replaceAll('\t', '    ').replaceAll(unprintable, '');
}

/**
 * A line in which no workflow command can begin: the runner takes `::name::` at the start of a line, white space not
 * counted, and `##[name]` anywhere (ActionCommand.cs).
 */
export function withoutCommands(line: string): string {
  return line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: ');
}

/** A line that is not too long; what is missing is counted. @param missing characters that were cut off before. */
export function shortened(line: string, longest = longestLine, missing = 0): string {
  const left = Math.max(0, line.length - longest) + missing;
  return left === 0 ? line : `${line.slice(0, longest)}… (${left} more characters)`;
}

/** The part of a line that is looked at; what is missing is counted. */
export function cutLine(line: string): string {
  return shortened(line, mostOfLine);
}
