import { randomBytes } from 'node:crypto';
import { describeFinding } from './findings.ts';
import { connector } from './hosts/connector.ts';
import { readImageArchive, type ImageArchive } from './images/image-archive.ts';
import { OPERATIONS } from './operations/operations.ts';
import { createActionsLog } from './report/actions-log.ts';
import { failStep } from './report/failure.ts';
import { Redactor } from './report/redaction.ts';
import { publishCheckup } from './report/health/publish-checkup.ts';
import { publish, publishAcceptedKeys, publishExamination, publishFailure } from './report/publish.ts';
import { RunRecord } from './road/run-record.ts';
import { Timeline } from './road/timeline.ts';
import { LOCK_OWNER, MAIN_ENDED } from './run-state.ts';
import { saveState, setSecrets, temporaryFolder } from './runner.ts';
import { readInputs, readRunContext } from './settings/inputs.ts';
import { parseSettings } from './settings/parse-settings.ts';
import { readInputFiles } from './settings/read-input-files.ts';
import type { Settings } from './settings/settings.ts';
import { Interruption, watchForEnd } from './interruption.ts';

/**
 * The main step: settings → operation → outputs.
 */
export async function main(): Promise<void> {
  const redactor = new Redactor(setSecrets);
  const log = createActionsLog(redactor);
  const timeline = new Timeline(() => performance.now());
  const run = readRunContext();
  const record = new RunRecord();
  const report = { redactor, log, timeline, record, startedAt: run.now };
  let settings: Settings | undefined;
  const end = watchForEnd();
  try {
    const mask = (secret: string): void => redactor.register(secret);
    const raw = readInputs(mask);
    settings = parseSettings(raw, run, readInputFiles(raw, process.env['GITHUB_WORKSPACE'], mask));
    for (const warning of settings.warnings) log.warning(describeFinding(warning));
    end.limitTo(settings.timeoutSeconds);
    const images = await openArchive(settings, end.signal);
    const { connect, close } = await connector(settings, {
      privilege: privilegeOf(settings),
      temporary: temporaryFolder(),
      log,
      onAcceptedKey: (line) => record.acceptedHostKeys.add(line),
    });
    const result = await OPERATIONS[settings.operation](settings, {
      ...images,
      connect,
      log,
      timeline,
      record,
      chance: { freshToken: `etcd-${randomBytes(12).toString('hex')}`, now: run.now },
      now: () => new Date(),
      random: Math.random,
      maskSecret: (secret) => redactor.register(secret, 'made'),
      beforeLock: () => saveState(LOCK_OWNER, run.identity.id),
      signal: end.signal,
    }).finally(async () => {
      await close();
      publishAcceptedKeys(report);
    });
    if ('plan' in result) await publish(result, settings, report);
    else if ('report' in result) await publishCheckup(result, settings, report);
    else publishExamination(result, settings, report);
  } catch (error) {
    const reason: unknown = end.signal.aborted ? new Interruption(end.signal.reason, error) : error;
    const failure = failStep(reason, redactor, log);
    await publishFailure(reason, failure, settings, report);
  } finally {
    end.stop();
    saveState(MAIN_ENDED, 'true');
  }
}

/** Read before any host is connected to; a health check needs no image. */
async function openArchive(
  { operation, imageArchive }: Settings,
  signal: AbortSignal,
): Promise<{ archive?: ImageArchive }> {
  if (imageArchive === undefined || operation === 'health') return {};
  return { archive: await readImageArchive(imageArchive, signal) };
}

/** With an installed probe, the login user needs no shell of root. */
function privilegeOf({ operation, health }: Settings): 'root' | 'login' {
  return operation === 'health' && health.probe !== undefined ? 'login' : 'root';
}
