import { CHECK_TITLES, type Check, type CheckStatus } from '../../health/check.ts';
import { shortened } from '../log-line.ts';
import { code, text } from '../markdown.ts';

/** A status in a plain text. */
export const STATUS_WORDS: Readonly<Record<CheckStatus, string>> = {
  ok: 'OK',
  warn: 'WARN',
  fail: 'FAIL',
  unknown: 'UNKNOWN',
};

/** A status where pictures can be shown; always beside a word, for those who do not see the picture. */
export const STATUS_ICONS: Readonly<Record<CheckStatus, string>> = {
  ok: '✅',
  warn: '⚠️',
  fail: '❌',
  unknown: '❔',
};

/** In the place of a figure that could not be seen. */
export const missing = '–';

const longestText = 1000;

/** The title of a check with what of several it looked at: `Certificate on disk (/etc/…/server.crt)`. */
export function titleOf({ name, subject }: Check): string {
  return subject === null ? CHECK_TITLES[name] : `${CHECK_TITLES[name]} (${subject})`;
}

/** Bytes for people, in the units in which etcd's quota is set: `512 B`, `187 MiB`, `2.0 GiB`. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`;
}

/** A text on one line, cut to so many characters. */
export function oneLine(value: string, longest: number): string {
  const line = value.replaceAll(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

/** A sentence as Markdown: what it has between backticks, such as a command, in the typewriter face. */
export function sentence(value: string): string {
  return shortened(value, longestText)
    .split(/`([^`\n]+)`/)
    .map((part, index) => (index % 2 === 1 ? code(part) : part === '' ? '' : text(part)))
    .join('');
}
