import { constants, fstatSync, readSync } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorMessage, type Finding, RunError } from '../findings.ts';
import { fileFailure } from '../text/file-failures.ts';
import { printable } from '../text/printable.ts';
import { quote } from '../text/quote.ts';

/** A backup's file cannot be written, read back or given its name. Its one finding has the cause and the fix. */
export class BackupFileError extends RunError {
  constructor(finding: Omit<Finding, 'at' | 'host'>) {
    super('The backup was not written', [{ at: 'backup-path', ...finding }]);
    this.name = 'BackupFileError';
  }
}

/**
 * A file that gets its name when it is complete. Until then it is beside it as `NAME.part`, readable by this user alone,
 * and no backup: a run that is killed leaves only that, and the next run replaces it. If two runs write to one path at
 * once, the one that began last has the file, and the other is told so by {@link PartialFile.commit}.
 */
export class PartialFile {
  /** The absolute path of the complete file. */
  readonly path: string;
  readonly #part: string;
  readonly #handle: FileHandle;
  readonly #link: typeof link;
  readonly #identity: Identity;
  #size = 0;
  #isOpen = true;

  /**
   * @param path of the complete file; a relative one begins at the working directory.
   * @param linkFile link(2); another one only for tests.
   * @throws BackupFileError if something is there, or nothing can be written there.
   */
  static async create(path: string, linkFile: typeof link = link): Promise<PartialFile> {
    const place = resolve(path);
    const part = `${place}.part`;
    try {
      await refuseExisting(place);
      await removeLeftover(part);
      const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      const handle = await open(part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600).catch(
        (error: unknown) => {
          throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? inTheWay(part) : error;
        },
      );
      return new PartialFile({
        place,
        part,
        handle,
        linkFile,
        identity: await handle.stat({ bigint: true }),
      });
    } catch (error) {
      throw unwritable(place, error);
    }
  }

  private constructor({ place, part, handle, linkFile, identity }: Opened) {
    this.path = place;
    this.#part = part;
    this.#handle = handle;
    this.#link = linkFile;
    this.#identity = identity;
  }

  /** Bytes that were written. */
  get size(): number {
    return this.#size;
  }

  /** Writes behind what was written. Calls must not overlap. @throws BackupFileError */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#size);
        done += bytesWritten;
        this.#size += bytesWritten;
      }
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  /** Waits until the disk has everything. @throws BackupFileError */
  async sync(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  /** Fills the buffer with the bytes from a position. @throws BackupFileError if the file does not have them. */
  read(buffer: Uint8Array, position: number): void {
    if (!this.#isOpen) throw new Error('this backup was closed');
    let done = 0;
    while (done < buffer.length) {
      const count = this.#readSome(buffer, done, position + done);
      if (count === 0) throw damaged(this.path, `it ends after ${position + done} of ${this.#size} bytes`);
      done += count;
    }
  }

  #readSome(buffer: Uint8Array, offset: number, position: number): number {
    try {
      return readSync(this.#handle.fd, buffer, offset, buffer.length - offset, position);
    } catch (error) {
      throw damaged(this.path, printable(errorMessage(error)), error);
    }
  }

  /** @throws BackupFileError if the file on the disk has another size than was written. */
  assertSize(): void {
    const { size } = fstatSync(this.#handle.fd);
    if (size !== this.#size) throw damaged(this.path, `it has ${size} in place of ${this.#size} bytes`);
  }

  /**
   * Gives the file its name, and closes it. It never replaces another one.
   * @param name another name beside it; by default the one that it was created for.
   * @throws BackupFileError if the file is not that of this run any more, has changed its size, or there is one of that
   * name. After an error of the last step, which waits until the disk has the name, the file has it all the same.
   */
  async commit(name: string = this.path): Promise<void> {
    try {
      this.assertSize();
      if (!(await this.#isOwn().catch(() => false))) throw replaced(this.path);
      await nameAs(this.#part, name, this.#link);
      await this.#close();
      await unlink(this.#part).catch(ignoreAbsence);
      await syncFolder(dirname(this.path));
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  /** Empties and removes the file unless it has its name, and closes it. Does not throw. */
  async discard(): Promise<void> {
    if (!this.#isOpen) return;
    // What cannot be removed is at least empty.
    await this.#handle.truncate(0).catch(() => undefined);
    if (await this.#isOwn().catch(() => false)) await unlink(this.#part).catch(() => undefined);
    await this.#close().catch(() => undefined);
  }

  /** From here on nothing empties or removes the file. */
  async #close(): Promise<void> {
    this.#isOpen = false;
    await this.#handle.close();
  }

  async #isOwn(): Promise<boolean> {
    const { dev, ino } = await lstat(this.#part, { bigint: true });
    return dev === this.#identity.dev && ino === this.#identity.ino;
  }
}

interface Opened {
  readonly place: string;
  readonly part: string;
  readonly handle: FileHandle;
  readonly linkFile: typeof link;
  readonly identity: Identity;
}

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

async function refuseExisting(path: string): Promise<void> {
  const found = await statusOf(path);
  if (found !== undefined) throw exists(path, found.isDirectory(), found.isSymbolicLink());
}

/** What lies at a path, links not followed; undefined for nothing. */
async function statusOf(path: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  return await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Removes the rest of a run that was killed. @throws BackupFileError if it is anything else. */
async function removeLeftover(part: string): Promise<void> {
  const found = await statusOf(part);
  if (found === undefined) return;
  if (!found.isFile() || found.uid !== process.getuid?.()) throw inTheWay(part);
  await unlink(part);
}

/** What link(2) answers where a file system or the kernel has no hard links for this file. */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'];

/** Gives a file a second name; unlike rename(2), link(2) never replaces another one. Without links it is renamed. */
async function nameAs(part: string, path: string, linkFile: typeof link): Promise<void> {
  try {
    await linkFile(part, path);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code)) throw error;
    await refuseExisting(path);
    await rename(part, path);
  }
}

function ignoreAbsence(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** Waits until the disk has the names of a folder; not every file system offers that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  } finally {
    await handle.close();
  }
}

/** Explains why nothing can be written at a path; what is explained already stays as it is. */
export function unwritable(path: string, error: unknown): BackupFileError {
  if (error instanceof BackupFileError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const folder = dirname(path);
  if (code === 'EEXIST') return exists(path, false, false);
  if (code === 'ENOENT') {
    return new BackupFileError({
      code: 'backup-file-unwritable',
      fact: `the folder ${quote(folder)}, where the backup is to be written, does not exist on the runner.`,
      cause: 'no earlier step of this job has created it; files of another job are gone.',
      fix: `create it in an earlier step (\`mkdir -p ${folder}\`), or correct backup-path.`,
    });
  }
  return new BackupFileError({
    code: 'backup-file-unwritable',
    fact: `the backup ${quote(path)} cannot be written: ${printable(errorMessage(error))}.`,
    ...(fileFailure(error, folder) ?? notAllowed(code, folder)),
  });
}

function notAllowed(code: string | undefined, folder: string): Pick<Finding, 'cause' | 'fix'> {
  const user = process.getuid?.() ?? 'unknown';
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      cause: `the user of the job (${user}) may not write in ${folder}, as in a container with \`options: --user\`, or the folder is immutable.`,
      fix: `give that user the folder (\`ls -ld ${folder}\`, \`lsattr -d ${folder}\`), or name one below the workspace.`,
    };
  }
  return {
    cause: 'a part of the path is a file or a link to itself, or its name is too long.',
    fix: 'name a file in a folder of the workspace, for example backup-path: backups/etcd.db.age.',
  };
}

/** Refuses to replace what is at a path. */
export function exists(path: string, isFolder = false, isLink = false): BackupFileError {
  const kind = isFolder ? 'a folder' : isLink ? 'a symbolic link' : 'already a file';
  return new BackupFileError({
    code: 'backup-file-exists',
    fact: `${quote(path)} is ${kind}, and a backup never replaces anything.`,
    cause: 'backup-path is the same for every run, and the runner or an earlier step keeps its files.',
    fix: 'name a new file for each run, for example backup-path: backups/etcd-${{ github.run_id }}-${{ github.run_attempt }}.db.age.',
  });
}

function inTheWay(part: string): BackupFileError {
  return new BackupFileError({
    code: 'backup-file-exists',
    fact: `${quote(part)} is in the way: the backup has this name while it is written.`,
    cause: 'it is not a file, belongs to another user, or another run has just begun.',
    fix: 'remove it, or choose another backup-path.',
  });
}

function replaced(path: string): BackupFileError {
  return new BackupFileError({
    code: 'backup-file-exists',
    fact: `${quote(`${path}.part`)} was removed or replaced while the backup was written.`,
    cause: 'another run writes a backup to the same path.',
    fix: 'let one run at a time do it (`concurrency` of the workflow), or name a file for each run.',
  });
}

/** The file on the disk is not what was written. @param what a clause about it. */
export function damaged(path: string, what: string, cause?: unknown): BackupFileError {
  const error = new BackupFileError({
    code: 'backup-file-damaged',
    fact: `the file of the backup, ${quote(path)}, is not as it was written: ${what}.`,
    cause: 'the disk of the runner has an error, or another process writes to the file.',
    fix: 'look at `dmesg` on the runner, and run again with a path that nothing else uses.',
  });
  if (cause !== undefined) error.cause = cause;
  return error;
}
