import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { licencesText, packageFolders, packageIn } from '../../scripts/licences.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'licences-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function makePackage(name: string, fields: object, files: Readonly<Record<string, string>> = {}): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...fields }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text);
  return place;
}

test('the packages of modules are found, in joined ones and one inside the other too', () => {
  const at = (path: string): string => `/checkout/${path}`;
  expect(
    packageFolders([
      {
        nameForCondition: at('src/main.ts'),
        modules: [{ nameForCondition: at('node_modules/@a/b/lib/x.js') }],
      },
      { nameForCondition: at('node_modules/c/node_modules/d/index.js') },
      { nameForCondition: at('node_modules/c/dist/index.js') },
      { nameForCondition: null },
      {},
    ]),
  ).toEqual([at('node_modules/@a/b'), at('node_modules/c'), at('node_modules/c/node_modules/d')]);
});

test('packages under the same words stand together, each once', () => {
  const same = { licence: 'MIT', version: '1.0.0', text: 'Do as\r\nyou like.' };
  const text = licencesText([
    { ...same, name: 'a' },
    { name: 'b', version: '2.0.0', licence: 'ISC', text: 'Otherwise.' },
    { ...same, name: 'c' },
    { ...same, name: 'a' },
  ]);
  expect(text.split(/\n-+\n/).slice(1)).toEqual([
    '\na 1.0.0 (MIT)\nc 1.0.0 (MIT)\n\nDo as\nyou like.\n',
    '\nb 2.0.0 (ISC)\n\nOtherwise.\n',
  ]);
});

test('the text is that of the package, or what it states', () => {
  expect(packageIn(makePackage('a', { license: 'MIT' }, { 'LICENSE.md': ' words\n' }))).toEqual({
    name: 'a',
    version: '1.0.0',
    licence: 'MIT',
    text: 'words',
  });
  const stated = makePackage('b', { licenses: [{ type: 'ISC' }], author: { name: 'Somebody' } });
  expect(packageIn(stated).text).toBe('ISC, Somebody. The package has no text of its licence.');
  expect(packageIn(makePackage('c', { license: '(GPL-3.0 OR MIT)' })).licence).toBe('(GPL-3.0 OR MIT)');
});

test.each([
  ['no licence', {}, 'not stated'],
  ['one that asks for more', { license: 'GPL-3.0' }, 'GPL-3.0'],
  ['such a one besides', { license: '(MIT AND GPL-3.0)' }, '(MIT AND GPL-3.0)'],
])('a package with %s is not bundled', (_, fields, said) => {
  expect(() => packageIn(makePackage('a', fields))).toThrow(
    `a 1.0.0 would be bundled, and its licence is ${said}`,
  );
});
