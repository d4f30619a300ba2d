import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { fileInputs, pathIn, type InputFiles } from '../../src/settings/input-file.ts';
import { inputNames } from '../../src/settings/input-definitions.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { given, run } from '../settings/given.ts';
import { codeBlocks } from './markdown.ts';
import { read } from './repository.ts';

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const text = read('docs/hosts.md');
const blocks = codeBlocks(text, 'yaml');
const [terraform = ''] = codeBlocks(text, 'json');

/** Files of the examples, by the path in their first line. */
const files = new Map(
  blocks.flatMap((block) => {
    const path = /^# (\S+\.ya?ml)\n/.exec(block)?.[1];
    return path === undefined ? [] : [[path, block] as const];
  }),
);

const steps = blocks
  .filter((block) => block.startsWith('- '))
  .flatMap((block) => parse(block) as Step[])
  .filter(({ uses }) => uses?.startsWith('org/etcd-ha-action') === true)
  .map(({ with: inputs = {} }) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        name,
        String(value).replace('${{ steps.terraform.outputs.hosts }}', terraform),
      ]),
    ),
  );

/** What an example means, beside the key and the host keys that they leave out. */
function settingsOf(inputs: Readonly<Record<string, string>>): Settings {
  const named: InputFiles = Object.fromEntries(
    fileInputs.flatMap((input) => {
      const path = pathIn(inputs[input] ?? '');
      return path === undefined ? [] : [[input, { path, text: files.get(path) ?? '' }] as const];
    }),
  );
  const { 'ssh-private-key': key = '', 'ssh-known-hosts': hosts = '' } = given;
  return parseSettings({ ...inputs, 'ssh-private-key': key, 'ssh-known-hosts': hosts }, run, named);
}

describe('the examples of docs/hosts.md', () => {
  test('are there, each with inputs that exist', () => {
    expect(steps.length).toBeGreaterThan(5);
    expect(files.size).toBeGreaterThan(0);
    for (const step of steps) {
      expect(inputNames.map(String)).toEqual(expect.arrayContaining(Object.keys(step)));
    }
  });

  test.each(steps)('%j', (inputs) => {
    expect(settingsOf(inputs).hosts.length).toBeGreaterThanOrEqual(3);
  });

  test('from Terraform: names, addresses, and where SSH is', () => {
    const step = steps.find(({ inventory }) => inventory === terraform) ?? {};
    expect(settingsOf(step).hosts[0]).toEqual({
      name: 'infra0',
      address: '10.0.0.6',
      login: { address: '203.0.113.6', port: 22, user: 'root' },
    });
  });
});
