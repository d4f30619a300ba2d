import { removeOwnFolders } from '../own-folders.ts';

/** How the folders begin in which the files of an artifact lie while it is uploaded, in the runner's folder for temporary files. */
export const STAGED_PREFIX = 'etcd-ha-artifact-';

/** Removes what a run that was killed has left; for the post step. Does not throw. */
export async function removeStagedArtifacts(runnerTemp: string): Promise<void> {
  await removeOwnFolders(runnerTemp, STAGED_PREFIX);
}
