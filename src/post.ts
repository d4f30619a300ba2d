import { getState } from '@actions/core';
import { errorMessage } from './findings.ts';
import { connector } from './hosts/connector.ts';
import { releaseAbandoned } from './hosts/lock/host-lock.ts';
import { readInputFiles } from './inputs/input-files.ts';
import { OPERATION_INPUTS } from './operations/index.ts';
import { parseSettings } from './inputs/parse-settings.ts';
import { readInputs, readRunContext } from './inputs/read.ts';
import { removeStagedArtifacts } from './report/artifacts.ts';
import type { StepDeps } from './runner/actions-log.ts';
import { removePrivateFolders } from './runner/private-folder.ts';
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
  const { releaseLocks } = await import('./post.ts');
  await releaseLocks(owner, means);
}

/** Gives back the locks of a main that could not; where that fails they count as abandoned all the same. */
export async function releaseLocks(
  owner: string,
  { redactor, log }: Pick<StepDeps, 'redactor' | 'log'>,
): Promise<void> {
  const mask = (secret: string): void => redactor.register(secret);
  const raw = readInputs(mask);
  const files = readInputFiles(raw, process.env['GITHUB_WORKSPACE'], mask);
  const settings = parseSettings(raw, readRunContext(), OPERATION_INPUTS, files);
  const { connect, close } = await connector(settings, {
    privilege: 'root',
    temporary: temporaryFolder(),
    log,
  });
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
  await close();
}
