import { basename } from 'node:path';
import {
  type BackupWriter,
  createEncryptedFile,
  createPlainFile,
  type WrittenFile,
} from '../backup/backup-writer.ts';
import { differing, type HashComparison, isVerified } from '../backup/compare-hashes.ts';
import {
  type BackupManifest,
  checkManifestPlace,
  hashInHex,
  removeManifest,
  unverifiedPath,
  writeManifest,
} from '../backup/manifest.ts';
import { RecipientsError } from '../backup/recipients.ts';
import { DatabaseError } from '../etcd/database/pages.ts';
import {
  mostSnapshotBytes,
  type ReceivedSnapshot,
  receiveSnapshot,
  SnapshotError,
} from '../etcd/snapshot/receive.ts';
import { RunError } from '../findings.ts';
import { type BackupProof, type BackupSource, observeSource, proveBackup } from '../run/backup-proof.ts';
import { fingerprintsIn } from '../pki/inspect.ts';
import { size, transferLine } from '../text/units.ts';
import { type StepContext, stepFailure } from './context.ts';
import type { RunnerKind, StepOnHost } from './step-kind.ts';

/** Copies the database of a member to a file on the runner, and proves the copy. */
export interface TakeBackup extends StepOnHost {
  readonly kind: 'take-backup';
  readonly clusterName: string;
  /** initial-cluster-token; null if no manifest names one. */
  readonly clusterToken: string | null;
  /** Absolute path of the file on the runner. */
  readonly path: string;
  /** Public keys that it is encrypted to; empty: it is not encrypted. */
  readonly recipients: readonly string[];
}

const title = 'take backup';

/** A link that is cut for some seconds and comes back is no reason to begin again. */
const SILENT_FOR_MS = 30_000;
/** etcd keeps the pages of a snapshot until it is sent: a link this slow lets the database grow (mvcc/backend, backend.go). */
const LEAST_BYTES_PER_SECOND = 64 * 1024;
const RATE_WINDOW_MS = 30_000;

/**
 * The kind of {@link TakeBackup}. The database goes through the connection to its member into the file, encrypted on the way.
 * Then the file is read back, page by page, and compared with the members that are alive; it gets its name after that.
 */
export const takeBackupStep: RunnerKind<TakeBackup> = {
  title,
  readsOnly: true,
  // who leads, and so which member sends the database, may change before a plan is approved
  anyHost: true,
  describe: ({ path, recipients }) =>
    recipients.length === 0
      ? `${title} to ${path}, not encrypted`
      : `${title} to ${path}, encrypted to ${recipients.join(', ')}`,
  /** @throws RunError if the copy is not whole, or differs from what the members have. */
  async run(step, context) {
    const { signal } = context;
    const file = await begin(step).catch((error: unknown) => {
      throw inWords(error, step);
    });
    try {
      const source = await observeSource(await context.cluster(), step.host, signal);
      const takenAt = new Date().toISOString();
      const received = await receive(source, file, step, context);
      const written = await file.finish();
      const record = { stage: 'Backup', title: 'verify backup', changes: false, host: step.host };
      const proof = await context.timeline.record(record, () => proveBackup(file.source(), source, signal));
      const { comparison } = proof;
      if (!isVerified(comparison) && differing(comparison).length > 0) {
        throw await keepUnverified(file, step, takenAt, comparison);
      }
      const manifest = manifestOf(step, { source, takenAt, received, written, proof });
      // the manifest first: a backup has one from the moment on at which it has its name
      await writeManifest(step.path, manifest);
      await file.commit().catch(async (error: unknown) => {
        await removeManifest(step.path);
        throw error;
      });
      context.backups.push({ path: step.path, manifest });
      context.log.host(step.host).info(resultLine(manifest, step.path));
    } catch (error) {
      await file.discard();
      throw inWords(error, step);
    }
  },
};

async function receive(
  { client, status }: BackupSource,
  file: BackupWriter,
  { host }: TakeBackup,
  { log, signal }: StepContext,
): Promise<ReceivedSnapshot> {
  return receiveSnapshot(
    client.snapshot({ signal, idleTimeoutMs: SILENT_FOR_MS }),
    (bytes) => file.write(bytes),
    {
      minimumBytesPerSecond: LEAST_BYTES_PER_SECOND,
      windowMs: RATE_WINDOW_MS,
      mostBytes: mostSnapshotBytes(status),
      now: () => performance.now(),
      onProgress: ({ receivedBytes: bytes, ...progress }) =>
        log.host(host).info(transferLine('received', { bytes, ...progress })),
    },
  );
}

/** Keeps a copy that differs under another name, and returns the error that says so. */
async function keepUnverified(
  file: BackupWriter,
  { host, path }: TakeBackup,
  takenAt: string,
  comparison: HashComparison,
): Promise<RunError> {
  const name = unverifiedPath(path, takenAt);
  const kept = await file.commit(name).then(
    () => `it is kept as ${name}`,
    () => 'it could not be kept',
  );
  return stepFailure(title, host, {
    code: 'backup-differs',
    fact: `the copy has other keys or values than ${differing(comparison).join(', ')} at revision ${comparison.revision}; ${kept}.`,
    cause: `The disk of ${host} returned wrong data, or this release of etcd hashes its keys in another way.`,
    fix: 'Run operation: health. If all members agree, run again; if the backup differs again, open an issue with the release of etcd. Do not rely on the kept file.',
  });
}

/** What the manifest is made of. */
interface Taken {
  readonly source: BackupSource;
  readonly takenAt: string;
  readonly received: ReceivedSnapshot;
  readonly written: WrittenFile;
  readonly proof: BackupProof;
}

function manifestOf(
  { host, clusterName, clusterToken, path, recipients }: TakeBackup,
  { source, takenAt, received, written, proof: { summary, comparison } }: Taken,
): BackupManifest {
  return {
    schemaVersion: 1,
    clusterName,
    clusterId: source.list.clusterId,
    clusterToken,
    caFingerprints: fingerprintsIn(source.clients.credentials.caPem),
    members: source.list.members,
    source: host,
    takenAt,
    etcdVersion: source.status.version,
    storageVersion: summary.storageVersion,
    raftTerm: summary.term,
    raftIndex: summary.consistentIndex,
    revision: summary.revision,
    compactRevision: summary.finishedCompactRevision,
    hash: hashInHex(summary.hash),
    keys: summary.keys,
    databaseBytes: received.databaseBytes,
    databaseSha256: received.sha256,
    verified: isVerified(comparison),
    comparison,
    file: {
      name: basename(path),
      bytes: written.fileBytes,
      sha256: written.fileSha256,
      encryption: recipients.length === 0 ? 'none' : 'age',
      recipients,
    },
  };
}

function resultLine(
  { revision, keys, databaseBytes, verified, comparison }: BackupManifest,
  path: string,
): string {
  const equal = comparison.members.filter(({ result }) => result === 'equal').map(({ name }) => name);
  const proof = verified
    ? `keys and values up to revision ${comparison.revision} equal those of ${equal.join(', ')}`
    : 'a majority of the members could not confirm its keys and values';
  return `Backup of revision ${revision} in ${path}: ${keys} keys, ${size(databaseBytes)}; ${proof}`;
}

/** Begins the file, before anything is asked of the cluster. */
async function begin({ path, recipients }: TakeBackup): Promise<BackupWriter> {
  const file =
    recipients.length === 0 ? await createPlainFile(path) : await createEncryptedFile(path, { recipients });
  try {
    checkManifestPlace(path);
    return file;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Explains what is not explained yet: a stream that is none, and a file that is no whole database of etcd. */
function inWords(error: unknown, { host }: TakeBackup): unknown {
  if (error instanceof RecipientsError) {
    return new RunError(
      'the backup was not begun',
      error.problems.map(({ code, fact, cause, fix }) => ({
        code,
        at: 'backup-recipients',
        fact,
        ...(cause && { cause }),
        ...(fix && { fix }),
      })),
    );
  }
  if (error instanceof SnapshotError) {
    const { code, fact, cause, fix } = error.words;
    return stepFailure(title, host, { code, fact, ...(cause && { cause }), ...(fix && { fix }) });
  }
  if (!(error instanceof DatabaseError)) return error;
  return stepFailure(title, host, {
    code: 'backup-database-damaged',
    fact: `the copy is not a whole database of etcd: ${error.message}.`,
    cause: `The database of ${host} is damaged on its disk, although etcd runs.`,
    fix: `Run again: another member may be chosen. Run operation: health; if it finds nothing, replace ${host}.`,
  });
}
