import type { GroupedInputs } from './input.ts';

/** Where a backup goes, and who can read it. */
export const backupInputs = {
  'backup-recipients': {
    description:
      'For `backup`: public keys that the backup is encrypted to, one per line, as `age-keygen` prints them ' +
      '(`age1…`, or `age1pq1…` for a post-quantum one). Each of their identities decrypts it alone; keep one ' +
      'offline. Lines that begin with `#` are comments.',
  },
  'backup-path': {
    description:
      'For `backup`: path of the new file on the runner; a relative one starts at the workspace. Its manifest ' +
      'is written beside it, with `.json` at its end. An existing file is not overwritten. Left out: a file in ' +
      "the runner's folder for temporary files, which the next steps find by the output `backup-path`.",
  },
  'backup-encryption': {
    description:
      'For `backup`: `age` encrypts the file to `backup-recipients` before it reaches the disk of the runner. ' +
      '`none` writes all Kubernetes secrets as plain text; it needs a `backup-path`, and never uploads the file.',
    default: 'age',
  },
} as const satisfies GroupedInputs;
