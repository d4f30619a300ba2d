import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AT_EXIT } from '../../../src/hosts/bash.ts';
import type { RemoteResult } from '../../../src/hosts/transport.ts';
import { diskTest, parseDiskTest } from '../../../src/operations/preflight/examine.ts';

function ended(code: number, stderr = ''): RemoteResult {
  return { code, stdout: Buffer.alloc(0), stderr };
}

/** Returns dd's output for one block. */
function written(seconds: string): string {
  return `1+0 records in\n1+0 records out\n2300 bytes (2.3 kB, 2.2 KiB) copied, ${seconds} s, 1.2 MB/s\n`;
}

describe('figures', () => {
  test('of a hundred writes', () => {
    const stderr = Array.from({ length: 100 }, (_, index) => written(String((index + 1) / 1000))).join('');
    expect(parseDiskTest(ended(0, stderr))).toEqual({
      outcome: 'measured',
      writes: 100,
      p50Ms: 50,
      p99Ms: 99,
      maxMs: 100,
    });
  });

  test('of one that was very short', () => {
    expect(parseDiskTest(ended(0, written('9.2e-05')))).toMatchObject({ writes: 1, p99Ms: 0.092 });
  });

  test.each([
    [3, { outcome: 'mount-point' }],
    [4, { outcome: 'no-space' }],
    [1, undefined],
  ])('exit code %p', (code, expected) => {
    expect(parseDiskTest(ended(code, written('0.001')))).toEqual(expected);
  });

  test('none without a write', () => {
    expect(parseDiskTest(ended(0))).toBeUndefined();
  });
});

describe('the script', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'disk-test-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function run(dataDir: string): RemoteResult {
    const script = `set -euo pipefail; ${AT_EXIT}; cd /; { ${diskTest(dataDir).script}\n}`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
    return { code: status, stdout: Buffer.from(stdout), stderr };
  }

  test('is declared to write aside', () => {
    expect(diskTest('/var/lib/etcd').effect).toBe('writes-aside');
  });

  test('measures beside a data dir, and leaves it and its parent as they were', () => {
    const dataDir = join(folder, "it's", 'etcd');
    mkdirSync(dataDir, { recursive: true });
    expect(parseDiskTest(run(dataDir))).toMatchObject({ outcome: 'measured', p99Ms: expect.any(Number) });
    expect(readdirSync(folder, { recursive: true })).toEqual(["it's", join("it's", 'etcd')]);
  });

  test('measures where the data dir will be made, and makes nothing of it', () => {
    expect(parseDiskTest(run(join(folder, 'a', 'b')))).toMatchObject({ outcome: 'measured' });
    expect(readdirSync(folder)).toEqual([]);
  });

  // /proc is a file system of its own on every Linux.
  test('writes nothing where the data dir is a mount point', () => {
    expect(parseDiskTest(run('/proc'))).toEqual({ outcome: 'mount-point' });
  });
});
