import { basename } from 'node:path';
import { expect, test } from '@jest/globals';
import { STEPS } from '../../src/steps/index.ts';
import { exists, filesBelow, read } from '../docs/repository.ts';

const SOURCES = filesBelow('src', '.ts').map((path) => ({ path, text: read(path) }));

test('each kind of step is in the file that is called like it', () => {
  const missing = Object.keys(STEPS).filter((kind) => !exists(`src/steps/${kind}.ts`));
  expect(missing).toEqual([]);
});

// The titles in the timeline show the progress of a host.
test('no two kinds have the same title', () => {
  const titles = Object.values(STEPS).map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});

// these two pick out the steps of one kind, and treat no two kinds differently
const PICKING = [
  'src/engine/audit.ts',
  'src/operations/deploy/deploy.ts',
  // a restore is the plan of a new cluster with steps inserted
  'src/operations/restore/empty-hosts.ts',
];

test('nothing tells kinds apart: what differs from kind to kind is asked of the kind', () => {
  const kinds = Object.keys(STEPS).join('|');
  const choosing = new RegExp(`switch \\((?:step\\.)?kind\\)|case '(?:${kinds})'`);
  expect(SOURCES.filter(({ text }) => choosing.test(text)).map(({ path }) => path)).toEqual([]);
  const comparing = new RegExp(`[!=]== '(?:${kinds})'`);
  expect(SOURCES.filter(({ text }) => comparing.test(text)).map(({ path }) => path)).toEqual(PICKING);
});

test('nothing outside of src/steps uses the value of one kind', () => {
  const values = SOURCES.filter(({ path }) => !path.startsWith('src/steps/')).filter(({ text }) =>
    [...text.matchAll(/^import (?!type )[^;]*from '[./]*steps\/([\w-]+)\.ts'/gm)].some(
      ([, file = '']) => file in STEPS,
    ),
  );
  expect(values.map(({ path }) => basename(path))).toEqual([]);
});

// Deciding code does no input or output, while a kind's value can do both.
test('what decides takes types alone from src/steps', () => {
  const values = SOURCES.filter(({ path }) => path.startsWith('src/operations/')).filter(({ text }) =>
    /^import (?!type )[^;]*from '[./]*\/steps\/[\w-]+\.ts'/m.test(text),
  );
  expect(values.map(({ path }) => path)).toEqual([]);
});
