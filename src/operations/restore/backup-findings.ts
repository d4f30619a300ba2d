import type { OpenedBackup } from '../../backup/open-backup.ts';
import type { BackupManifest } from '../../backup/manifest.ts';
import { parseRelease } from '../../etcd/releases.ts';
import type { Finding } from '../../findings.ts';
import { tagOf } from '../../images/reference.ts';
import { duration } from '../../text/units.ts';

/** More than a cluster writes while it is restored, and more than etcd can write in a second. */
const REVISIONS_AT_LEAST = 1_000_000_000;
const REVISIONS_PER_SECOND = 10_000;

/**
 * Returns by how much the revision of the restored data has to rise, so that no client has seen a later one, not even of an
 * earlier restore of the same backup: a watch or an informer that asks for what it knows is then told that it is compacted,
 * and lists anew (etcd's op-guide/recovery.md, which names 1,000,000,000 for a week of 1,500 writes per second).
 */
export function revisionBump({ takenAt }: Pick<BackupManifest, 'takenAt'>, now: Date): number {
  const seconds = Math.max(0, Math.ceil((now.getTime() - Date.parse(takenAt)) / 1000));
  return REVISIONS_AT_LEAST + REVISIONS_PER_SECOND * seconds;
}

/** The backup of this run. @throws Error if the operation did not ask for one. */
export function requireBackup(backup: OpenedBackup | undefined): OpenedBackup {
  if (backup === undefined) throw new Error('a restore is planned from a backup');
  return backup;
}

/** Why a backup must not be restored to this cluster by this etcd. */
export function backupRefusals(
  { clusterName, etcdVersion }: BackupManifest,
  wanted: { readonly clusterName: string; readonly images: ReadonlyMap<string, string> },
): Finding[] {
  return [
    ...(clusterName === wanted.clusterName ? [] : [otherCluster(clusterName, wanted.clusterName)]),
    ...[...wanted.images].flatMap(([host, image]) => olderEtcd(host, image, etcdVersion)),
  ];
}

function otherCluster(own: string, wanted: string): Finding {
  return {
    code: 'restore-other-cluster',
    at: 'cluster-name',
    fact: `the backup is of the cluster "${own}", and the inputs name "${wanted}".`,
    cause: 'The file belongs to another cluster, or cluster-name was changed since.',
    fix: `Give the backup of this cluster, or \`cluster-name: ${own}\`.`,
  };
}

/**
 * etcd 3.5 starts on data of 3.6 and 3.7 without a word, although it does not know all that is in it; etcd 3.6 refuses data of
 * 3.7.
 */
function olderEtcd(host: string, image: string, etcdVersion: string): Finding[] {
  const theirs = parseRelease(etcdVersion);
  const ours = parseRelease(tagOf(image) ?? '');
  if (theirs !== undefined && ours !== undefined && ours.minor >= theirs.minor) return [];
  const fact =
    ours === undefined || theirs === undefined
      ? `whether ${image} can read a backup of etcd ${etcdVersion} cannot be told from its tag.`
      : `${image} is older than etcd ${etcdVersion}, which has written the backup.`;
  return [
    {
      code: 'restore-older-etcd',
      host,
      at: 'etcd-image-tag',
      fact,
      cause: "The host's kubeadm is older than that of the cluster, or etcd-image-tag names an older etcd.",
      fix: `Set \`etcd-image-tag\` to an image of etcd 3.${theirs?.minor ?? 6} or the next minor release.`,
    },
  ];
}

/** What deserves attention of a backup that can be restored. */
export function backupWarnings({ verified }: BackupManifest): Finding[] {
  if (verified) return [];
  return [
    {
      code: 'restore-unconfirmed',
      at: 'restore-from',
      fact: 'the file is whole, but a majority of the members did not confirm its keys and values when it was taken.',
      cause: 'Too few members could be asked at that time.',
      fix: 'If there is a verified backup of about the same time, restore that one.',
    },
  ];
}

/** Describes a backup in a plan: revision, keys, time and age. */
export function describeBackup({ revision, keys, takenAt, source }: BackupManifest, now: Date): string {
  const age = duration(now.getTime() - Date.parse(takenAt));
  return `the backup has ${keys} keys at revision ${revision}, taken ${takenAt} from ${source}, ${age} ago: what was written since is not in it`;
}
