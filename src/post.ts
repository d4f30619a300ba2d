import * as core from '@actions/core';
import { errorMessage } from './findings.ts';
import { removeStagedArtifacts } from './report/artifacts.ts';
import { MAIN_ENDED } from './run-state.ts';

/**
 * The post step: cleans up after a main that was killed. It never fails the job.
 */
export async function post(): Promise<void> {
  try {
    const temporary = process.env['RUNNER_TEMP'];
    if (temporary !== undefined && temporary !== '') await removeStagedArtifacts(temporary);
    if (core.getState(MAIN_ENDED) === '') {
      core.warning(
        'etcd-ha-action was ended before it could report. Nothing has to be undone: run it again, it goes on from where it stands.',
      );
    }
  } catch (error) {
    core.warning(`etcd-ha-action could not clean up: ${errorMessage(error)}`);
  }
}
