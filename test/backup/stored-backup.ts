import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { createEncryptedFile, createPlainFile } from '../../src/backup/backup-writer.ts';
import { type BackupManifest, hashInHex } from '../../src/backup/manifest.ts';
import { OpenBackupError } from '../../src/backup/stored-file.ts';
import { writeManifest } from '../../src/backup/manifest.ts';
import type { Finding } from '../../src/findings.ts';
import { examineDatabase } from '../../src/etcd/database/examine.ts';
import { READING, sourceOf } from '../etcd/database/recorded.ts';

/** Backups as `operation: backup` leaves them, without a cluster. */

/** A database, and the SHA-256 of it, as a member sends them. */
export function snapshotFrom(database: Buffer): Buffer {
  return Buffer.concat([database, createHash('sha256').update(database).digest()]);
}

/** The manifest of a snapshot in a file. */
export async function manifestFor(snapshot: Buffer, file: BackupManifest['file']): Promise<BackupManifest> {
  const database = snapshot.subarray(0, -32);
  const summary = await examineDatabase(sourceOf(database), READING);
  return {
    schemaVersion: 1,
    clusterName: 'prod',
    clusterId: 'cdf818194e3a8c32',
    clusterToken: 'etcd-prod',
    caFingerprints: [Array.from({ length: 32 }, () => 'AB').join(':')],
    members: [
      {
        id: '8e9e05c52164694d',
        name: 'infra0',
        peerUrls: ['https://10.0.0.6:2380'],
        clientUrls: ['https://10.0.0.6:2379'],
        isLearner: false,
      },
    ],
    source: 'infra0',
    takenAt: '2026-11-30T10:00:00.000Z',
    etcdVersion: '3.6.8',
    storageVersion: summary.storageVersion,
    raftTerm: summary.term,
    raftIndex: summary.consistentIndex,
    revision: summary.revision,
    compactRevision: summary.finishedCompactRevision,
    hash: hashInHex(summary.hash),
    keys: summary.keys,
    databaseBytes: database.length,
    databaseSha256: createHash('sha256').update(database).digest('hex'),
    verified: true,
    comparison: {
      revision: summary.revision,
      voters: 1,
      members: [{ name: 'infra0', result: 'equal', reason: null }],
    },
    file,
  };
}

/** Writes a backup and its manifest. @param recipients empty: it is not encrypted. */
export async function storeBackup(
  path: string,
  snapshot: Buffer,
  recipients: readonly string[],
): Promise<BackupManifest> {
  const writer =
    recipients.length === 0 ? await createPlainFile(path) : await createEncryptedFile(path, { recipients });
  await writer.write(snapshot);
  const { fileBytes, fileSha256 } = await writer.finish();
  const manifest = await manifestFor(snapshot, {
    name: basename(path),
    bytes: fileBytes,
    sha256: fileSha256,
    encryption: recipients.length === 0 ? 'none' : 'age',
    recipients,
  });
  await writeManifest(path, manifest);
  await writer.commit();
  return manifest;
}

/** The one finding of an opening or a reading that fails. */
export async function findingOf(work: Promise<unknown>): Promise<Finding> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof OpenBackupError)) throw error;
    const [finding] = error.findings;
    if (error.findings.length === 1 && finding !== undefined) return finding;
  }
  throw new Error('there is not one finding');
}
