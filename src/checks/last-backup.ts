import { quorumOf } from '../etcd/quorum.ts';
import type { HealthFacts } from '../facts/health.ts';
import { type LastBackup, parseLastBackup } from '../facts/last-backup.ts';
import type { HealthThresholds } from '../inputs/run/health.ts';
import { LAST_BACKUP } from '../kubeadm/paths.ts';
import { duration } from '../text/units.ts';
import { type Check, checkOf } from './check.ts';

const NONE = 'No host has the note of a verified backup.';

/** Clocks of hosts, and of runners, may differ. */
const SKEW_MS = 300_000;

/**
 * Checks how old the last verified backup is, by the notes that backups leave on the hosts. A host that was away then has an
 * older note, so the newest one counts that a majority of the hosts confirms with a note as new: no host is believed about the
 * others.
 */
export function lastBackupChecks(
  { members, now }: HealthFacts,
  { backupWarningSeconds }: HealthThresholds,
): Check[] {
  const check = checkOf('backup', null);
  const threshold =
    backupWarningSeconds === 0 ? null : `at most ${duration(backupWarningSeconds * 1000)} old`;
  const hosts = members.flatMap(({ host }) => ('seen' in host ? [host.seen.facts.files] : []));
  const notes = hosts.flatMap((files) => parseLastBackup(files.get(LAST_BACKUP)?.text ?? '') ?? []);
  const last = confirmed(notes, hosts.length, now);
  if (last === undefined) {
    if (threshold === null) return [check('ok', { measured: NONE })];
    return [
      check('warn', {
        code: 'backup-missing',
        measured: NONE,
        threshold,
        cause: 'No backup was taken with the action, or its runs could not verify it.',
        fix: 'Run operation: backup on a schedule (docs/backup.md).',
      }),
    ];
  }
  const ageMs = Math.max(0, now.getTime() - Date.parse(last.takenAt));
  const measured = `The last verified backup is ${duration(ageMs)} old: revision ${last.revision}, ${last.place}.`;
  if (threshold === null || ageMs <= backupWarningSeconds * 1000)
    return [check('ok', { measured, threshold })];
  return [
    check('warn', {
      code: 'backup-old',
      measured,
      threshold,
      cause: 'The scheduled backup does not run, or fails.',
      fix: 'See the runs of the workflow that takes backups, then run operation: backup.',
    }),
  ];
}

/** Returns the newest note that so many hosts confirm; undefined if too few have one. */
function confirmed(notes: readonly LastBackup[], hosts: number, now: Date): LastBackup | undefined {
  return notes
    .filter(({ takenAt }) => Date.parse(takenAt) <= now.getTime() + SKEW_MS)
    .toSorted((one, other) => Date.parse(other.takenAt) - Date.parse(one.takenAt))[quorumOf(hosts) - 1];
}
