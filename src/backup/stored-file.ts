import { constants, fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errorMessage, type Finding, RunError } from '../findings.ts';
import { printable } from '../text/printable.ts';
import { quote } from '../text/quote.ts';
import { type ChunkFile, readUpTo } from './sealed-source.ts';

/** A backup cannot be restored as it is. Its one finding has the cause and the fix. */
export class OpenBackupError extends RunError {
  constructor(finding: Omit<Finding, 'at' | 'host'> & { readonly at?: string }, cause?: unknown) {
    super('The backup cannot be restored', [{ at: 'restore-from', ...finding }]);
    this.name = 'OpenBackupError';
    if (cause !== undefined) this.cause = cause;
  }
}

/** The file of a backup that is there already. It stays open, so what is read is of this file also if another one gets its name. */
export class StoredFile implements ChunkFile {
  readonly path: string;
  /** Bytes when it was opened. */
  readonly size: number;
  readonly #handle: FileHandle;
  #isVerified = false;
  #isOpen = true;

  /** @param path an absolute one; links are followed. @throws OpenBackupError if there is no regular file that can be read. */
  static async open(path: string): Promise<StoredFile> {
    const handle = await openToRead(path).catch((error: unknown) => {
      throw missing(path, error);
    });
    const found = await handle.stat();
    if (found.isFile()) return new StoredFile(path, found.size, handle);
    await handle.close();
    throw notFile(path, found.isDirectory());
  }

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  /** Notes that the file was found to be whole: what is wrong from here on has changed since. */
  noteVerified(): void {
    this.#isVerified = true;
  }

  read(buffer: Uint8Array, position: number): void {
    this.#assertOpen();
    let count: number;
    try {
      count = readUpTo(this.#handle.fd, buffer, position);
    } catch (error) {
      throw this.damaged(printable(errorMessage(error)), error);
    }
    if (count < buffer.length) throw this.#endsEarly(position + count);
  }

  /** Does the same as {@link read}, and lets the rest of the process run meanwhile. */
  async readAside(buffer: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < buffer.length;) {
      this.#assertOpen();
      const { bytesRead } = await this.#handle
        .read(buffer, done, buffer.length - done, position + done)
        .catch((error: unknown) => {
          throw this.damaged(printable(errorMessage(error)), error);
        });
      if (bytesRead === 0) throw this.#endsEarly(position + done);
      done += bytesRead;
    }
    this.#assertOpen();
  }

  assertSize(): void {
    this.#assertOpen();
    const { size } = fstatSync(this.#handle.fd);
    if (size !== this.size) throw this.damaged(`it has ${size} in place of ${this.size} bytes`);
  }

  damaged(what: string, cause?: unknown): OpenBackupError {
    const words: Omit<Finding, 'at' | 'host'> = this.#isVerified
      ? {
          code: 'restore-backup-damaged',
          fact: `the backup ${quote(this.path)} has changed since this run verified it: ${what}.`,
          cause: 'another process writes to the file, or the disk of the runner has an error.',
          fix: 'keep other processes away from the file, and run again.',
        }
      : {
          code: 'restore-backup-damaged',
          fact: `the backup ${quote(this.path)} is damaged: ${what}.`,
          cause: 'it was cut off or changed on its way or where it was stored.',
          fix: 'fetch it anew from where it is stored, or restore another backup.',
        };
    return new OpenBackupError(words, cause);
  }

  /** Closes the file after the readings that are under way. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new Error('this backup was closed');
  }

  #endsEarly(at: number): OpenBackupError {
    return this.damaged(`it ends after ${at} of ${this.size} bytes`);
  }
}

/** Opens a file for reading. Of a pipe, too, this comes back at once. @throws what open(2) does. */
export async function openToRead(path: string): Promise<FileHandle> {
  return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** Why a file cannot be opened: a clause, and what helps; undefined if there is none. */
export function refusal(
  path: string,
  error: unknown,
): { readonly what: string; readonly cause: string; readonly fix: string } | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  return {
    what: printable(errorMessage(error)),
    cause: `the user of the job (${process.getuid?.() ?? 'unknown'}) may not read it, or its disk has an error.`,
    fix: `look at \`ls -l ${path}\` and \`dmesg\` on the runner.`,
  };
}

function missing(path: string, error: unknown): OpenBackupError {
  const { what, ...words } = refusal(path, error) ?? {
    what: undefined,
    cause: 'no earlier step of this job has fetched it, or it has another name.',
    fix: 'fetch the backup and its manifest in an earlier step of the job, or correct restore-from.',
  };
  const fact =
    what === undefined
      ? `there is no backup ${quote(path)} on the runner.`
      : `the backup ${quote(path)} cannot be read: ${what}.`;
  return new OpenBackupError({ code: 'restore-backup-missing', fact, ...words }, error);
}

function notFile(path: string, isFolder: boolean): OpenBackupError {
  return new OpenBackupError({
    code: 'restore-backup-missing',
    fact: `${quote(path)} is ${isFolder ? 'a folder' : 'a device, a pipe or a socket'}, not the file of a backup.`,
    cause: 'restore-from names the folder to which an artifact was downloaded.',
    fix: `write the path of the file, for example restore-from: ${isFolder ? path : dirname(path)}/${isFolder ? 'etcd.db.age' : basename(path)}.`,
  });
}
