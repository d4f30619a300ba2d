import { createHash } from 'node:crypto';
import { definitionOf, inputNames, type InputName } from '../inputs/table.ts';

/**
 * Gives the digest of everything that was asked for, apart from secrets: SHA-256, in hex, of one JSON object with the
 * names in alphabetical order and no white space.
 * @param inputs all of them, with their defaults.
 */
export function digestOfInputs(inputs: Readonly<Record<InputName, string>>): string {
  const open = inputNames
    .filter((name) => definitionOf(name).secret !== true)
    .sort()
    .map((name) => [name, inputs[name]] as const);
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(open)))
    .digest('hex');
}
