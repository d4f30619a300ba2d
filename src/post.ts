import { getState } from '@actions/core';
import { errorMessage } from './findings.ts';
import type { StepDeps } from './runner/actions-log.ts';
import { removePrivateFolders, removeStagedArtifacts } from './runner/private-folder.ts';
import { LOCK_OWNER, MAIN_ENDED, temporaryFolder } from './runner/toolkit.ts';

/**
 * The post step: gives locks back and cleans up after a main that was killed. It never fails the job. The locks come first:
 * other runs wait for them, and for the folders nothing does.
 */
export async function post(means: StepDeps): Promise<void> {
  const tell = (error: unknown): void => {
    means.log.warning(`etcd-ha-action could not clean up: ${errorMessage(error)}`);
  };
  means.handleUncaughtErrors(tell);
  try {
    await giveLocksBack(means);
  } catch (error) {
    tell(error);
  }
  const temporary = process.env['RUNNER_TEMP'];
  if (temporary !== undefined && temporary !== '') await removeStagedArtifacts(temporary);
  await removePrivateFolders(temporaryFolder());
  process.exitCode = 0;
}

async function giveLocksBack(means: StepDeps): Promise<void> {
  const ended = getState(MAIN_ENDED);
  if (ended === 'true') return;
  if (ended === '') {
    means.log.warning(
      'etcd-ha-action was ended before it could report. Nothing has to be undone: run it again, it goes on from where it stands.',
    );
  }
  const owner = getState(LOCK_OWNER);
  if (owner === '') return;
  // Nearly every run ends well, and its post step should load no more than that takes to see.
  const { releaseLocks } = await import('./release-locks.ts');
  await releaseLocks(owner, means, temporaryFolder());
}
