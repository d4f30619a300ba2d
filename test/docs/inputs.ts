import { generateKeyPairSync } from 'node:crypto';
import { parse } from 'yaml';
import { definitionOf, inputNames, type RawInputs } from '../../src/settings/input-definitions.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { given, run } from '../settings/given.ts';
import { codeBlocks } from './markdown.ts';
import { read } from './repository.ts';

/** A piece of a workflow step that is made of inputs alone, as documentation shows it. */
export interface InputExample {
  /** The heading that it stands under. */
  readonly heading: string;
  readonly inputs: RawInputs;
}

/** The examples of a documentation file: its blocks of YAML whose keys are names of inputs. */
export function inputExamples(path: string): InputExample[] {
  return read(path)
    .split(/^(?=#)/m)
    .flatMap((section) => {
      const heading = /^#+ (.*)$/m.exec(section)?.[1] ?? '';
      return codeBlocks(section, 'yaml').map((block) => ({
        heading,
        inputs: Object.fromEntries(
          Object.entries(parse(block) as Record<string, unknown>).map(([name, value]) => [
            name,
            String(value),
          ]),
        ),
      }));
    });
}

/**
 * What an example becomes, the least that a user gives around it.
 * @param secrets what stands for `${{ secrets.NAME }}`, by name; any other secret is a fresh SSH key.
 * @throws Refusal when the action would refuse it; Error when it gives a secret in the open.
 */
export function settingsOfExample(
  { inputs }: InputExample,
  secrets: Readonly<Record<string, string>> = {},
): Settings {
  for (const name of inputNames) {
    const value = inputs[name];
    if (
      definitionOf(name).secret === true &&
      value !== undefined &&
      !/^\$\{\{ secrets\.\w+ \}\}$/.test(value)
    )
      throw new Error(`${name} is not passed from a secret`);
  }
  const filled = Object.entries(inputs).map(([name, value]) => [
    name,
    value.replaceAll(/\$\{\{ secrets\.(\w+) \}\}/g, (_, secret: string) => secrets[secret] ?? freshKey()),
  ]);
  return parseSettings({ ...given, ...(Object.fromEntries(filled) as RawInputs) }, run);
}

function freshKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
