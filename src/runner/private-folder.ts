import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorMessage, RunError } from '../findings.ts';
import { fileFailure } from '../text/file-failures.ts';
import { printable } from '../text/printable.ts';

const PREFIX = 'etcd-ha-run-';
/** The length of mkdtemp(3)'s suffix. */
const SUFFIX_LENGTH = 6;
/** A socket's path is limited to 107 bytes (unix(7)); names in the folder, and ssh's suffix, need 40 at most. */
const MAX_PATH_LENGTH = 66;

/**
 * The run's private folder on the runner, for sockets, pipes and public files: never for a secret. It is created at
 * the first use.
 */
export class PrivateFolder {
  readonly #place: FolderLocation;
  #path: string | undefined;
  #names = 0;

  /** @param temporary the runner's folder for temporary files. */
  constructor(temporary: string) {
    this.#place = locationFor(temporary);
  }

  /** Returns the path of a file in it. @throws RunError when the folder cannot be created. */
  at(name: string): string {
    this.#path ??= createFolder(this.#place);
    return join(this.#path, name);
  }

  /** Returns a unique path in it. */
  newPath(name: string): string {
    this.#names += 1;
    return this.at(`${name}-${this.#names}`);
  }

  /** Removes it with its contents. */
  remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true });
    this.#path = undefined;
  }
}

/** Removes the folders that killed runs of this runner left behind. Does not throw. */
export async function removePrivateFolders(temporary: string): Promise<void> {
  const { base, prefix } = locationFor(temporary);
  await removeOwnFolders(base, prefix);
}

/** Prefix of the folders that hold an artifact's files during the upload, in the runner's folder for temporary files. */
export const STAGED_PREFIX = 'etcd-ha-artifact-';

/** Removes the files of artifacts that killed runs left behind. Does not throw. */
export async function removeStagedArtifacts(runnerTemp: string): Promise<void> {
  await removeOwnFolders(runnerTemp, STAGED_PREFIX);
}

function createFolder({ base, prefix }: FolderLocation): string {
  try {
    return mkdtempSync(join(base, prefix));
  } catch (error) {
    throw new RunError('The runner has no room for the files of this run', [
      {
        code: 'runner-folder-unwritable',
        at: 'RUNNER_TEMP',
        fact: `cannot create a folder in ${base} on the runner: ${printable(errorMessage(error))}`,
        ...(fileFailure(error, base) ?? {
          cause:
            'the folder for temporary files does not exist, or the user of the job may not write there, as in a container with `options: --user`.',
          fix: 'correct RUNNER_TEMP of the runner, or the owner of that folder; `transport: ssh2` needs none.',
        }),
      },
    ]);
  }
}

interface FolderLocation {
  readonly base: string;
  readonly prefix: string;
}

/**
 * Chooses the location of a runner's folders. Its own folder for temporary files is unsuitable if its path is too
 * long for sockets, or not valid in ssh's configuration. The machine's folder is shared with other runners, so the
 * names there identify this one.
 */
function locationFor(temporary: string): FolderLocation {
  if (temporary.length + PREFIX.length + SUFFIX_LENGTH < MAX_PATH_LENGTH && /^[\w./-]+$/.test(temporary))
    return { base: temporary, prefix: PREFIX };
  const runner = createHash('sha256').update(temporary).digest('hex').slice(0, 8);
  return { base: tmpdir(), prefix: `${PREFIX}${runner}-` };
}

/**
 * Removes the folders with this prefix that belong to this process's user. A folder of another user stays: in a
 * shared place anyone can create one of that name. An error with one folder does not stop the others. Does not throw.
 * @param base the folder that contains them; it may be missing.
 */
export async function removeOwnFolders(base: string, prefix: string): Promise<void> {
  const names = await readdir(base).catch(() => []);
  const paths = names.filter((name) => name.startsWith(prefix)).map((name) => join(base, name));
  await Promise.allSettled(
    paths.map(async (path) => {
      const status = await lstat(path);
      if (!status.isDirectory() || status.uid !== process.getuid?.()) return;
      await rm(path, { recursive: true, force: true });
    }),
  );
}
