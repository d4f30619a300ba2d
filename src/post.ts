import * as core from '@actions/core';
import { errorMessage } from './findings.ts';
import { releaseAbandoned } from './hosts/lock/release-abandoned.ts';
import { connector } from './hosts/connector.ts';
import { createActionsLog } from './report/actions-log.ts';
import { removeStagedArtifacts } from './report/artifacts.ts';
import { Redactor } from './report/redaction.ts';
import { LOCK_OWNER, MAIN_ENDED } from './run-state.ts';
import { readInputs, readRunContext } from './settings/inputs.ts';
import { parseSettings } from './settings/parse-settings.ts';

/**
 * The post step: cleans up after a main that was killed. It never fails the job.
 */
export async function post(): Promise<void> {
  try {
    const temporary = process.env['RUNNER_TEMP'];
    if (temporary !== undefined && temporary !== '') await removeStagedArtifacts(temporary);
    if (core.getState(MAIN_ENDED) !== '') return;
    core.warning(
      'etcd-ha-action was ended before it could report. Nothing has to be undone: run it again, it goes on from where it stands.',
    );
    const owner = core.getState(LOCK_OWNER);
    if (owner !== '') await releaseLocks(owner);
  } catch (error) {
    core.warning(`etcd-ha-action could not clean up: ${errorMessage(error)}`);
  }
}

/** Gives back the locks of a main that could not; where that fails they count as abandoned all the same. */
async function releaseLocks(owner: string): Promise<void> {
  const redactor = new Redactor((form) => core.setSecret(form));
  const log = createActionsLog(redactor);
  const settings = parseSettings(
    readInputs((secret) => redactor.register(secret)),
    readRunContext(),
  );
  const connect = connector(settings.ssh, 'root', log);
  await Promise.all(
    settings.hosts.map(async (host) => {
      const own = log.host(host.name ?? host.address);
      try {
        const transport = await connect(host);
        try {
          own.info(`The lock of the ended run: ${await releaseAbandoned(transport, owner)}.`);
        } finally {
          await transport.close();
        }
      } catch (error) {
        own.info(`The lock could not be given back, and runs out by itself: ${errorMessage(error)}`);
      }
    }),
  );
}
