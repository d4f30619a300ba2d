import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendAudit, MOST_BYTES, MOST_RECORDS } from '../../src/engine/audit.ts';
import { ACTION_DIR, AUDIT_LOG } from '../../src/kubeadm/paths.ts';

let root: string;
let log: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'etcd-ha-audit-'));
  log = join(root, AUDIT_LOG);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/**
 * Runs the script with real bash, below `root`.
 * @param before additional bash before it.
 */
function append(lines: readonly string[], before = ''): { code: number | null; stderr: string } {
  const { script, input } = appendAudit(lines);
  if (!Buffer.isBuffer(input)) throw new Error('the lines are given whole');
  const local = script.replaceAll('/etc/kubernetes', join(root, 'etc/kubernetes'));
  const bash = `umask 077; set -euo pipefail; ${before}\n{ ${local}\n}`;
  const { status, stderr } = spawnSync('bash', ['-c', bash], { input, encoding: 'utf8' });
  return { code: status, stderr };
}

const record = (number: number, bytes = 20): string => JSON.stringify({ number, pad: 'x'.repeat(bytes) });
const kept = (): number[] =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { number: number }).number);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('the first record makes the folder and the file, for root alone', () => {
  expect(append([record(1)])).toEqual({ code: 0, stderr: '' });
  expect(kept()).toEqual([1]);
  expect((statSync(log).mode & 0o7777).toString(8)).toBe('600');
  expect((statSync(join(root, ACTION_DIR)).mode & 0o7777).toString(8)).toBe('700');
  expect((statSync(join(root, 'etc/kubernetes')).mode & 0o7777).toString(8)).toBe('755');
});

test('the newest comes last, and nothing is left beside it', () => {
  append([record(1)]);
  append([record(2), record(3)]);
  expect(kept()).toEqual([1, 2, 3]);
  expect(readdirSync(join(root, ACTION_DIR))).toEqual(['audit.jsonl']);
});

test('only the last records are kept', () => {
  append(range(1, MOST_RECORDS).map((number) => record(number)));
  append([record(MOST_RECORDS + 1)]);
  expect(kept()).toEqual(range(2, MOST_RECORDS + 1));
});

test('and of those no more bytes than allowed, in whole records', () => {
  for (const number of range(1, 6)) append([record(number, 60_000)]);
  expect(kept()).toEqual([3, 4, 5, 6]);
  expect(statSync(log).size).toBeLessThanOrEqual(MOST_BYTES);
});

test('a file of exactly the allowed size loses nothing', () => {
  const lines = range(1, 4).map((number) => record(number, 65_536 - 1 - record(number, 0).length));
  append(lines);
  expect(statSync(log).size).toBe(MOST_BYTES);
  expect(kept()).toEqual([1, 2, 3, 4]);
});

test('a last line without an end, as an editor leaves it, is not joined with the next', () => {
  mkdirSync(join(root, ACTION_DIR), { recursive: true });
  writeFileSync(log, record(1));
  append([record(2)]);
  expect(kept()).toEqual([1, 2]);
});

// The file is complete at every moment, so a killed run loses no older record.
test.each(['tail', 'stat', 'sync', 'mv'])(
  'killed at its call of %s, it leaves the old records, and the next run goes on',
  (program) => {
    append([record(1)]);
    append([record(2)], `${program}() { kill -9 $$; }`);
    expect(existsSync(log)).toBe(true);
    expect(kept().filter((number) => number !== 2)).toEqual([1]);
    expect(append([record(3)])).toEqual({ code: 0, stderr: '' });
    expect(kept().filter((number) => number !== 2)).toEqual([1, 3]);
    expect(readdirSync(join(root, ACTION_DIR))).toEqual(['audit.jsonl']);
  },
);

test('a full disk loses nothing and is reported', () => {
  append([record(1)]);
  const { code, stderr } = append([record(2, 200_000)], "trap '' XFSZ; ulimit -f 64");
  expect(code).not.toBe(0);
  expect(stderr).not.toBe('');
  expect(kept()).toEqual([1]);
});

test('it is a script that changes the host, and the records are not in it', () => {
  const script = appendAudit([record(77)]);
  expect(script.effect).toBe('changes');
  expect(script.script).not.toContain('77');
});
