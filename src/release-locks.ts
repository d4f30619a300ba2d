import { errorMessage } from './findings.ts';
import { releaseAbandoned } from './hosts/lock/release-abandoned.ts';
import { connector } from './hosts/connector.ts';
import { temporaryFolder } from './runner.ts';
import { readInputs, readRunContext } from './settings/inputs.ts';
import { parseSettings } from './settings/parse-settings.ts';
import { readInputFiles } from './settings/read-input-files.ts';
import type { StepMeans } from './step-means.ts';

/** Gives back the locks of a main that could not; where that fails they count as abandoned all the same. */
export async function releaseLocks(
  owner: string,
  { redactor, log }: Pick<StepMeans, 'redactor' | 'log'>,
): Promise<void> {
  const mask = (secret: string): void => redactor.register(secret);
  const raw = readInputs(mask);
  const files = readInputFiles(raw, process.env['GITHUB_WORKSPACE'], mask);
  const settings = parseSettings(raw, readRunContext(), files);
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
