import { hideKeys } from '../key-blocks.ts';

/** So much of a text is looked at. */
const MOST_CHARACTERS = 64 * 1024;

/** Text from elsewhere, fit for a message: one line, no control characters, no private key, at most `limit` characters. */
export function printable(text: string, limit = 300): string {
  const line = hideKeys(text.slice(0, MOST_CHARACTERS))
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}

/** A duration as messages say it, e.g. `1.5 s` or `20 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}
