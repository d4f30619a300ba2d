import { parse } from 'yaml';
import { definitionOf, inputNames } from '../../src/inputs/table/table.ts';
import type { Settings } from '../../src/inputs/settings.ts';
import { settingsOf } from '../inputs/given.ts';
import { codeBlocks } from './markdown.ts';
import { read } from './repository.ts';
import { filledIn } from './stored.ts';

/**
 * Returns the settings of the one example under a heading of a documentation file, with the minimum of other inputs. An
 * example is a block of YAML whose keys are names of inputs.
 * @throws RunError if the action would refuse it; Error if it contains a secret in plain text, or there is not exactly
 *   one example.
 */
export function settingsOfExample(path: string, heading: string): Settings {
  const sections = read(path)
    .split(/^(?=#)/m)
    .filter((section) => /^#+ (.*)$/m.exec(section)?.[1] === heading);
  const [block, ...others] = sections.flatMap((section) => codeBlocks(section, 'yaml'));
  if (block === undefined || others.length > 0) throw new Error(`no one example under ${heading} in ${path}`);
  const inputs = parse(block) as Record<string, unknown>;
  for (const name of inputNames.filter((one) => definitionOf(one).secret === true && one in inputs)) {
    if (!/^\$\{\{ secrets\.\w+ \}\}$/.test(String(inputs[name])))
      throw new Error(`${name} is not passed from a secret`);
  }
  return settingsOf(filledIn(inputs));
}
