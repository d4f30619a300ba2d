import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { stagedPath } from '../../src/kubeadm/paths.ts';
import { explainRemoval, removeFile } from '../../src/steps/remove-authority-key.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remove-file-'));
  path = join(folder, "the key's.key");
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(sha256: string | undefined): { code: number | null; stderr: string; stdout: Buffer } {
  const script = `set -euo pipefail; { ${removeFile(path, sha256).script}\n}`;
  const { status, stderr } = spawnSync('bash', ['--norc', '-c', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: status, stderr: stderr.toString(), stdout: Buffer.alloc(0) };
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

test('the known file goes, with the leftovers of an interrupted delivery, and nothing else', () => {
  writeFileSync(path, 'key');
  writeFileSync(stagedPath(path), 'ke');
  writeFileSync(join(folder, 'other.key'), 'key');
  expect(run(digestOf('key'))).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(folder)).toEqual(['other.key']);
});

test('no known file: only the leftover goes, and a newer file stays', () => {
  writeFileSync(stagedPath(path), 'ke');
  expect(run(undefined).code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(path, 'new');
  const result = run(undefined);
  expect(result.code).not.toBe(0);
  expect(existsSync(path)).toBe(true);
});

test('another content than was seen stays', () => {
  writeFileSync(path, 'another key');
  const result = run(digestOf('key'));
  expect(explainRemoval(path)(result).fact).toBe(
    `${path} has changed since the run read it; the run did not touch it.`,
  );
  expect(existsSync(path)).toBe(true);
});

test('a second time there is nothing to do', () => {
  writeFileSync(path, 'key');
  expect([run(digestOf('key')).code, run(digestOf('key')).code]).toEqual([0, 0]);
});
