import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './repository.ts';
import { copyWithExample, exampleFiles } from './worked-example.ts';

// Pages about how things are done go out of date unseen; this one is done. test/e2e/converge.test.ts runs it on real hosts.
let copy: string;
beforeAll(() => {
  copy = copyWithExample();
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Runs a program of the project in the copy. @returns its output if it fails. */
function complaints(tool: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', join(ROOT, 'node_modules', tool), ...words],
    { cwd: copy, encoding: 'utf8' },
  );
  return status === 0 ? '' : stdout + stderr;
}

test('the page adds a folder and a line to the sources, and a test', () => {
  expect(exampleFiles).toEqual([
    'src/operations/step-down/plan.ts',
    'src/operations/step-down/step-down.ts',
    'src/operations/index.ts',
    'test/operations/step-down/plan.test.ts',
  ]);
});

test('what the page adds is formatted', () => {
  expect(complaints('prettier/bin/prettier.cjs', '--check', ...exampleFiles)).toBe('');
});

test('the sources compile with it', () => {
  expect(complaints('typescript/bin/tsc', '--noEmit', '-p', 'src')).toBe('');
}, 120_000);

test('its tests pass', () => {
  const [path = ''] = exampleFiles.filter((file) => file.startsWith('test/'));
  expect(complaints('jest/bin/jest.js', '--selectProjects', 'unit', '--runTestsByPath', path)).toBe('');
}, 120_000);
