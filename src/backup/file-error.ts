import { dirname } from 'node:path';
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

/** Refuses what has the name of an incomplete backup and is none that the run may replace. */
export function inTheWay(part: string): BackupFileError {
  return new BackupFileError({
    code: 'backup-file-exists',
    fact: `${quote(part)} is in the way: the backup has this name while it is written.`,
    cause: 'it is not a file, belongs to another user, or another run has just begun.',
    fix: 'remove it, or choose another backup-path.',
  });
}

/** The incomplete file is not that of this run any more. */
export function replaced(path: string): BackupFileError {
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
