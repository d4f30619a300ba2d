import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../docs/repository.ts';

let folder: string;

/** A repository in which stand-ins for the tools record the files that they are to check. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pre-commit-'));
  git('init', '--quiet');
  git('config', 'core.hooksPath', join(ROOT, '.githooks'));
  pretend('prettier', 0);
  pretend('eslint', 0);
});

afterEach(() => rmSync(folder, { recursive: true }));

function git(...words: string[]): void {
  execFileSync('git', words, { cwd: folder });
}

function pretend(tool: string, status: number): void {
  const file = join(folder, 'node_modules/.bin', tool);
  mkdirSync(dirname(file), { recursive: true });
  const log = join(folder, `node_modules/${tool}`);
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' "$@" > '${log}'\nexit ${status}\n`, { mode: 0o755 });
}

function lookedAt(tool: string): string[] {
  const log = join(folder, 'node_modules', tool);
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((word) => word !== '' && !word.startsWith('--'));
}

function commit(...files: string[]): number | null {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
  git('add', '--', ...files);
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  return spawnSync('git', [...who, 'commit', '--quiet', '--message=all'], { cwd: folder }).status;
}

test('the files of the commit are checked, and no others', () => {
  writeFileSync(join(folder, 'other.ts'), 'not added');
  expect(commit('README.md', 'src/main.ts', 'dist/index.js')).toBe(0);
  expect(lookedAt('prettier')).toEqual(['README.md', 'dist/index.js', 'src/main.ts']);
  expect(lookedAt('eslint')).toEqual(['src/main.ts']);
});

test.each(['prettier', 'eslint'])('what %s does not like is not committed', (tool) => {
  pretend(tool, 1);
  expect(commit('src/main.ts')).toBe(1);
});

test('without sources there is no lint', () => {
  expect(commit('README.md')).toBe(0);
  expect(lookedAt('eslint')).toEqual([]);
});
