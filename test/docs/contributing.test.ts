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

test('CONTRIBUTING.md lists every workflow', () => {
  const named = [...read('CONTRIBUTING.md').matchAll(/^\| `(\.github\/workflows\/[\w-]+\.yml)`/gm)];
  expect(named.map(([, name]) => name).toSorted()).toEqual(filesBelow('.github/workflows', '.yml'));
});

test('CONTRIBUTING.md gives a reason for every package, and for no other', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies' | 'optionalDependencies',
    Record<string, string>
  >;
  const chapter = read('CONTRIBUTING.md').split('### Dependencies')[1]?.split('### Releases')[0] ?? '';
  const rows = chapter.match(/^\| `.*$/gm) ?? [];
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
  expect(named.toSorted()).toEqual(Object.keys(all).toSorted());
});
