import type { Finding } from '../findings.ts';
import { definitionOf, inputNames, type RawInputs } from '../inputs/table.ts';

/**
 * Warnings of secrets that are too short to be hidden, without the secrets themselves.
 * @param shortest characters that a secret needs to be hidden.
 */
export function shortSecrets(raw: RawInputs, shortest: number): Finding[] {
  return inputNames
    .filter((name) => definitionOf(name).secret === true)
    .filter((name) => {
      const { length } = (raw[name] ?? '').trim();
      return length > 0 && length < shortest;
    })
    .map((at) => ({
      at,
      fact: `the secret has fewer than ${shortest} characters and is not hidden in the log.`,
      cause: 'a text so short is met in ordinary words, which would be hidden with it.',
      fix: 'choose a longer secret.',
    }));
}
