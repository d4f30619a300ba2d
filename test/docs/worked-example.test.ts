import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { read, ROOT } from './repository.ts';

/** A block of code in the page, with the file in the line before it. */
interface Block {
  readonly file: string;
  readonly language: string;
  readonly text: string;
}

/** A second block after a file's name belongs to the same file. */
function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let file = '';
  for (const [, name, language = '', text = ''] of page.matchAll(
    /^`([\w./-]+)`$|^```(\w+)\n([^]*?)^```$/gm,
  )) {
    if (name !== undefined) file = name;
    else blocks.push({ file, language, text });
  }
  return blocks;
}

/**
 * Applies a diff to a file.
 * @throws Error if its old lines do not occur exactly once.
 */
function patched(content: string, diff: string): string {
  const lines = diff.trimEnd().split('\n');
  const without = (mark: string): string =>
    lines
      .filter((line) => !line.startsWith(mark))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const pieces = content.split(without('+'));
  if (pieces.length !== 2)
    throw new Error(`these lines stand there ${pieces.length - 1} times:\n${without('+')}`);
  return pieces.join(without('-'));
}

// Instructions become outdated unnoticed; this test follows them.
const blocks = blocksOf(read('docs/adding-an-operation.md'));
const files = [...new Set(blocks.map(({ file }) => file))];
let copy: string;

/** The sources with all additions of the page. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'worked-example-'));
  for (const name of [
    'src',
    'scripts',
    'test',
    'package.json',
    'tsconfig.json',
    'jest.config.ts',
    'eslint.config.js',
    '.prettierrc.json',
  ])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const { file, language, text } of blocks) {
    const path = join(copy, file);
    if (language === 'ts') expect(existsSync(path)).toBe(false);
    writeFileSync(path, language === 'diff' ? patched(readFileSync(path, 'utf8'), text) : text);
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Runs a tool of the project in the copy; returns its output if it fails. */
function complaints(tool: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', join(ROOT, 'node_modules', tool), ...words],
    { cwd: copy, encoding: 'utf8' },
  );
  return status === 0 ? '' : stdout + stderr;
}

test('the page shows six files', () => {
  expect(files).toHaveLength(6);
});

test('what the page adds is formatted', () => {
  expect(complaints('prettier/bin/prettier.cjs', '--check', ...files)).toBe('');
});

test('the sources compile with it', () => {
  expect(complaints('typescript/bin/tsc', '--noEmit', '-p', 'src')).toBe('');
}, 120_000);

test('its tests pass', () => {
  const [path = ''] = files.filter((file) => file.startsWith('test/'));
  expect(complaints('jest/bin/jest.js', '--selectProjects', 'unit', '--runTestsByPath', path)).toBe('');
}, 120_000);
