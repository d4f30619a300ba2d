import { differing } from '../../backup/compare-hashes.ts';
import type { BackupManifest } from '../../backup/manifest.ts';
import type { PlanningOperation } from '../../engine/operation.ts';
import type { Finding } from '../../findings.ts';
import { EVERY_OPERATION } from '../../inputs/groups.ts';
import type { PlanOutcome, PlanReport } from '../../report/plan-outcome.ts';
import { planBackup } from './plan.ts';

/** Copies the database of a member to an encrypted file on the runner, and proves the copy against the members. */
export const backup: PlanningOperation = {
  kind: 'planning',
  name: 'backup',
  summary:
    'Takes an encrypted backup of an external etcd cluster for kubeadm over SSH, and proves it against the members',
  icon: 'archive',
  inputs: [...EVERY_OPERATION, 'backup', 'plan', 'artifact'],
  outputs: ['login', 'cluster', 'plan', 'change', 'findings', 'backup', 'artifact'],
  // it notes on each host when the backup was taken, and changes nothing else
  access: () => ({ effect: 'changes', as: 'root' }),
  // one healthy member is enough
  reach: 'any',
  concerns: 'members',
  survivesFault: false,
  probe: () => ({ membersReach: false, sandbox: false }),
  lock: 'none',
  plan: planBackup,
  // the state of the cluster is reported, and is no reason to reject the backup
  verify: async ({ cluster }) => (await (await cluster()).observe()).health,
  report: reportBackup,
};

/** What a backup reports besides its plan: what could not be confirmed of it. */
export function reportBackup({ backups }: Pick<PlanOutcome, 'backups'>): PlanReport {
  const warnings = backups.flatMap(({ manifest }) => [...unconfirmed(manifest), ...damagedMember(manifest)]);
  return { outputs: {}, warnings, unfinished: 'not everything was done' };
}

function unconfirmed({ verified, comparison, source }: BackupManifest): Finding[] {
  if (verified) return [];
  const { members, voters } = comparison;
  const confirmed = members.filter(({ result }) => result === 'equal').length;
  const silent = members.flatMap(({ name, reason }) => (reason === null ? [] : `; ${name}: ${reason}`));
  return [
    {
      code: 'backup-unconfirmed',
      host: source,
      at: 'take backup',
      fact: `the file is whole, but a majority of the members could not confirm its keys and values: ${confirmed} of ${voters} did${silent.join('')}.`,
      cause:
        'Members are down or are not in hosts, have compacted this revision meanwhile, or run a release without HashKV.',
      fix: 'Run operation: health, then take another backup.',
    },
  ];
}

function damagedMember({ verified, comparison }: BackupManifest): Finding[] {
  if (!verified) return [];
  return differing(comparison).map((name) => ({
    code: 'backup-member-differs',
    host: name,
    at: 'take backup',
    fact: `${name} has other keys or values than the backup and the majority of the members at revision ${comparison.revision}.`,
    cause: 'The data of this member is damaged.',
    fix: 'Run operation: health, and replace this member.',
  }));
}
