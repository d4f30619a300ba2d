import { expect, test } from '@jest/globals';
import { findingOf, findingsOf, settingsOf } from './given.ts';

const restore = { operation: 'restore', 'restore-from': 'backups/etcd.db.age' };
/** The identity of age's documentation. */
const KEY = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';

test('the backup is a file of the workspace, and no drill unless asked for', () => {
  const { from, identities, drill } = settingsOf(restore).restore;
  expect([from, identities.count, drill]).toEqual(['/runner/workspace/backups/etcd.db.age', 0, false]);
  expect(
    settingsOf({ ...restore, 'backup-identity': `# public key: age1…\n${KEY}\n` }).restore.identities.count,
  ).toBe(1);
});

test('a restore without a backup is refused, and no other operation misses it', () => {
  expect(findingOf({ operation: 'restore' })).toMatchObject({
    code: 'restore-from-missing',
    at: 'restore-from',
  });
  expect(findingsOf({ operation: 'deploy' })).toEqual([]);
});

test.each(['s3://bucket/etcd.db.age', '~/etcd.db.age', 'backups/', KEY])(
  'restore-from: %j is refused',
  (path) => {
    expect(findingOf({ ...restore, 'restore-from': path })).toMatchObject({
      code: 'runner-path-unusable',
      at: 'restore-from',
    });
  },
);

test('what is no identity is refused, and none of it is shown', () => {
  const finding = findingOf({ ...restore, 'backup-identity': `${KEY.slice(0, -1)}A` });
  expect(finding).toMatchObject({ code: 'restore-identity-unusable', at: 'backup-identity' });
  expect(JSON.stringify(finding)).not.toContain(KEY.slice(20, 40));
});

test('a drill needs one host', () => {
  const drill = { ...restore, drill: 'true' };
  expect(findingsOf({ ...drill, hosts: '10.0.0.99' })).toEqual([]);
  expect(findingsOf({ ...drill, hosts: '10.0.0.6, 10.0.0.7, 10.0.0.8' })).toMatchObject([
    { code: 'drill-host-in-use', at: 'hosts' },
  ]);
});
