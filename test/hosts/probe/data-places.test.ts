import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { formatRestoredData } from '../../../src/facts/restored-data.ts';
import type { DataDirFact } from '../../../src/facts/host.ts';
import { parseDataDir } from '../../../src/hosts/probe/parse-files.ts';
import { volatileProbeScript } from '../../../src/hosts/probe/probe-script.ts';
import { readSections } from '../../../src/hosts/probe/sections.ts';
import type { DataPlaces } from '../../../src/kubeadm/paths.ts';

let folder: string;
let dataDir: string;
let walDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-places-'));
  dataDir = join(folder, 'data');
  walDir = join(folder, 'wal disk');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Returns the probe's facts about the folders, from this machine's bash. */
function seen(places: DataPlaces): DataDirFact {
  const script = volatileProbeScript(places);
  const { stdout } = spawnSync('bash', ['--norc', '-c', `set -euo pipefail\n${script}`], {
    encoding: 'utf8',
  });
  const { dataDir: fact, unseen } = parseDataDir(readSections(stdout));
  expect(unseen).toEqual([]);
  return fact;
}

function makeLog(path: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, '0000000000000000-0000000000000000.wal'), 'an entry');
}

const NOTHING = { exists: false, empty: true, mode: '' };

describe('where nothing is', () => {
  test('there is nothing, also where the log is to have a folder of its own', () => {
    expect(seen({ dataDir })).toEqual({ ...NOTHING, hasLog: false, hasBlankLog: false });
    expect(seen({ dataDir, walDir })).toEqual({
      ...NOTHING,
      hasLog: false,
      hasBlankLog: false,
      walDir: NOTHING,
    });
  });

  test('a fresh disk is empty', () => {
    mkdirSync(join(walDir, 'lost+found'), { recursive: true, mode: 0o755 });
    expect(seen({ dataDir, walDir }).walDir).toEqual({ exists: true, empty: true, mode: '755' });
  });
});

describe('the log', () => {
  test('in the data dir', () => {
    makeLog(join(dataDir, 'member/wal'));
    expect(seen({ dataDir })).toMatchObject({ hasLog: true, empty: false });
  });

  test('in a folder of its own', () => {
    mkdirSync(join(dataDir, 'member/snap'), { recursive: true });
    makeLog(join(walDir, 'wal'));
    const fact = seen({ dataDir, walDir });
    expect(fact).toMatchObject({ hasLog: true, empty: false, walDir: { exists: true, empty: false } });
    expect(fact).not.toHaveProperty('hasLogElsewhere');
  });

  // A member must not be started without it, and must not be mistaken for one that never had any.
  test('is not there any longer, though its folder is', () => {
    mkdirSync(join(dataDir, 'member/snap'), { recursive: true });
    mkdirSync(walDir);
    expect(seen({ dataDir, walDir })).toMatchObject({ hasLog: false, walDir: { exists: true, empty: true } });
  });

  test('is in the data dir, where the inputs name another folder', () => {
    makeLog(join(dataDir, 'member/wal'));
    expect(seen({ dataDir, walDir })).toMatchObject({ hasLog: false, hasLogElsewhere: true });
  });

  test('in a folder of its own is not searched for if the inputs name none', () => {
    makeLog(join(walDir, 'wal'));
    expect(seen({ dataDir })).toMatchObject({ hasLog: false });
  });

  test('that is blank', () => {
    const log = Buffer.alloc(64 * 1024);
    log.write(
      '04000000000000840804100000000000' +
        '1f00000000000081080110c2ecaeea0f1a150881fcf09b8d95aa8d1510daf887ebf9d5a8adac0100' +
        '0e000000000000820805108fd9d4a7041a04080010000000',
      'hex',
    );
    mkdirSync(join(walDir, 'wal'), { recursive: true });
    writeFileSync(join(walDir, 'wal/0000000000000000-0000000000000000.wal'), log);
    expect(seen({ dataDir, walDir })).toMatchObject({ hasLog: false, hasBlankLog: true });
    cpSync(join(walDir, 'wal'), join(dataDir, 'member/wal'), { recursive: true });
    expect(seen({ dataDir })).toMatchObject({ hasLog: false, hasBlankLog: true });
  });
});

describe('a restore', () => {
  const DATA = { sha256: 'ab'.repeat(32), token: 'new', memberName: 'infra0', bumpRevision: 1000 };
  let work: string;
  beforeEach(() => {
    work = join(dataDir, '.etcd-ha-action-restore');
    mkdirSync(work, { recursive: true });
  });

  test('that has begun is no data, and is reported', () => {
    writeFileSync(join(work, 'snapshot.db'), 'x');
    expect(seen({ dataDir })).toMatchObject({ exists: true, empty: true, restore: { stage: 'begun' } });
    expect(seen({ dataDir, walDir })).toMatchObject({ empty: true, restore: { stage: 'begun' } });
  });

  test('that has made data says which', () => {
    writeFileSync(join(work, 'restored.json'), `${formatRestoredData(DATA)}\n`);
    expect(seen({ dataDir }).restore).toEqual({ stage: 'restored', data: DATA });
    writeFileSync(join(work, 'placing'), '');
    makeLog(join(dataDir, 'member/wal'));
    expect(seen({ dataDir })).toMatchObject({
      empty: false,
      hasLog: true,
      restore: { stage: 'placing', data: DATA },
    });
    writeFileSync(join(work, 'placed'), '');
    expect(seen({ dataDir }).restore?.stage).toBe('placed');
  });

  test.each([
    '',
    '{',
    '{"schemaVersion":2}',
    `\u0000${'x'.repeat(5000)}`,
    '{"schemaVersion":1,"sha256":"x"}',
  ])('with a note that is none: %j', (note) => {
    writeFileSync(join(work, 'restored.json'), note);
    expect(seen({ dataDir }).restore).toEqual({ stage: 'restored' });
  });

  test('whose place is taken by a file leaves the data unknown', () => {
    rmSync(work, { recursive: true });
    writeFileSync(work, '');
    const { stdout } = spawnSync(
      'bash',
      ['--norc', '-c', `set -euo pipefail\n${volatileProbeScript({ dataDir })}`],
      {
        encoding: 'utf8',
      },
    );
    expect(parseDataDir(readSections(stdout)).unseen).toHaveLength(1);
  });
});
