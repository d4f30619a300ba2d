import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the answer of a real host to a probe. */
export function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, 'recorded', `${name}.txt`), 'utf8');
}

/** Returns an answer with other text in some sections, which it need not have had; undefined: without that section. */
export function withSections(answer: string, changes: Readonly<Record<string, string | undefined>>): string {
  const separator = `\n${answer.slice(0, answer.indexOf('\n'))} `;
  const [start = '', ...parts] = answer.split(separator);
  const kept = parts.filter((part) => !Object.hasOwn(changes, part.slice(0, part.indexOf('\n'))));
  const added = Object.entries(changes).flatMap(([name, text]) =>
    text === undefined ? [] : [`${name}\n${text}`],
  );
  return [start, ...added, ...kept].join(separator);
}

/** Returns the text of a section; empty if there is none. */
export function sectionOf(answer: string, name: string): string {
  const separator = `\n${answer.slice(0, answer.indexOf('\n'))} `;
  const part = answer.split(separator).find((one) => one.startsWith(`${name}\n`));
  return part === undefined ? '' : part.slice(name.length + 1);
}
