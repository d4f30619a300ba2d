import { expect, test } from '@jest/globals';
import { lastBackupChecks } from '../../src/checks/last-backup.ts';
import { formatLastBackup, parseLastBackup } from '../../src/facts/last-backup.ts';
import type { HealthFacts } from '../../src/facts/health.ts';
import { LAST_BACKUP } from '../../src/kubeadm/paths.ts';
import { thresholds } from '../operations/health/example-documents.ts';

const NOW = new Date('2026-11-24T12:00:00Z');
const SHA256 = 'ab'.repeat(32);

function note(takenAt: string, revision: number): string {
  return formatLastBackup({ takenAt, revision, sha256: SHA256, place: 'artifact etcd-backup-1' });
}

/** Facts with the text of the note on each host; undefined: no note. */
function facts(texts: readonly (string | undefined)[]): HealthFacts {
  const members = texts.map((text) => ({
    host: { seen: { facts: { files: new Map(text === undefined ? [] : [[LAST_BACKUP, { text }]]) } } },
  }));
  return { now: NOW, members } as unknown as HealthFacts;
}

const check = (texts: readonly (string | undefined)[], backupWarningSeconds = 0) =>
  lastBackupChecks(facts(texts), { ...thresholds, backupWarningSeconds });

test('the newest note that a majority confirms counts, and without a limit its age is only reported', () => {
  const [one, ...more] = check([
    note('2026-11-24T06:00:00.000Z', 7),
    note('2026-11-23T06:00:00.000Z', 5),
    note('2026-11-24T06:00:00.000Z', 7),
  ]);
  expect(more).toEqual([]);
  expect(one).toMatchObject({ status: 'ok', threshold: null });
  expect(one?.measured).toBe('The last verified backup is 6 h old: revision 7, artifact etcd-backup-1.');
});

test('an old backup, and none at all, are warnings only with a limit', () => {
  expect(
    check([note('2026-11-23T06:00:00.000Z', 5), note('2026-11-23T06:00:00.000Z', 5), undefined], 86_400),
  ).toMatchObject([{ status: 'warn', code: 'backup-old' }]);
  expect(check([undefined, 'x'], 86_400)).toMatchObject([{ status: 'warn', code: 'backup-missing' }]);
  expect(check([undefined, undefined])).toMatchObject([{ status: 'ok', code: null }]);
});

test('one host is not believed about the others', () => {
  const old = note('2026-11-20T06:00:00.000Z', 5);
  expect(check([note('2026-11-24T11:00:00.000Z', 9), old, old], 86_400)).toMatchObject([
    { code: 'backup-old' },
  ]);
  expect(check([note('2026-11-24T11:00:00.000Z', 9), undefined, undefined], 86_400)).toMatchObject([
    { code: 'backup-missing' },
  ]);
});

test('a clock that is seconds ahead hides no note', () => {
  const [one] = check([note('2026-11-24T12:00:05.000Z', 9)], 3_600);
  expect(one).toMatchObject({ status: 'ok' });
  expect(one?.measured).toContain('is 0 ms old');
});

test('a note from the future is not believed', () => {
  expect(check([note('2026-11-25T06:00:00.000Z', 9)], 86_400)).toMatchObject([{ code: 'backup-missing' }]);
});

test.each([
  ['no JSON', '{'],
  [
    'a later form',
    JSON.stringify({ schemaVersion: 2, takenAt: NOW.toISOString(), revision: 1, sha256: SHA256, place: 'x' }),
  ],
  ['a time that is none', note('yesterday', 1)],
  ['a revision that is none', note(NOW.toISOString(), -7)],
  ['a digest that is none', note(NOW.toISOString(), 1).replace(SHA256, 'x')],
  ['a list', '[]'],
])('%s is no note', (_, text) => {
  expect(parseLastBackup(text)).toBeUndefined();
});
