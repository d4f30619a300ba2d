import { accessSync, constants, fstatSync, lstatSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorMessage } from '../findings.ts';
import { printable } from '../text/printable.ts';
import { type BackupFileError, damaged, exists, inTheWay, replaced, unwritable } from './file-error.ts';
import { type ChunkFile, readUpTo } from './sealed-source.ts';

/**
 * Checks that a file can be begun at a path: nothing is there, and its folder can be written to. Leaves nothing behind.
 * @throws BackupFileError as {@link PartialFile.create} does.
 */
export function checkPlace(path: string): void {
  const place = resolve(path);
  const folder = dirname(place);
  try {
    refuseExisting(place);
    statSync(folder);
    leftoverAt(`${place}.part`);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(place, error);
  }
}

/**
 * A file that gets its name when it is complete. Until then it is beside it as `NAME.part`, readable by this user alone,
 * and no backup: a run that is killed leaves only that, and the next run replaces it. If two runs write to one path at
 * once, the one that began last has the file, and the other is told so by {@link PartialFile.commit}.
 */
export class PartialFile implements ChunkFile {
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
      refuseExisting(place);
      if (leftoverAt(part)) await unlink(part);
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
    let count: number;
    try {
      count = readUpTo(this.#handle.fd, buffer, position);
    } catch (error) {
      throw this.damaged(printable(errorMessage(error)), error);
    }
    if (count < buffer.length) throw this.damaged(`it ends after ${position + count} of ${this.#size} bytes`);
  }

  /** @throws BackupFileError if the file on the disk has another size than was written. */
  assertSize(): void {
    const { size } = fstatSync(this.#handle.fd);
    if (size !== this.#size) throw this.damaged(`it has ${size} in place of ${this.#size} bytes`);
  }

  /** The file on the disk is not what was written. @param what a clause about it. */
  damaged(what: string, cause?: unknown): BackupFileError {
    return damaged(this.path, what, cause);
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

function refuseExisting(path: string): void {
  const found = statusOf(path);
  if (found !== undefined) throw exists(path, found.isDirectory(), found.isSymbolicLink());
}

/** Returns what is at a path, links not followed; undefined for nothing. @throws Error of the file system */
export function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Reports whether a run that was killed has left its incomplete file. @throws BackupFileError if it is anything else. */
function leftoverAt(part: string): boolean {
  const found = statusOf(part);
  if (found === undefined) return false;
  if (!found.isFile() || found.uid !== process.getuid?.()) throw inTheWay(part);
  return true;
}

/** What link(2) answers where a file system or the kernel has no hard links for this file. */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'];

/** Gives a file a second name; unlike rename(2), link(2) never replaces another one. Without links it is renamed. */
async function nameAs(part: string, path: string, linkFile: typeof link): Promise<void> {
  try {
    await linkFile(part, path);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code)) throw error;
    refuseExisting(path);
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
