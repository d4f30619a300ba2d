import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { removeOwnFolders } from '../../src/runner/private-folder.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'own-folders-'));
  for (const name of ['left-1', 'left-2', 'other']) mkdirSync(join(base, name, 'inner'), { recursive: true });
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(base, { recursive: true });
});

test('folders of that prefix go, with all that is in them; files, links and others stay', async () => {
  writeFileSync(join(base, 'left-file'), '');
  symlinkSync(join(base, 'other'), join(base, 'left-link'));
  await removeOwnFolders(base, 'left-');
  expect(readdirSync(base).toSorted()).toEqual(['left-file', 'left-link', 'other']);
  expect(readdirSync(join(base, 'other'))).toEqual(['inner']);
});

test('folders of another user stay', async () => {
  const uid = process.getuid?.() ?? 0;
  jest.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(uid + 1);
  await removeOwnFolders(base, 'left-');
  expect(readdirSync(base)).toHaveLength(3);
});

test('a place that is not there is no failure', async () => {
  await expect(removeOwnFolders(join(base, 'missing'), 'left-')).resolves.toBeUndefined();
});
