import { stepFailure } from './context.ts';
import type { RunnerKind, StepOnHost } from './step-kind.ts';

/** Uploads the backup of this run, with its manifest, as an artifact of the workflow. */
export interface UploadBackup extends StepOnHost {
  readonly kind: 'upload-backup';
  /** Of the artifact. */
  readonly name: string;
  /** Whether the backup is lost without it. */
  readonly isOnlyPlace: boolean;
}

const title = 'upload backup';

/** The kind of {@link UploadBackup}. It involves no host. */
export const uploadBackupStep: RunnerKind<UploadBackup> = {
  title,
  readsOnly: true,
  anyHost: true,
  describe: ({ name }) => `${title} as artifact ${name}`,
  /** @throws RunError if it cannot be uploaded, and is nowhere else. */
  async run({ host, isOnlyPlace }, { backups, uploadBackup }) {
    const [backup] = backups;
    if (backup === undefined) throw new Error('there is no backup to upload');
    const artifact = await uploadBackup(backup);
    if (artifact !== undefined) backup.artifact = artifact;
    else if (isOnlyPlace) {
      throw stepFailure(title, host, {
        code: 'backup-not-uploaded',
        fact: `the backup is only in ${backup.path}, which the runner removes after the job.`,
        cause: 'The artifact could not be uploaded; a warning above tells why.',
        fix: 'Give backup-path and copy the file in the next step, or correct what keeps the artifact from being uploaded.',
      });
    }
  },
};
