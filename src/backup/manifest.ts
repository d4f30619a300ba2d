import type { EtcdId, ListedMember } from '../etcd/messages.ts';
import type { HashComparison } from './compare-hashes.ts';

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
