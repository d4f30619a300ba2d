/** The cause of a failed write to the runner's disk, and the fix; the fields of a finding. */
export interface FileFailure {
  readonly cause: string;
  readonly fix: string;
}

/**
 * Explains a write that failed because of the file system or a limit. What
 * depends on the file (a folder that is missing, a user who may not write) is left to its writer.
 * @param error what a function of node:fs has thrown. @param path the file, or the folder that was to have it.
 * @returns undefined for any other error. Sources of the codes: open(2), write(2), fsync(2).
 */
export function fileFailure(error: unknown, path: string): FileFailure | undefined {
  const code = (error as NodeJS.ErrnoException | null | undefined)?.code ?? '';
  return Object.hasOwn(FAILURES, code) ? FAILURES[code]?.(path) : undefined;
}

const FAILURES: Readonly<Record<string, (path: string) => FileFailure>> = {
  ENOSPC: (path) => ({
    cause: 'the disk of the runner is full, or has no free inodes.',
    fix: `make room on it (\`df -h ${path}\`, \`df -i ${path}\`), or use a runner with a larger disk, and run again.`,
  }),
  EDQUOT: () => ({
    cause: "the quota of the runner's user on this file system is used up.",
    fix: 'make room or raise the quota (`quota`), and run again.',
  }),
  EROFS: (path) => ({
    cause:
      'the file system is mounted read-only, as a volume of a container with `:ro`, or the kernel made it so after an error of the disk.',
    fix: `make it writable (\`findmnt -T ${path}\`, \`dmesg\`), or name a place on another file system, and run again.`,
  }),
  EIO: (path) => ({
    cause: 'the disk of the runner, or the connection to it, has an error.',
    fix: `look at \`dmesg\` on the runner, replace the disk below ${path}, and run again.`,
  }),
  EFBIG: (path) => ({
    cause: 'the file system takes no file of this size (FAT ends at 4 GiB), or a limit of the process does.',
    fix: `use a place on another file system than that of ${path}, or raise the limit (\`ulimit -f\`), and run again.`,
  }),
  EMFILE: openFiles,
  ENFILE: openFiles,
};

function openFiles(): FileFailure {
  return {
    cause: 'a limit on open files of the runner was hit.',
    fix: 'raise it (`ulimit -n`, fs.file-max) and run again.',
  };
}
