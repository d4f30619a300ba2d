import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { madeFiles, PROBE } from '../../scripts/made-files.ts';
import { OPERATIONS } from '../../src/operations/index.ts';
import { exists, read, ROOT } from './repository.ts';

const made = madeFiles(read);

describe('what `npm run docs` makes is fresh', () => {
  test.each([...made])('%s', (path, text) => {
    expect(read(path)).toBe(text);
  });

  test('the probe can be run', () => {
    expect(statSync(join(ROOT, PROBE)).mode & 0o777).toBe(0o755);
  });
});

test('it makes action.yml, a sub-action for each operation and no other, and the tables of the docs', () => {
  const subActions = readdirSync(ROOT).filter((name) => exists(`${name}/action.yml`));
  expect(subActions).toEqual(OPERATIONS.map(({ name }) => name).toSorted());
  const actions = ['action.yml', ...subActions.map((name) => `${name}/action.yml`)];
  const pages = ['README.md', 'docs/inputs.md', 'docs/outputs.md', 'docs/supported-versions.md'];
  expect([...made.keys()]).toEqual(expect.arrayContaining([...actions, ...pages]));
});
