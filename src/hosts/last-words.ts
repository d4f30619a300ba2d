import { printable } from './printable.ts';

/** Longest piece of a program's own words that a message quotes. */
const MOST_CHARACTERS = 800;

/** The last lines that a program wrote, as one line for a message: without control characters, and not too long. */
export function lastWords(output: string, lines: number): string {
  const said = output
    .split('\n')
    .map((line) => printable(line, Infinity))
    .filter((line) => line !== '')
    .slice(-lines)
    .join(' / ');
  return said.length > MOST_CHARACTERS ? `… ${said.slice(-MOST_CHARACTERS)}` : said;
}
