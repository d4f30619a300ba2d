import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { read, ROOT } from './docs/repository.ts';

// A gate of `npm test` compares dist/ with the sources; these tests check its contents.
const FILES = readdirSync(join(ROOT, 'dist'));
const SCRIPTS = FILES.filter((name) => name.endsWith('.js'));
const texts = new Map(SCRIPTS.map((name) => [name, read(join('dist', name))]));

const { dependencies, scripts } = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>;
  scripts: Record<string, string>;
};

test('it holds scripts and licences, and nothing that was compiled for a machine', () => {
  const others = FILES.filter((name) => !SCRIPTS.includes(name));
  expect(others.toSorted()).toEqual(['licenses.txt', 'package.json']);
});

test('it can be read: names and comments are those of the sources', () => {
  const all = [...texts.values()].join('\n');
  for (const own of [
    'function decideEstablished(',
    '/** Describes anything that was thrown to the user. */',
  ]) {
    expect(all.includes(own)).toBe(true);
  }
});

test('the licence of every package whose code is in it is in licenses.txt', () => {
  const inCode = [...texts.values()].flatMap((text) =>
    // ncc leaves the path of each joined module.
    [...text.matchAll(/\.\/node_modules\/((?:@[\w-]+\/)?[\w.-]+)/g)].map(([, name]) => name ?? ''),
  );
  const listed = new Set(
    [...read('dist/licenses.txt').matchAll(/^(\S+) \d\S* \(.+\)$/gm)].map(([, name]) => name),
  );
  const bundled = new Set([...inCode, ...Object.keys(dependencies)]);
  expect(bundled.size).toBeGreaterThan(50);
  expect([...bundled].filter((name) => !listed.has(name))).toEqual([]);
});

// With scripts ssh2 and another package compile add-ons, which would make dist/ differ between machines.
test('no install script runs, ours or of a package', () => {
  expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  expect(
    Object.keys(scripts).filter((name) => /^(?:pre|post)?(?:install|prepare|publish)/.test(name)),
  ).toEqual([]);
});

describe('the artifact client, the largest part', () => {
  const chunks = SCRIPTS.filter(
    (name) => texts.get(name)?.includes('./node_modules/@actions/artifact/') === true,
  );
  const size = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (texts.get(name)?.length ?? 0), 0);
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dist-'));
    cpSync(join(ROOT, 'dist'), folder, { recursive: true });
    for (const name of chunks) rmSync(join(folder, name));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (file: string): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, file)], {
      encoding: 'utf8',
      env: { RUNNER_TEMP: folder, GITHUB_WORKSPACE: folder },
    });
    return stdout + stderr;
  };

  test('is a part of its own', () => {
    expect(chunks).toHaveLength(1);
    expect(size(chunks)).toBe(Math.max(...SCRIPTS.map((name) => size([name]))));
    expect(size(chunks)).toBeGreaterThan(size(SCRIPTS) / 3);
  });

  test('is not missed by a run that uploads nothing', () => {
    expect(run('index.js')).toContain('The inputs cannot be used');
    expect(run('post.js')).toContain('was ended before it could report');
  });
});
