import type { FindingCode } from '../finding-codes.ts';
import { entryAddress } from '../findings.ts';

/** Characters that mean something in HTML or anywhere in GitHub-flavoured Markdown, mentions and formulas included. */
const meaningful = /[&<>`*_~[\]#|\\@$]/g;

/** Characters with a meaning in one place only: lists, rulers, links that make themselves, `:emoji:`. */
const meaningfulHere = /^\s*[-+=]|:(?=\/\/|[a-z+-][a-z0-9_+-]*:)|(?<=\bwww)\.|(?<=^\s*\d+)[.)](?=\s|$)/g;

/** Text as it is, on one line: no part of it is taken for Markdown, HTML, a link or the end of a table's cell. */
export function text(value: string): string {
  const lines = value
    .replaceAll(meaningful, reference)
    .replaceAll(meaningfulHere, reference)
    .split(/[\r\n]+/);
  // Not by an expression with white space on both sides, which looks at a long run of it from each place.
  const last = lines.length - 1;
  return lines
    .map((line, index) => trimmed(line, index > 0, index < last))
    .filter((line, index) => line !== '' || index === 0 || index === last)
    .join('<br>');
}

function trimmed(line: string, atStart: boolean, atEnd: boolean): string {
  const rest = atStart ? line.trimStart() : line;
  return atEnd ? rest.trimEnd() : rest;
}

/** What has a meaning is the last of the characters: white space may stand before it. */
function reference(characters: string): string {
  const last = characters.length - 1;
  return `${characters.slice(0, last)}&#${characters.charCodeAt(last)};`;
}

/** Text in the typewriter face. */
export function code(value: string): string {
  return `<code>${text(value)}</code>`;
}

/** The code of a finding, as a link to its entry where the action is on a server. */
export function findingCode(name: FindingCode): string {
  const address = entryAddress(name);
  return address === undefined ? code(name) : `[${code(name)}](${address})`;
}

/** A table; the cells are Markdown already. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A code block; its fence is longer than any in the content. */
export function codeBlock(language: string, content: string): string {
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${content.trimEnd()}\n${fence}`;
}

/** A part that is folded away until a reader opens it. */
export function details(summary: string, content: string): string {
  return `<details>\n<summary>${text(summary)}</summary>\n\n${content}\n\n</details>`;
}

/** The runner drops a larger summary as a whole (AttachmentSizeLimit in actions/runner). */
export const summaryLimitBytes = 1024 * 1024;
