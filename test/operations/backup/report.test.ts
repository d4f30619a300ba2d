import { expect, test } from '@jest/globals';
import type { BackupManifest } from '../../../src/backup/manifest.ts';
import { reportBackup } from '../../../src/operations/backup/backup.ts';

function warningsOf(changes: Partial<BackupManifest>) {
  const manifest = { source: 'a', verified: false, ...changes } as BackupManifest;
  return reportBackup({ backups: [{ path: '/backups/etcd.db.age', manifest }] }).warnings;
}

const equal = { name: 'a', result: 'equal', reason: null } as const;

test('a part of the members as hosts: it says how many have confirmed the backup', () => {
  const [warning] = warningsOf({ comparison: { revision: 9, voters: 3, members: [equal] } }) ?? [];
  expect(warning).toMatchObject({
    code: 'backup-unconfirmed',
    fact: expect.stringMatching(/: 1 of 3 did\.$/),
  });
});

test('members that gave no hash are named with the reason', () => {
  const silent = { name: 'b', result: 'unknown', reason: 'connection refused' } as const;
  const [warning] = warningsOf({ comparison: { revision: 9, voters: 3, members: [equal, silent] } }) ?? [];
  expect(warning?.fact).toContain(': 1 of 3 did; b: connection refused.');
});

test('a member that differs from the majority is a warning of its own', () => {
  const members = [equal, { ...equal, name: 'c' }, { name: 'b', result: 'different', reason: null } as const];
  const warnings = warningsOf({ verified: true, comparison: { revision: 9, voters: 3, members } });
  expect(warnings).toMatchObject([{ code: 'backup-member-differs', host: 'b' }]);
});
