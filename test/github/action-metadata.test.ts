import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readActionMetadata } from './action-metadata.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'action-metadata-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string): ReturnType<typeof readActionMetadata> {
  writeFileSync(join(folder, 'action.yml'), text);
  return readActionMetadata(folder);
}

test('scalars stay as they are written, absent defaults are empty', () => {
  const { inputs, outputs, nodeMajor, main, post, postIf } = read(`
name: A
inputs:
  version: { default: 1.10 }
  flag: { default: true }
  none:
    description: nothing more
outputs: { healthy: { description: h } }
runs: { using: node24, main: dist/index.js, post: ../p.js, post-if: failure() }
`);
  expect([...inputs].map(([name, input]) => [name, input.default])).toEqual([
    ['version', '1.10'],
    ['flag', 'true'],
    ['none', ''],
  ]);
  expect({ outputs, nodeMajor, main, post, postIf }).toEqual({
    outputs: ['healthy'],
    nodeMajor: 24,
    main: join(folder, 'dist/index.js'),
    post: join(folder, '../p.js'),
    postIf: 'failure()',
  });
});

test('post is optional and its condition is always() by default', () => {
  expect(read('runs: { using: node24, main: a.js }')).toMatchObject({ postIf: 'always()' });
  expect(read('runs: { using: node24, main: a.js }').post).toBeUndefined();
});

test.each([
  ['a composite action', 'runs: { using: composite }', "runs.using is 'composite'"],
  ['no bundle', 'runs: { using: node24 }', 'runs.main is missing'],
  ['a pre step', 'runs: { using: node24, main: a.js, pre: a.js }', 'runs.pre'],
  ['another condition', 'runs: { using: node24, main: a.js, post-if: "env.X" }', "runs.post-if is 'env.X'"],
  [
    'an expression as default',
    'inputs: { t: { default: "${{ github.token }}" } }\nruns: { using: node24, main: a.js }',
    'inputs.t.default is an expression',
  ],
  ['inputs as a list', 'inputs: [a]\nruns: { using: node24, main: a.js }', 'inputs is not a mapping'],
])('refuses %s', (_what, text, words) => {
  expect(() => read(text)).toThrow(words);
});
