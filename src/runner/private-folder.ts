import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorMessage, Refusal } from '../findings.ts';
import { printable } from '../text/printable.ts';

const PREFIX = 'etcd-ha-run-';
/** What mkdtemp(3) adds to it. */
const RANDOM = 6;
/** A socket's path ends after 107 bytes (unix(7)); names in the folder, and what ssh adds to one, need 40 at most. */
const MOST_CHARACTERS = 66;

/**
 * A folder of the run on the runner that nobody else may enter, for sockets, pipes and public files: never for a secret. It
 * is made when it is first asked for.
 */
export class PrivateFolder {
  readonly #place: Place;
  #path: string | undefined;
  #names = 0;

  /** @param temporary the runner's folder for temporary files. */
  constructor(temporary: string) {
    this.#place = placeFor(temporary);
  }

  /** The path of a file in it. @throws Refusal when the folder cannot be made. */
  at(name: string): string {
    this.#path ??= made(this.#place);
    return join(this.#path, name);
  }

  /** A path in it that was given to nobody before. */
  newPath(name: string): string {
    this.#names += 1;
    return this.at(`${name}-${this.#names}`);
  }

  /** Removes it with all that is in it. */
  remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true });
    this.#path = undefined;
  }
}

/** Removes the folders that killed runs of this runner have left. Does not throw. */
export async function removePrivateFolders(temporary: string): Promise<void> {
  const { base, prefix } = placeFor(temporary);
  await removeOwnFolders(base, prefix);
}

function made({ base, prefix }: Place): string {
  try {
    return mkdtempSync(join(base, prefix));
  } catch (error) {
    throw new Refusal('The runner has no room for the files of this run', [
      {
        code: 'runner-folder-unwritable',
        at: 'RUNNER_TEMP',
        fact: `no folder can be made in ${base} on the runner: ${printable(errorMessage(error))}`,
        cause:
          'the folder for temporary files does not exist, the user of the job may not write there, as in a container with `options: --user`, or its disk is full.',
        fix: 'correct RUNNER_TEMP of the runner, or the owner of that folder; `transport: ssh2` needs none.',
      },
    ]);
  }
}

interface Place {
  readonly base: string;
  readonly prefix: string;
}

/**
 * Where the folders of a runner are. Its own folder for temporary files will not do where sockets cannot be in it, as its path
 * is too long, or where ssh's configuration cannot name it; the one of the machine is shared with other runners, and what is
 * there of this one is told from theirs by its name.
 */
function placeFor(temporary: string): Place {
  if (temporary.length + PREFIX.length + RANDOM < MOST_CHARACTERS && /^[\w./-]+$/.test(temporary))
    return { base: temporary, prefix: PREFIX };
  const runner = createHash('sha256').update(temporary).digest('hex').slice(0, 8);
  return { base: tmpdir(), prefix: `${PREFIX}${runner}-` };
}

/**
 * Removes the folders of this process's user whose names begin so. A folder of another user stays: in a place that users
 * share anyone can make one of that name. What cannot be removed keeps nothing else from being removed. Does not throw.
 * @param base the folder that they are in; it may be missing.
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
