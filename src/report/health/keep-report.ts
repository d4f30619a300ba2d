import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../../findings.ts';
import type { Log } from '../../log.ts';
import { checkArtifactFiles, type ArtifactFile } from '../artifact-files.ts';
import type { Redactor } from '../redaction.ts';

/**
 * Keeps the files of a report on the runner, for the next steps of the job; the runner removes them with its temporary
 * files. A runner that cannot keep them is a warning.
 * @param runnerTemp RUNNER_TEMP of the runner.
 * @returns the folder; empty where there is none.
 * @throws Refusal, before anything is written, when a file may not leave.
 */
export async function keepReport(
  files: readonly ArtifactFile[],
  redactor: Redactor,
  log: Log,
  runnerTemp: string | undefined = process.env['RUNNER_TEMP'],
): Promise<string> {
  checkArtifactFiles(files, redactor);
  if (!runnerTemp) {
    log.warning(
      'The report was not kept as files: the runner names no folder for temporary files (RUNNER_TEMP).',
    );
    return '';
  }
  try {
    const folder = await mkdtemp(join(runnerTemp, 'etcd-ha-report-'));
    await Promise.all(files.map(({ path, content }) => writeFile(join(folder, path), content)));
    return folder;
  } catch (error) {
    log.warning(`The report was not kept as files: ${errorMessage(error)}`);
    return '';
  }
}
