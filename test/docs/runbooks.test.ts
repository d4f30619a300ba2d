import { expect, test } from '@jest/globals';
import { CHECK_TITLES } from '../../src/checks/check.ts';
import { VERDICTS } from '../../src/operations/deploy/verdicts.ts';
import { STEPS } from '../../src/steps/index.ts';
import { headings } from './markdown.ts';
import { read } from './repository.ts';

const CONVERGE_STAGES = [
  'src/operations/deploy/converge-stages.ts',
  'src/operations/deploy/restart-stages.ts',
];

test('deploy.md has a chapter for every verdict, and for the refusal', () => {
  expect(headings(read('docs/deploy.md'))).toEqual(
    expect.arrayContaining([...Object.keys(VERDICTS), 'refuse'].map((verdict) => `\`${verdict}\``)),
  );
});

test('deploy.md names every stage of a converge in the order of the code', () => {
  const titles = [
    ...CONVERGE_STAGES.map(read)
      .join('\n')
      .matchAll(/title(?::| =) ['`](.*?)['`]/g),
  ].map(([, title = '']) => title.replace('${host}', 'HOST'));
  expect(titles.length).toBeGreaterThan(8);
  const text = read('docs/deploy.md').replaceAll(/\s+/g, ' ');
  expect(titles.filter((title) => !text.includes(`_${title}_`))).toEqual([]);
});

test('every check has its row in health.md or preflight.md', () => {
  const rows = `${read('docs/health.md')}\n${read('docs/preflight.md')}`
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1] ?? '');
  const names = Object.keys(CHECK_TITLES);
  expect(names.length).toBeGreaterThan(40);
  expect(names.filter((name) => !rows.some((row) => row.includes(`\`${name}\``)))).toEqual([]);
});

test('every check that preflight makes has its row in preflight.md', () => {
  const source = read('src/operations/preflight/checks.ts');
  const files = ['src/operations/preflight/checks.ts'];
  files.push(
    ...[...source.matchAll(/checks\/(machine|network|places|releases|disk|clock)\.ts/g)].map(
      ([, name = '']) => `src/checks/${name}.ts`,
    ),
  );
  const names = new Set(
    [
      ...files
        .map(read)
        .join('\n')
        .matchAll(/checkOf\('([a-z-]+)'/g),
    ].map(([, name = '']) => name),
  );
  expect(names.size).toBeGreaterThan(17);
  const table = read('docs/preflight.md');
  expect([...names].filter((name) => !table.includes(`| \`${name}\``))).toEqual([]);
});

test('every step that costs a member is described in deploy.md by its title', () => {
  const text = read('docs/deploy.md').toLowerCase();
  for (const kind of ['move-leadership', 'restart-member'] as const) {
    expect(text).toContain(`**${STEPS[kind].title}.**`);
  }
});

test('every promise names a test that holds the action to it', () => {
  const promises = read('docs/promises.md').split(/^- /m).slice(1);
  expect(promises.length).toBeGreaterThan(10);
  expect(promises.filter((promise) => !/`test\/[\w/-]+\.test\.ts`/.test(promise))).toEqual([]);
});

test('the number of kinds of steps is reported', () => {
  const kinds = Object.keys(STEPS);
  const numbers = [
    'ten',
    'eleven',
    'twelve',
    'thirteen',
    'fourteen',
    'fifteen',
    'sixteen',
    'seventeen',
    'eighteen',
    'nineteen',
    'twenty',
    'twenty-one',
    'twenty-two',
    'twenty-three',
    'twenty-four',
    'twenty-five',
  ];
  expect(read('docs/promises.md')).toContain(`there are ${numbers[kinds.length - 10] ?? ''}.`);
});
