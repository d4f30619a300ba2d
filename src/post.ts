import { errorMessage } from './findings.ts';
import { removePrivateFolders } from './hosts/runner/private-folder.ts';
import { removeStagedArtifacts } from './report/staged-artifacts.ts';
import { LOCK_OWNER, MAIN_ENDED } from './run-state.ts';
import { getState, temporaryFolder, warning } from './runner.ts';

/**
 * The post step: cleans up after a main that was killed. It never fails the job.
 */
export async function post(): Promise<void> {
  try {
    const temporary = process.env['RUNNER_TEMP'];
    if (temporary !== undefined && temporary !== '') await removeStagedArtifacts(temporary);
    await removePrivateFolders(temporaryFolder());
    if (getState(MAIN_ENDED) !== '') return;
    warning(
      'etcd-ha-action was ended before it could report. Nothing has to be undone: run it again, it goes on from where it stands.',
    );
    const owner = getState(LOCK_OWNER);
    if (owner === '') return;
    // Nearly every run ends well, and its post step should load no more than that takes to see.
    const { releaseLocks } = await import('./release-locks.ts');
    await releaseLocks(owner);
  } catch (error) {
    warning(`etcd-ha-action could not clean up: ${errorMessage(error)}`);
  }
}
