import type { Connector } from './engine/observe.ts';
import { errorMessage } from './findings.ts';
import { connector } from './hosts/connector.ts';
import { releaseAbandoned } from './hosts/lock/host-lock.ts';
import { readInputFiles } from './inputs/input-files.ts';
import { parseSettings } from './inputs/parse-settings.ts';
import { readInputs, readRunContext } from './inputs/read.ts';
import type { Settings } from './inputs/settings.ts';
import { OPERATION_INPUTS } from './operations/index.ts';
import { listHosts } from './run/host.ts';
import type { StepDeps } from './runner/actions-log.ts';
import type { Log } from './runner/log.ts';

/**
 * Gives back the locks of a main that could not, for the post step.
 * @param owner of the locks, as main has saved it. @param temporary the runner's folder for temporary files.
 * @throws RunError if the inputs cannot be used.
 */
export async function releaseLocks(
  owner: string,
  { redactor, log }: Pick<StepDeps, 'redactor' | 'log'>,
  temporary: string,
): Promise<void> {
  const mask = (secret: string): void => redactor.register(secret);
  const raw = readInputs(mask);
  const files = readInputFiles(raw, process.env['GITHUB_WORKSPACE'], mask);
  const settings = parseSettings(raw, readRunContext(), OPERATION_INPUTS, files);
  const { connect, close } = await connector(settings, { privilege: 'root', temporary, log });
  await releaseOnHosts(settings, owner, connect, log);
  await close();
}

/**
 * Gives back the locks on every host that a run locks: the members' and those of the control plane. Does not throw: where it
 * fails, a lock counts as abandoned after a while all the same.
 */
export async function releaseOnHosts(
  settings: Pick<Settings, 'hosts' | 'controlPlane'>,
  owner: string,
  connect: Connector,
  log: Log,
): Promise<void> {
  await Promise.all(
    listHosts(settings).map(async ({ name, settings: host }) => {
      const own = log.host(name);
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
