import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { neededPrograms } from '../../scripts/needed-programs.ts';
import { type JestReport, skippedIn } from '../../scripts/skipped-tests.ts';
import { filesBelow, read, ROOT } from '../docs/repository.ts';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-skipped-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns jest's report of these files without an etcd, which this machine may have. */
function reportWithout(mandatory: string): JestReport & { readonly success: boolean } {
  const results = join(folder, `results-${mandatory}.json`);
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const options = ['--selectProjects', 'real-etcd', '--json', `--outputFile=${results}`];
  spawnSync(process.execPath, [...flags, join(ROOT, 'node_modules/jest/bin/jest.js'), ...options], {
    cwd: ROOT,
    env: { ...process.env, ETCD_BIN: '', LAB_MANDATORY: mandatory },
    stdio: 'ignore',
  });
  return JSON.parse(readFileSync(results, 'utf8')) as JestReport & { success: boolean };
}

test('a suite that lacks what it needs is skipped with its reason, and fails nothing', () => {
  const report = reportWithout('0');
  expect(report.success).toBe(true);
  const skipped = skippedIn(report, ROOT);
  expect(skipped).toEqual([
    {
      file: 'test/etcd/real-etcd.test.ts',
      count: expect.any(Number),
      reason: 'needs etcd 3.4 or later (ETCD_BIN)',
    },
  ]);
  expect(skipped[0]?.count).toBeGreaterThan(10);
});

test('with LAB_MANDATORY=1 the same suite fails', () => {
  const report = reportWithout('1');
  expect(report.success).toBe(false);
  expect(skippedIn(report, ROOT)).toEqual([]);
});

test('a test skipped without a reason is listed, too', () => {
  const assertionResults = [
    { fullName: 'one thing', status: 'passed' },
    { fullName: 'another', status: 'pending' },
    { fullName: 'a third', status: 'todo' },
  ];
  expect(skippedIn({ testResults: [{ name: '/src/test/a.test.ts', assertionResults }] }, '/src')).toEqual([
    { file: 'test/a.test.ts', count: 2, reason: 'no reason given' },
  ]);
});

// `npm test` counts a skipped test as a failure with LAB_MANDATORY=1; only `needing` adds a reason.
test('no test skips by itself', () => {
  const files = filesBelow('test', '.ts').filter((file) => file !== 'test/needs.ts');
  const skipping = files.filter((file) =>
    /\b(describe|test|it)\.(skip|todo)\b|\bx(test|describe|it)\(/.test(read(file)),
  );
  expect(skipping).toEqual(['test/scripts/skipped-tests.test.ts'].filter((file) => skipping.includes(file)));
});

test('the workflow that runs the unit tests allows none to be skipped', () => {
  expect(read('.github/workflows/test.yml')).toMatch(/unit:[\s\S]*LAB_MANDATORY: '1'[\s\S]*lab:/);
  expect(Object.keys(neededPrograms).length).toBeGreaterThan(5);
});
