import { expect, test } from '@jest/globals';
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
    code: 'backup-path-unusable',
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
