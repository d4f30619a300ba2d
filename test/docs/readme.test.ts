import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { howItWorks, SCHEMES } from '../../scripts/how-it-works.ts';
import {
  inputsPageWithTables,
  outputsPageWithTable,
  readmeWithTable,
  versionsPageWithTable,
} from '../../scripts/markdown-tables.ts';
import type { InputSection } from '../../src/inputs/table/input.ts';
import { anchorOf, headings, localLinks, npmVerbs, repositoryPaths } from './markdown.ts';
import { exists, filesBelow, read, ROOT } from './repository.ts';

const SECTIONS: readonly InputSection[] = [
  {
    title: 'The way',
    inputs: {
      port: {
        description: 'A port: one | two.',
        default: '2379',
        common: true,
      },
    },
  },
  {
    title: 'The rest',
    inputs: {
      key: { description: 'Secret.', required: true },
      name: { description: 'Optional.', common: true },
    },
  },
];

const USED = new Map<string, readonly string[]>([
  ['port', ['deploy', 'health']],
  ['name', ['health']],
]);
const used = (input: string): readonly string[] | 'all' => USED.get(input) ?? 'all';

const OUTPUTS = { id: { description: 'An id.' }, place: { description: 'A place: one | two.' } };

describe('tables', () => {
  test('of common inputs take the place of what stood between the markers', () => {
    expect(readmeWithTable('# A\n<!-- inputs -->old<!-- /inputs -->\nB\n', SECTIONS)).toBe(
      [
        '# A',
        '<!-- inputs -->',
        '',
        '<!-- prettier-ignore -->',
        '| Input | Default | What it is |',
        '| --- | --- | --- |',
        '| `port` | `2379` | A port: one \\| two. |',
        '| `name` | | Optional. |',
        '',
        '<!-- /inputs -->',
        'B',
        '',
      ].join('\n'),
    );
  });

  test('of outputs have a row for each', () => {
    expect(outputsPageWithTable('# A\n<!-- outputs -->\n<!-- /outputs -->\nB\n', OUTPUTS)).toBe(
      [
        '# A',
        '<!-- outputs -->',
        '',
        '<!-- prettier-ignore -->',
        '| Output | What it is |',
        '| --- | --- |',
        '| `id` | An id. |',
        '| `place` | A place: one \\| two. |',
        '',
        '<!-- /outputs -->',
        'B',
        '',
      ].join('\n'),
    );
  });

  test('of tested hosts have their columns, also without a row', () => {
    expect(versionsPageWithTable('# A\n<!-- hosts --><!-- /hosts -->\n', [])).toBe(
      [
        '# A',
        '<!-- hosts -->',
        '',
        '<!-- prettier-ignore -->',
        '| Hosts | Kubernetes | etcd | Programs | Run on |',
        '| --- | --- | --- | --- | --- |',
        '',
        '<!-- /hosts -->',
        '',
      ].join('\n'),
    );
  });

  test('of all inputs have a heading for each section, and say which operations use what', () => {
    expect(inputsPageWithTables('# A\n<!-- inputs -->old<!-- /inputs -->\nB\n', SECTIONS, used)).toBe(
      [
        '# A',
        '<!-- inputs -->',
        '',
        '## The way',
        '',
        '<!-- prettier-ignore -->',
        '| Input | Default | Used by | What it is |',
        '| --- | --- | --- | --- |',
        '| `port` | `2379` | `deploy`, `health` | A port: one \\| two. |',
        '',
        '## The rest',
        '',
        '<!-- prettier-ignore -->',
        '| Input | Default | Used by | What it is |',
        '| --- | --- | --- | --- |',
        '| `key` | **required** | all | Secret. |',
        '| `name` | | `health` | Optional. |',
        '',
        '<!-- /inputs -->',
        'B',
        '',
      ].join('\n'),
    );
  });

  test('need their markers', () => {
    expect(() => readmeWithTable('# A\n', SECTIONS)).toThrow('<!-- inputs -->');
    expect(() => outputsPageWithTable('# A\n', OUTPUTS)).toThrow('<!-- outputs -->');
    expect(() => versionsPageWithTable('# A\n', [])).toThrow('<!-- hosts -->');
    expect(() => inputsPageWithTables('# A\n', SECTIONS, used)).toThrow('<!-- inputs -->');
  });
});

test('the search finds its words in a text, and nothing else', () => {
  const text =
    'Run `npm run lab -- up` and npm test, not `npm ci`. See `src/main.ts`, `docs/` and `/etc/kubernetes/pki`, ' +
    '[there](docs/X.md#a-b), [here](#c), [out](https://example.org/docs/y), <img src="a.svg">.\n\n## A, `b`: c\n```sh\n# no heading\n```\n';
  expect(npmVerbs(text)).toEqual(['lab', 'test']);
  expect(repositoryPaths(text)).toEqual(['src/main.ts', 'docs']);
  expect(localLinks(text)).toEqual([
    { path: 'docs/X.md', anchor: 'a-b' },
    { path: '', anchor: 'c' },
    { path: 'a.svg', anchor: '' },
  ]);
  expect(headings(text).map(anchorOf)).toEqual(['a-b-c']);
});

describe('pictures', () => {
  test.each(SCHEMES)('how it works, %s, is as the script draws it (`npm run docs`)', (scheme) => {
    expect(read(`docs/images/how-it-works-${scheme}.svg`)).toBe(howItWorks(scheme));
  });

  test('are small', () => {
    const sizes = filesBelow('docs/images', '').map(
      (file) => [file, statSync(join(ROOT, file)).size] as const,
    );
    expect(sizes.filter(([, size]) => size > 150_000)).toEqual([]);
  });
});

test('README.md is short', () => {
  expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(20_000);
});

test('README.md links to every page of the docs', () => {
  const linked = localLinks(read('README.md')).map(({ path }) => path);
  const pages = filesBelow('docs', '.md').filter((path) => !/decisions|adding-an-operation/.test(path));
  expect(pages.filter((path) => !linked.includes(path))).toEqual([]);
});

test('README.md lists every workflow to paste', () => {
  const listed = [...read('README.md').matchAll(/^\| \[`(workflows-examples\/[\w-]+\.yml)`\]/gm)];
  expect(listed.map(([, file]) => file).toSorted()).toEqual(filesBelow('workflows-examples', '.yml'));
});

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

describe.each(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')])(
  '%s',
  (file) => {
    const text = read(file);

    test('names only npm verbs that package.json has', () => {
      expect(npmVerbs(text).filter((verb) => scripts[verb] === undefined)).toEqual([]);
    });

    test('names only paths that the repository has', () => {
      // The page itself shows how to add this file.
      const others = text.replaceAll(/^`[\w./-]+`\n\n```ts$/gm, '');
      expect(repositoryPaths(others).filter((path) => !exists(path))).toEqual([]);
    });

    test('links only to files and headings that are there', () => {
      const dead = localLinks(text).filter(({ path, anchor }) => {
        const target = path === '' ? file : join(dirname(file), path);
        if (!exists(target)) return true;
        return anchor !== '' && !headings(read(target)).map(anchorOf).includes(anchor);
      });
      expect(dead).toEqual([]);
    });
  },
);
