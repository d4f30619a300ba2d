import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BLANK_LOG_FUNCTION } from '../../src/hosts/bash.ts';
import { restartUnit } from '../../src/steps/member/restart-unit.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'blank-log-'));
  mkdirSync(join(dataDir, 'member/wal'), { recursive: true });
});

afterEach(() => rmSync(dataDir, { recursive: true }));

// Written by etcd 3.6.5: checksum, metadata, an empty snapshot. The first of the two was ended before it wrote more.
const BLANK =
  '04000000000000840804100000000000' +
  '1f00000000000081080110c2ecaeea0f1a150881fcf09b8d95aa8d1510daf887ebf9d5a8adac0100' +
  '0e00000000000082080510' +
  '8fd9d4a7041a04080010000000';
const ENTRY = '6d00000000000083080210e39a8cf40d1a630801100118';
const VOTE = '0e0000000000008208031083c9b1970e1a04080110020000';

function isBlank(hex: string, ...others: readonly string[]): boolean {
  const log = Buffer.alloc(64 * 1024);
  log.write(hex, 'hex');
  for (const name of ['0000000000000000-0000000000000000.wal', ...others]) {
    writeFileSync(join(dataDir, 'member/wal', name), log);
  }
  return asked();
}

function asked(): boolean {
  const script = `set -euo pipefail\n${BLANK_LOG_FUNCTION}\nif has_blank_log "$0"; then echo blank; else echo other; fi`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, join(dataDir, 'member/wal')], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^(blank|other)\n$/);
  return stdout === 'blank\n';
}

test('a log with nothing behind its beginning is blank; beside it, what etcd made ahead', () => {
  expect(isBlank(BLANK)).toBe(true);
  expect(isBlank(BLANK, '0.tmp')).toBe(true);
});

// A blank log is set aside; in any doubt it is not.
test.each([
  ['an entry', BLANK + ENTRY],
  ['a vote', BLANK + VOTE],
  ['a record that was torn', `${BLANK}0000000000000083`],
  ['no snapshot yet', BLANK.slice(0, 2 * (16 + 40))],
  ['a record too many at its beginning', BLANK.slice(0, 32) + BLANK],
  ['a length that leads out of it', BLANK.replace('1f00', '1f11')],
  ['a length beyond 64 KiB', BLANK.replace('1f0000', '1f0001')],
  ['nothing but zeros', ''],
  ['random bytes', 'a3f19c'.repeat(200)],
])('a log with %s is not', (_, hex) => {
  expect(isBlank(hex)).toBe(false);
});

test('nor are two files, a file that was cut short, an empty folder, or none', () => {
  expect(isBlank(BLANK, '0000000000000001-0000000000000007.wal')).toBe(false);
  rmSync(join(dataDir, 'member'), { recursive: true });
  expect(asked()).toBe(false);
  mkdirSync(join(dataDir, 'member/wal'), { recursive: true });
  expect(asked()).toBe(false);
  writeFileSync(join(dataDir, 'member/wal/0-0.wal'), Buffer.from(BLANK, 'hex'));
  expect(asked()).toBe(false);
});

describe('a blank log is set aside', () => {
  const [, functionText = ''] =
    /^(set_blank_log_aside\(\) \{\n[^]*?^\}\n)/m.exec(
      restartUnit({
        address: '10.0.0.6',
        dataDir: '/d',
        criEndpoint: 'unix:///none',
        currentSha256: 'absent',
        renderedSha256: 'x',
        mayLackData: true,
      }),
    ) ?? [];

  function setAside(walDir: string): string[] {
    const variables = 'data_dir=$0 wal_dir=$1 log_dir=${1:+$1/wal}';
    const script = `set -euo pipefail\n${variables}\n${functionText}\nset_blank_log_aside`;
    const { status, stderr } = spawnSync('bash', ['--norc', '-c', script, dataDir, walDir], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    return [dataDir, walDir].filter((folder) => folder !== '').flatMap((folder) => readdirSync(folder));
  }

  const aside = expect.stringMatching(/^blank-member-\d+$/);

  test('with the member that it is part of', () => {
    expect(setAside('')).toEqual([aside]);
  });

  // etcd reads only the subfolder wal of the folder.
  test('and beside its place, where it has a folder of its own', () => {
    const walDir = join(dataDir, 'disk');
    mkdirSync(join(walDir, 'wal'), { recursive: true });
    expect(setAside(walDir).toSorted()).toEqual([aside, aside, 'disk']);
    expect(readdirSync(walDir)).toEqual([aside]);
  });
});
