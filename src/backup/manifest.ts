import { closeSync, constants, openSync, readSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { EtcdId, ListedMember } from '../etcd/messages.ts';
import { fieldsOf } from '../text/json-fields.ts';
import type { HashComparison } from './compare-hashes.ts';
import { exists, unwritable } from './file-error.ts';
import { checkPlace, PartialFile, statusOf } from './partial-file.ts';

/** Everything that is known of a backup, as it lies beside it. Nothing of it is secret. docs/backup-manifest.v1.schema.json */
export interface BackupManifest {
  readonly schemaVersion: 1;
  readonly clusterName: string;
  readonly clusterId: EtcdId;
  /** initial-cluster-token; null if no manifest of a member names one. */
  readonly clusterToken: string | null;
  /** SHA-256 fingerprints of the CA certificates by which the members were believed, upper-case hex with colons. */
  readonly caFingerprints: readonly string[];
  /** The members as the source knew them. */
  readonly members: readonly ListedMember[];
  /** Name of the member that sent the database. */
  readonly source: string;
  /** When the member began to send it; ISO 8601, UTC. */
  readonly takenAt: string;
  /** Release of etcd that the source runs; an older minor cannot be trusted to read the file. */
  readonly etcdVersion: string;
  /** Storage version as etcd 3.6 and later write it. */
  readonly storageVersion: string | null;
  /** Position in the raft log, as decimal strings: term and index of the last applied entry that the file has. */
  readonly raftTerm: string;
  readonly raftIndex: string;
  readonly revision: number;
  /** Revisions below it are compacted in the file; 0: none are. */
  readonly compactRevision: number;
  /** As `etcdutl snapshot status` prints it: hex. */
  readonly hash: string;
  readonly keys: number;
  readonly databaseBytes: number;
  /** Of the database, hex; the member sends it as the end of its snapshot. */
  readonly databaseSha256: string;
  /** Whether the keys and values equal those of a majority of the members, at `comparison.revision`. */
  readonly verified: boolean;
  readonly comparison: HashComparison;
  readonly file: BackupFile;
}

/** The file that the manifest describes. */
export interface BackupFile {
  /** Without its folder. */
  readonly name: string;
  readonly bytes: number;
  /** Of the file as it is on the disk, hex. */
  readonly sha256: string;
  readonly encryption: 'age' | 'none';
  /** Public keys that it is encrypted to. */
  readonly recipients: readonly string[];
}

/** Returns the path of the manifest of a backup. */
export function manifestPath(backupPath: string): string {
  return `${backupPath}.json`;
}

/** Returns the path of a copy that differs from what the members have: it is kept, and is no backup. */
export function unverifiedPath(backupPath: string, takenAt: string): string {
  return `${backupPath}.${takenAt.replaceAll(/[-:]|\.\d+/g, '')}.unverified`;
}

/** Returns a hash as etcdutl prints it: hex without leading zeros (etcdutl/snapshot/v3_snapshot.go, `%x`). */
export function hashInHex(hash: number): string {
  return (hash >>> 0).toString(16);
}

/** A backup that this run has taken. */
export interface TakenBackup {
  /** Absolute path on the runner. */
  readonly path: string;
  readonly manifest: BackupManifest;
  /** Set once it is uploaded. */
  artifact?: { readonly id: string; readonly url: string };
}

/** A manifest has some kilobytes; one of the longest recipients, and many of them, a hundred. */
export const MOST_MANIFEST_BYTES = 1024 * 1024;

/**
 * Checks that a backup and its manifest can be written, before anything is asked of a cluster. Leaves nothing behind.
 * @throws BackupFileError if something is there, or the folder is missing or cannot be written to.
 */
export function checkBackupPlace(backupPath: string): void {
  checkPlace(backupPath);
  checkManifestPlace(backupPath);
}

/**
 * Makes sure that the manifest of a new backup has a place. Call it when it is known that there is no backup of that name: a
 * manifest without its backup is then what a run has left that was killed between the two names.
 * @returns whether there is such a manifest, which {@link writeManifest} sets aside.
 * @throws BackupFileError if there is anything else.
 */
export function checkManifestPlace(backupPath: string): boolean {
  const path = manifestPath(backupPath);
  try {
    const found = statusOf(path);
    if (found === undefined) return false;
    const isOwn = found.isFile() && found.uid === process.getuid?.() && found.size <= MOST_MANIFEST_BYTES;
    if (isOwn && isManifest(textOf(path))) return true;
    throw exists(path, found.isDirectory(), found.isSymbolicLink());
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Writes the manifest beside its backup. @throws BackupFileError if it cannot be written. */
export async function writeManifest(backupPath: string, manifest: BackupManifest): Promise<void> {
  const path = manifestPath(backupPath);
  if (checkManifestPlace(backupPath)) await rename(path, `${path}.${Date.now()}.old`);
  const file = await PartialFile.create(path);
  try {
    await file.append(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    await file.sync();
    await file.commit();
  } finally {
    await file.discard();
  }
}

/** Removes the manifest of a backup that has not come to be. */
export async function removeManifest(backupPath: string): Promise<void> {
  await rm(manifestPath(backupPath), { force: true });
}

function textOf(path: string): string {
  // of a file that has become a pipe meanwhile, too, this comes back at once
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(MOST_MANIFEST_BYTES);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, MOST_MANIFEST_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

function isManifest(text: string): boolean {
  const found = fieldsOf(text);
  return found?.['schemaVersion'] === 1 && 'databaseSha256' in found;
}
