import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** How the folders begin in which the files of an artifact lie while it is uploaded, in the runner's folder for temporary files. */
export const STAGED_PREFIX = 'etcd-ha-artifact-';

/** Removes what a run that was killed has left; for the post step. */
export async function removeStagedArtifacts(runnerTemp: string): Promise<void> {
  const names = await readdir(runnerTemp);
  const staged = names.filter((name) => name.startsWith(STAGED_PREFIX));
  await Promise.all(staged.map((name) => rm(join(runnerTemp, name), { recursive: true, force: true })));
}
