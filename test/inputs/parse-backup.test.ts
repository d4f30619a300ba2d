import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Finding } from '../../src/findings.ts';
import { readInputFiles } from '../../src/inputs/input-files.ts';
import type { RawInputs } from '../../src/inputs/table/table.ts';
import { findingOf, findingsOf, settingsOf } from './given.ts';

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
const backup = { operation: 'backup', 'backup-recipients': RECIPIENT };

test('the file is encrypted, and in a folder that the runner empties, under a name that no other run has', () => {
  expect(settingsOf(backup).backup).toEqual({
    path: '/runner/temp/etcd-etcd-20261123T170000Z-0badcafe.db.age',
    isOwnPath: true,
    recipients: [RECIPIENT],
  });
});

test.each([
  ['backups/etcd.db.age', '/runner/workspace/backups/etcd.db.age'],
  ['/mnt/backups/etcd.db.age', '/mnt/backups/etcd.db.age'],
])('backup-path: %s is %s', (given, path) => {
  expect(settingsOf({ ...backup, 'backup-path': given }).backup).toMatchObject({ path, isOwnPath: false });
});

test.each([
  's3://bucket/etcd.db',
  '/mnt/backups/',
  'a\nb',
  '..',
  'a/.',
  '~/etcd.db.age',
  '$HOME/etcd.db.age',
  'x'.repeat(201),
  `AGE-SECRET-KEY-1${'Q'.repeat(58)}`,
])('backup-path: %j is refused', (path) => {
  expect(findingOf({ ...backup, 'backup-path': path })).toMatchObject({
    code: 'runner-path-unusable',
    at: 'backup-path',
  });
});

test('a backup without recipients is refused, and no other operation misses them', () => {
  expect(findingOf({ operation: 'backup' }).code).toBe('backup-recipients-missing');
  expect(findingsOf({ operation: 'deploy' })).toEqual([]);
});

test('a plain file needs a path of its own, and takes no recipients', () => {
  const plain = { operation: 'backup', 'backup-encryption': 'none' };
  expect(settingsOf({ ...plain, 'backup-path': '/mnt/etcd.db' }).backup).toMatchObject({ recipients: [] });
  expect(findingOf(plain)).toMatchObject({ code: 'backup-encryption-conflict', at: 'backup-encryption' });
  expect(findingOf({ ...plain, ...backup, 'backup-path': '/mnt/etcd.db' }).code).toBe(
    'backup-encryption-conflict',
  );
});

test('a secret key in place of its public key is refused without showing it', () => {
  const key = `AGE-SECRET-KEY-1${'Q'.repeat(58)}`;
  const finding = findingOf({ ...backup, 'backup-recipients': key });
  expect(finding.at).toBe('backup-recipients');
  expect(JSON.stringify(finding)).not.toContain('QQQQ');
});

describe('what is on the runner', () => {
  let workspace = '';
  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), 'backup-inputs-'));
    writeFileSync(join(workspace, 'taken.age'), 'precious');
    writeFileSync(join(workspace, 'old.age.json'), 'of another program');
    symlinkSync('/nowhere', join(workspace, 'link.age'));
  });
  afterAll(() => rmSync(workspace, { recursive: true }));

  /** Reads the inputs as a run does, before it connects to any host. */
  function findingsAt(changes: RawInputs): readonly Finding[] {
    return findingsOf(
      changes,
      readInputFiles(changes, workspace, () => undefined),
    );
  }

  test.each([
    ['a file', 'taken.age', 'backup-file-exists', /is already a file/],
    ['a link', 'link.age', 'backup-file-exists', /is a symbolic link/],
    ['a folder', '.', 'runner-path-unusable', /is not the path of a file/],
    ['a file in the place of the manifest', 'old.age', 'backup-file-exists', /old\.age\.json" is already/],
    ['a missing folder', 'missing/etcd.db.age', 'backup-file-unwritable', /does not exist on the runner/],
    ['a path through a file', 'taken.age/etcd.db.age', 'backup-file-unwritable', /ENOTDIR/],
  ])('refuses backup-path before any connection, in a dry run too: %s', (_, path, code, fact) => {
    for (const dryRun of ['false', 'true']) {
      const findings = findingsAt({ ...backup, 'backup-path': path, 'dry-run': dryRun });
      expect(findings).toMatchObject([{ code, at: 'backup-path', fact: expect.stringMatching(fact) }]);
    }
  });

  test('accepts a new file in a folder that is there, and creates nothing', () => {
    const path = join(workspace, 'new.age');
    expect(findingsAt({ ...backup, 'backup-path': path })).toEqual([]);
    expect(readInputFiles({ 'backup-path': path }, workspace, () => undefined)).toEqual({});
  });

  test('is reported together with all other findings', () => {
    const zeros = 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z';
    const findings = findingsAt({
      ...backup,
      hosts: '10.0.0.6.7',
      'backup-path': 'taken.age',
      'backup-recipients': zeros,
    });
    expect(findings.map(({ at }) => at)).toEqual(
      expect.arrayContaining(['backup-path', 'backup-recipients', expect.stringContaining('hosts')]),
    );
  });

  test('does not matter to an operation that takes no backup', () => {
    expect(findingsAt({ operation: 'deploy', 'backup-path': 'taken.age' })).toEqual([]);
  });

  test('is not looked at for a path that is none', () => {
    const findings = findingsAt({ ...backup, 'backup-path': 's3://bucket/etcd.db' });
    expect(findings.map(({ code }) => code)).toEqual(['runner-path-unusable']);
  });
});
