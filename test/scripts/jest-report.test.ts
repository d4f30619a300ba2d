import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { neededPrograms } from '../../scripts/needed-programs.ts';
import { failedIn, type JestReport, skippedIn } from '../../scripts/jest-report.ts';
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
  expect(failedIn(report, ROOT)).toEqual([
    expect.stringMatching(
      /^test\/etcd\/real-etcd\.test\.ts: [^]*with LAB_MANDATORY=1 no test may be: SKIPPED/,
    ),
  ]);
});

test('a test skipped without a reason is listed, too', () => {
  const report = reportOf([
    { fullName: 'one thing', status: 'passed', failureMessages: [] },
    { fullName: 'another', status: 'pending', failureMessages: [] },
    { fullName: 'a third', status: 'todo', failureMessages: [] },
  ]);
  expect(skippedIn(report, '/src')).toEqual([
    { file: 'test/a.test.ts', count: 2, reason: 'no reason given' },
  ]);
  expect(failedIn(report, '/src')).toEqual([]);
});

test('a failed test is listed with the beginning of its message, without colours', () => {
  const log = Array.from({ length: 500 }, (_, index) => `line ${index}`).join('\n');
  const report = reportOf([
    { fullName: 'one thing', status: 'failed', failureMessages: [`\u001b[31mthe fact\u001b[39m\n${log}`] },
    { fullName: 'another', status: 'passed', failureMessages: [] },
  ]);
  const [failed = '', ...more] = failedIn(report, '/src');
  expect(more).toEqual([]);
  expect(failed).toMatch(/^test\/a\.test\.ts: one thing\nthe fact\nline 0\n/);
  expect(failed.split('\n').length).toBeLessThan(20);
});

function reportOf(assertionResults: JestReport['testResults'][number]['assertionResults']): JestReport {
  return { testResults: [{ name: '/src/test/a.test.ts', message: '', assertionResults }] };
}

// `npm test` counts a skipped test as a failure with LAB_MANDATORY=1; only `needing` adds a reason.
test('no test skips by itself', () => {
  const files = filesBelow('test', '.ts').filter((file) => file !== 'test/needs.ts');
  const skipping = files.filter((file) =>
    /\b(describe|test|it)\.(skip|todo)\b|\bx(test|describe|it)\(/.test(read(file)),
  );
  expect(skipping).toEqual(['test/scripts/jest-report.test.ts'].filter((file) => skipping.includes(file)));
});

test('the workflow that runs the unit tests allows none to be skipped', () => {
  expect(read('.github/workflows/test.yml')).toMatch(/unit:[\s\S]*LAB_MANDATORY: '1'[\s\S]*lab:/);
  expect(Object.keys(neededPrograms).length).toBeGreaterThan(5);
});
