import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { ReadingOptions } from '../etcd/database/byte-source.ts';
import { type DatabaseSummary, examineDatabase } from '../etcd/database/examine.ts';
import { type HashKvAt, hashKvOf } from '../etcd/database/hash-kv.ts';
import { DatabaseError } from '../etcd/database/pages.ts';
import { DIGEST_BYTES } from '../etcd/snapshot/receive.ts';
import { errorMessage } from '../findings.ts';
import { quote, quoteJson } from '../text/quote.ts';
import { MOST_HEADER_BYTES, type Sealing, unsealed, unsealWith } from './age-file.ts';
import type { Identities } from './identities.ts';
import { type BackupManifest, hashInHex, manifestPath } from './manifest.ts';
import { readManifest } from './read-manifest.ts';
import { BATCH_BYTES, batchesOf, endsWhole, plaintextBytes, SealedSource } from './sealed-source.ts';
import { OpenBackupError, StoredFile } from './stored-file.ts';

/** A backup of which the file, the manifest and the database were found to agree. */
export interface OpenedBackup {
  /** Absolute, on the runner. */
  readonly path: string;
  readonly manifest: BackupManifest;
  /** Bytes of what etcdutl takes: the database, and its SHA-256 in 32 bytes, as `etcdctl snapshot save` writes it. */
  readonly snapshotBytes: number;
  /** Of these bytes, hex. */
  readonly snapshotSha256: string;
  /**
   * Returns these bytes, decrypted from the disk again. It may be called several times, also at the same time. A piece is the
   * caller's, and has a mebibyte at most.
   * @throws OpenBackupError if the file has changed since; of one that is not encrypted, only in place of the last piece.
   */
  snapshot(): AsyncIterable<Buffer>;
  /**
   * Returns what a member answers to HashKV that was started from the backup, before anything is written to it; null if the file
   * cannot tell. It reads the database three times. @throws OpenBackupError if the file has changed, which only one of age tells.
   */
  hashKv(): Promise<BackupHash | null>;
  /** Closes the file, and forgets its key. What is still being read fails. */
  close(): Promise<void>;
}

/** A HashKV, with what it covers. */
export interface BackupHash extends HashKvAt {
  /** Unsigned number of 32 bits. */
  readonly hash: number;
}

/** How the opening is watched and ended. */
export interface OpeningOptions {
  /** Ends the opening, and later readings, with its reason. */
  readonly signal: AbortSignal;
  /** Called for each mebibyte or a few times per second, and at the end with both equal. */
  readonly onProgress?: (bytesDone: number, total: number) => void;
}

/**
 * Opens a backup that `operation: backup` has made, and verifies it: the file is the one of its manifest, it decrypts to its end,
 * its database is whole, and the database is the one of the manifest. That is one pass through the file for its hashes, and one
 * from page to page, or a few if there are very many keys. It takes up to 50 MiB of memory, whatever the size.
 * @param from.path of the file; its manifest lies beside it.
 * @throws OpenBackupError with one finding; the signal's reason.
 */
export async function openBackup(
  { path, identities }: { readonly path: string; readonly identities: Identities },
  options: OpeningOptions,
): Promise<OpenedBackup> {
  options.signal.throwIfAborted();
  const file = await StoredFile.open(resolve(path));
  let sealing: Sealing = unsealed;
  try {
    const manifest = await readManifest(file.path);
    if (manifest.file.encryption === 'age') sealing = await openHeader(file, manifest, identities);
    return await verify({ file, sealing, manifest }, options);
  } catch (error) {
    sealing.forget();
    await file.close();
    throw error;
  }
}

interface Opened {
  readonly file: StoredFile;
  readonly sealing: Sealing;
  readonly manifest: BackupManifest;
}

async function openHeader(
  file: StoredFile,
  { file: { recipients } }: BackupManifest,
  identities: Identities,
): Promise<Sealing> {
  if (identities.count === 0) throw withoutIdentity(file.path, recipients);
  const begin = Buffer.alloc(Math.min(file.size, MOST_HEADER_BYTES));
  file.read(begin, 0);
  const sealing = await unsealWith(identities, begin).catch((error: unknown) => {
    throw file.damaged(errorMessage(error), error);
  });
  if (sealing !== undefined) return sealing;
  const own = await identities.recipients();
  const expected = own.find((recipient) => recipients.includes(recipient));
  if (expected === undefined) throw wrongIdentity(file.path, recipients, own);
  throw file.damaged(
    `its header cannot be opened with the secret key of ${quote(expected)}, a recipient by the manifest`,
  );
}

async function verify(opened: Opened, options: OpeningOptions): Promise<OpenedBackup> {
  const { file, sealing, manifest } = opened;
  const { signal, onProgress } = options;
  checkSize(opened);
  const snapshotBytes = snapshotBytesOf(manifest);
  const total = file.size + snapshotBytes;
  const { fileSha256, databaseSha256, snapshotSha256 } = await digestsOf(opened, signal, (bytes) =>
    onProgress?.(bytes, total),
  );
  checkEqual(opened, 'SHA-256 of the file', fileSha256, manifest.file.sha256);
  checkEqual(opened, 'SHA-256 of the database', databaseSha256, manifest.databaseSha256);
  const summary = await examine(opened, {
    signal,
    onProgress: (bytes) => onProgress?.(file.size + Math.min(bytes, snapshotBytes - 1), total),
  });
  for (const [name, value] of noted(summary)) checkEqual(opened, name, value, manifest[name]);
  file.noteVerified();
  onProgress?.(total, total);
  return {
    path: file.path,
    manifest,
    snapshotBytes,
    snapshotSha256,
    snapshot: () => snapshotOf(opened, snapshotSha256, signal),
    hashKv: () => hashOf(opened, summary, { signal }),
    close: async () => {
      await file.close();
      sealing.forget();
    },
  };
}

/** Looks at the file's length and end, before all of it is read. A file of age tells whether that was cut off or added to. */
function checkSize(opened: Opened): void {
  const { file, sealing, manifest } = opened;
  const size = plaintextBytes(sealing, file.size);
  const expected = manifest.file.bytes;
  const isWhole = sealing === unsealed || (size !== undefined && endsWhole(file, sealing, size));
  if (!isWhole) {
    const numbers =
      file.size === expected ? '' : `; it has ${file.size} bytes, and by its manifest ${expected}`;
    throw file.damaged(`its end cannot be decrypted${numbers}`);
  }
  checkEqual(opened, 'number of bytes of the file', file.size, expected);
  checkEqual(opened, 'number of bytes of the snapshot', size, snapshotBytesOf(manifest));
}

function snapshotBytesOf({ databaseBytes }: BackupManifest): number {
  return databaseBytes + DIGEST_BYTES;
}

interface Digests {
  readonly fileSha256: string;
  readonly databaseSha256: string;
  readonly snapshotSha256: string;
}

/** Reads the file from its beginning to its end. @throws OpenBackupError if the digest in it is not that of the database. */
async function digestsOf(
  { file, sealing, manifest: { databaseBytes } }: Opened,
  signal: AbortSignal,
  onBytes: (bytesDone: number) => void,
): Promise<Digests> {
  const ofFile = createHash('sha256').update(sealing.head);
  const ofDatabase = createHash('sha256');
  const ofSnapshot = createHash('sha256');
  const memory = Buffer.allocUnsafeSlow(BATCH_BYTES);
  let [fileDone, plainDone] = [sealing.head.length, 0];
  for await (const { sealed, plain } of batchesOf(file, sealing, () => memory)) {
    signal.throwIfAborted();
    ofFile.update(sealed);
    ofDatabase.update(plain.subarray(0, Math.max(0, databaseBytes - plainDone)));
    ofSnapshot.update(plain);
    fileDone += sealed.length;
    plainDone += plain.length;
    onBytes(fileDone);
  }
  file.assertSize();
  const whole = ofDatabase.copy();
  const digest = ofDatabase.digest();
  const snapshotSha256 = ofSnapshot.digest('hex');
  if (whole.update(digest).digest('hex') !== snapshotSha256)
    throw file.damaged('the SHA-256 at the end of its snapshot is not that of the database');
  return { fileSha256: ofFile.digest('hex'), databaseSha256: digest.toString('hex'), snapshotSha256 };
}

async function examine(opened: Opened, options: ReadingOptions): Promise<DatabaseSummary> {
  const { file } = opened;
  try {
    return await examineDatabase(sourceOf(opened), options);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw file.damaged(`it is not a whole database of etcd: ${error.message}`, error);
  }
}

function sourceOf({ file, sealing, manifest }: Opened): SealedSource {
  return new SealedSource(file, sealing, snapshotBytesOf(manifest));
}

type Noted = 'revision' | 'compactRevision' | 'hash' | 'keys' | 'raftTerm' | 'raftIndex' | 'storageVersion';

/** What the manifest has of the database, as the database is. */
function noted(summary: DatabaseSummary): readonly (readonly [Noted, BackupManifest[Noted]])[] {
  return [
    ['revision', summary.revision],
    ['compactRevision', summary.finishedCompactRevision],
    ['hash', hashInHex(summary.hash)],
    ['keys', summary.keys],
    ['raftTerm', summary.term],
    ['raftIndex', summary.consistentIndex],
    ['storageVersion', summary.storageVersion],
  ];
}

async function* snapshotOf(
  { file, sealing }: Opened,
  sha256: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  // each chunk of a file of age has a tag, which takes less time
  const hash = sealing === unsealed ? createHash('sha256') : undefined;
  let last: Buffer | undefined;
  file.assertSize();
  for await (const { plain } of batchesOf(file, sealing, () => Buffer.allocUnsafeSlow(BATCH_BYTES))) {
    signal.throwIfAborted();
    if (last !== undefined) yield last;
    hash?.update(plain);
    last = plain;
  }
  const found = hash?.digest('hex') ?? sha256;
  if (found !== sha256) throw file.damaged(`its SHA-256 is ${found}`);
  if (last !== undefined) yield last;
}

/** A member finishes a compaction that was only scheduled when it starts (server/storage/mvcc/kvstore.go, restore). */
async function hashOf(
  opened: Opened,
  summary: DatabaseSummary,
  options: ReadingOptions,
): Promise<BackupHash | null> {
  const compacted = Math.max(summary.scheduledCompactRevision, summary.finishedCompactRevision);
  const at = {
    revision: Math.max(summary.revision, compacted),
    compactRevision: compacted === 0 ? -1 : compacted,
  };
  try {
    return { ...at, hash: await hashKvOf(sourceOf(opened), at, options) };
  } catch (error) {
    if (error instanceof DatabaseError) return null;
    throw error;
  }
}

/** @throws OpenBackupError if what was found is not what the manifest has. */
function checkEqual({ file }: Opened, name: string, found: unknown, expected: unknown): void {
  if (found === expected) return;
  throw new OpenBackupError({
    code: 'restore-manifest-differs',
    fact: `the backup ${quote(file.path)} is not the one of its manifest ${quote(manifestPath(file.path))}: ${name} is ${quoteJson(found)}, and by the manifest ${quoteJson(expected)}.`,
    cause: 'the manifest of another backup is beside it, or one of the two was changed or cut off.',
    fix: 'fetch both anew from where they are stored, or restore another backup.',
  });
}

/** Names public keys, the first ones of many. */
function listed(recipients: readonly string[]): string {
  const most = 5;
  const shown = recipients.slice(0, most).map(quote).join(', ');
  return recipients.length > most ? `${shown} and ${recipients.length - most} more` : shown;
}

function withoutIdentity(path: string, recipients: readonly string[]): OpenBackupError {
  return new OpenBackupError({
    code: 'restore-identity-missing',
    at: 'backup-identity',
    fact: `the backup ${quote(path)} is encrypted to ${listed(recipients)}, and no secret key is given.`,
    cause: 'the input is empty, or the secret that it names is.',
    fix: 'store the secret key of one of these recipients as a secret, and write backup-identity: ${{ secrets.BACKUP_IDENTITY }}.',
  });
}

function wrongIdentity(path: string, recipients: readonly string[], own: readonly string[]): OpenBackupError {
  return new OpenBackupError({
    code: 'restore-identity-wrong',
    at: 'backup-identity',
    fact: `the backup ${quote(path)} is encrypted to ${listed(recipients)}, and the given secret keys are those of ${listed(own)}.`,
    cause: 'the backup was made with an earlier key or for another cluster, or the wrong secret is used.',
    fix: 'give the secret key of one of the recipients of this backup.',
  });
}
