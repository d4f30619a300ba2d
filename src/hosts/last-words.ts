import { hideKeys } from '../key-blocks.ts';
import { isCrictlWarning } from './crictl-warning.ts';
import { printable } from './printable.ts';

/** Longest piece of a program's own words that a message quotes. */
const MOST_CHARACTERS = 800;
/** So much of the end of an output is looked at, and of each line. */
const MOST_OF_OUTPUT = 256 * 1024;
const MOST_OF_LINE = 16 * 1024;

/**
 * The last lines that a program wrote, as one line for a message: without control characters and private keys (known by their BEGIN
 * line), without crictl's warning of a missing configuration,
 * and not too long.
 */
export function lastWords(output: string, lines: number): string {
  const said = hideKeys(output.slice(-MOST_OF_OUTPUT))
    .split('\n')
    .map((line) => printable(line.slice(0, MOST_OF_LINE), Infinity))
    .filter((line) => line !== '' && !isCrictlWarning(line))
    .slice(-lines)
    .join(' / ');
  return said.length > MOST_CHARACTERS ? `… ${said.slice(-MOST_CHARACTERS)}` : said;
}
