import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { howItWorks, SCHEMES } from '../../scripts/how-it-works.ts';
import type { RowResult } from '../../scripts/fleet/report.ts';
import { readmeWithTables } from '../../scripts/readme-tables.ts';
import { anchorOf, headings, localLinks, npmVerbs, repositoryPaths } from './markdown.ts';
import { exists, filesBelow, read, ROOT } from './repository.ts';

const ACTION = `
inputs:
  # The way
  port:
    description: >-
      A port:
      one | two.
    default: 2379
  # The rest
  key:
    description: Secret.
    required: true
  name: { description: Optional. }
outputs:
  id: { description: An id. }
`;

describe('tables', () => {
  test('of inputs and outputs take the place of what stood between the markers', () => {
    const readme =
      '# A\n<!-- inputs -->old<!-- /inputs -->\nB\n<!-- outputs -->\n<!-- /outputs -->\nC\n<!-- hosts --><!-- /hosts -->\n';
    expect(readmeWithTables(readme, ACTION, [])).toBe(
      [
        '# A',
        '<!-- inputs -->',
        '',
        '<details>',
        '<summary><b>The way</b>: <code>port</code></summary>',
        '',
        '<!-- prettier-ignore -->',
        '| Input | Default | What it is |',
        '| --- | --- | --- |',
        '| `port` | `2379` | A port: one \\| two. |',
        '',
        '</details>',
        '',
        '<details>',
        '<summary><b>The rest</b>: <code>key</code>, <code>name</code></summary>',
        '',
        '<!-- prettier-ignore -->',
        '| Input | Default | What it is |',
        '| --- | --- | --- |',
        '| `key` | **required** | Secret. |',
        '| `name` | | Optional. |',
        '',
        '</details>',
        '',
        '<!-- /inputs -->',
        'B',
        '<!-- outputs -->',
        '',
        '<!-- prettier-ignore -->',
        '| Output | What it is |',
        '| --- | --- |',
        '| `id` | An id. |',
        '',
        '<!-- /outputs -->',
        'C',
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

  test('need their markers', () => {
    expect(() => readmeWithTables('<!-- inputs --><!-- /inputs -->', ACTION, [])).toThrow('<!-- outputs -->');
  });

  test('need a group for each input', () => {
    const without = ACTION.replace('  # The way\n', '');
    expect(() => readmeWithTables('', without, [])).toThrow('an input before the first group');
  });

  test("of README.md are action.yml's (`npm run docs` makes them anew)", () => {
    const readme = read('README.md');
    expect(readme).toBe(
      readmeWithTables(readme, read('action.yml'), JSON.parse(read('lab/fleet.json')) as RowResult[]),
    );
  });
});

test('what is looked for in a text is found, and nothing else', () => {
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
      // a file that the page itself shows how to add
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
