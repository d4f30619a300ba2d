import { expect, test } from '@jest/globals';
import { TRANSPORTS, type Settings } from '../../src/settings/settings.ts';
import { settingsOfExample } from './inputs.ts';
import { read } from './repository.ts';

const FILE = 'docs/transports.md';
const example = (heading: string): Settings => settingsOfExample(FILE, heading);
const transports = (heading: string): string[] => example(heading).hosts.map(({ transport }) => transport);

test('the table has each transport', () => {
  const named = [...read(FILE).matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  expect(named).toEqual([...TRANSPORTS]);
});

test.each(['The runner is a member', 'In an inventory'])('%s: it alone is not logged in to', (heading) => {
  expect(transports(heading)).toEqual(['local', 'ssh2', 'ssh2']);
});

test('one host alone: nothing of SSH, whatever else is given', () => {
  expect(example('One host alone')).not.toHaveProperty('ssh');
});
