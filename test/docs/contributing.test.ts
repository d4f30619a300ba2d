import { expect, test } from '@jest/globals';
import { npmVerbs } from './markdown.ts';
import { filesBelow, read } from './repository.ts';

test('CONTRIBUTING.md lists every npm verb, once each', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const rows = read('CONTRIBUTING.md').match(/^\| `npm .*$/gm) ?? [];
  expect(rows.flatMap((row) => npmVerbs(row.split('|')[1] ?? '')).toSorted()).toEqual(
    Object.keys(scripts).toSorted(),
  );
});

test('CONTRIBUTING.md tells of every workflow', () => {
  const named = [...read('CONTRIBUTING.md').matchAll(/^\| `(\.github\/workflows\/[\w-]+\.yml)`/gm)];
  expect(named.map(([, name]) => name).toSorted()).toEqual(filesBelow('.github/workflows', '.yml'));
});
