import { constants } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { fieldsOf } from '../text/json-fields.ts';
import { type BackupManifest, manifestPath } from './manifest.ts';
import { exists, PartialFile, unwritable } from './partial-file.ts';

/** A manifest has some kilobytes. */
const MOST_BYTES = 1024 * 1024;

/**
 * Makes sure that the manifest of a new backup has a place. Call it when it is known that there is no backup of that name: a
 * manifest without its backup is then what a run has left that was killed between the two names.
 * @returns whether there is such a manifest, which {@link writeManifest} sets aside.
 * @throws BackupFileError if there is anything else.
 */
export async function checkManifestPlace(backupPath: string): Promise<boolean> {
  const path = manifestPath(backupPath);
  const found = await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unwritable(path, error);
  });
  if (found === undefined) return false;
  const isOwn = found.isFile() && found.uid === process.getuid?.() && found.size <= MOST_BYTES;
  if (!isOwn || !isManifest(await textOf(path)))
    throw exists(path, found.isDirectory(), found.isSymbolicLink());
  return true;
}

/** Writes the manifest beside its backup. @throws BackupFileError if it cannot be written. */
export async function writeManifest(backupPath: string, manifest: BackupManifest): Promise<void> {
  const path = manifestPath(backupPath);
  if (await checkManifestPlace(backupPath)) await rename(path, `${path}.${Date.now()}.old`);
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

async function textOf(path: string): Promise<string> {
  // of a file that has become a pipe meanwhile, too, this comes back at once
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function isManifest(text: string): boolean {
  const found = fieldsOf(text);
  return found?.['schemaVersion'] === 1 && 'databaseSha256' in found;
}
