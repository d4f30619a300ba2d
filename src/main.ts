import { randomBytes } from 'node:crypto';
import { type EndWatch, UncaughtError, InterruptedError, watchForEnd } from './runner/end-of-run.ts';
import { describeFinding, RunError } from './findings.ts';
import { type OpenedBackup, openBackup } from './backup/open-backup.ts';
import { connector } from './hosts/connector.ts';
import { readImageArchive, type ImageArchive } from './images/image-archive.ts';
import type { Operation } from './engine/operation.ts';
import { runOperation } from './engine/run-operation.ts';
import { OPERATION_INPUTS, operationNamed } from './operations/index.ts';
import { failStep } from './report/failure.ts';
import { minWordLength } from './runner/masking/secret-material.ts';
import { publishAcceptedKeys, publishFailure, uploadBackup } from './report/publish.ts';
import { RunRecord } from './report/run-report.ts';
import { Timeline } from './run/timeline.ts';
import {
  LOCK_OWNER,
  LOCKS_LEFT,
  lostOutputs,
  MAIN_ENDED,
  saveState,
  temporaryFolder,
} from './runner/toolkit.ts';
import { readInputs, readRunContext, shortSecrets } from './inputs/read.ts';
import { parseSettings } from './inputs/parse-settings.ts';
import { readInputFiles } from './inputs/input-files.ts';
import type { Settings } from './inputs/settings.ts';
import type { StepDeps } from './runner/actions-log.ts';

/**
 * After a fault a run gets so long for its orderly end: steps that have begun, the locks, the report. The runner gives a
 * cancelled one as much.
 */
const FAULT_GRACE_MS = 15_000;

/**
 * The main step: settings → operation → outputs.
 */
export async function main({ redactor, log, handleUncaughtErrors }: StepDeps): Promise<void> {
  const timeline = new Timeline(() => performance.now());
  const run = readRunContext();
  const record = new RunRecord();
  const report = { redactor, log, timeline, record, startedAt: run.now };
  let settings: Settings | undefined;
  let operation: Operation | undefined;
  const end = watchForEnd();
  let fault: UncaughtError | undefined;
  handleUncaughtErrors((error) => {
    if (fault !== undefined) {
      log.debug(`one more fault: ${String(error)}`);
      return;
    }
    fault = new UncaughtError(error);
    if (operation?.survivesFault !== true) endAfterFault(fault, end, { redactor, log });
  });
  try {
    const mask = (secret: string): void => redactor.register(secret);
    const raw = readInputs(mask);
    settings = parseSettings(
      raw,
      run,
      OPERATION_INPUTS,
      readInputFiles(raw, process.env['GITHUB_WORKSPACE'], mask),
    );
    const warnings = [...shortSecrets(raw, minWordLength), ...settings.warnings];
    for (const warning of warnings) log.warning(describeFinding(warning));
    end.limitTo(settings.timeoutSeconds);
    operation = operationNamed(settings.operation);
    const images = await openArchive(settings, end.signal);
    const opened =
      operation.readsBackup === true ? await openNamedBackup(settings, log, end.signal) : undefined;
    const { connect, close } = await connector(settings, {
      privilege: operation.access(settings).as,
      temporary: temporaryFolder(),
      log,
      onAcceptedKey: (line) => record.acceptedHostKeys.add(line),
    });
    const publish = await runOperation(operation, settings, {
      ...images,
      ...(opened && { backup: opened }),
      connect,
      log,
      timeline,
      record,
      startedAt: run.now,
      newToken: `etcd-${randomBytes(12).toString('hex')}`,
      now: () => new Date(),
      random: Math.random,
      maskSecret: (secret) => redactor.register(secret, 'made'),
      uploadBackup: (backup, own) => uploadBackup(backup, own, { redactor, log, signal: end.signal }),
      beforeLock: () => saveState(LOCK_OWNER, run.identity.id),
      signal: end.signal,
    }).finally(async () => {
      await close();
      await opened?.close();
      publishAcceptedKeys(report);
    });
    await publish(report);
    if (fault !== undefined) failStep(fault, redactor, log);
  } catch (error) {
    const interrupted = end.signal.aborted ? new InterruptedError(end.signal.reason, error) : error;
    const reason: unknown = fault ?? interrupted;
    const failure = failStep(reason, redactor, log);
    await publishFailure(reason, failure, settings, report, operation?.outputs);
  } finally {
    end.stop();
    const lost = lostOutputs();
    if (lost !== undefined) failStep(new RunError('outputs were lost', [lost]), redactor, log);
    saveState(MAIN_ENDED, 'true');
  }
}

/** Ends a run in order after a fault; one that does not end is ended here, and its locks are left to the post step. */
function endAfterFault(
  fault: UncaughtError,
  end: EndWatch,
  { redactor, log }: Pick<StepDeps, 'redactor' | 'log'>,
): void {
  end.endBy(fault.reason);
  setTimeout(() => {
    failStep(fault, redactor, log);
    saveState(MAIN_ENDED, LOCKS_LEFT);
    process.exit();
  }, FAULT_GRACE_MS);
}

/** Images are read before any host is connected to. */
async function openArchive(
  { imageArchive }: Settings,
  signal: AbortSignal,
): Promise<{ archive?: ImageArchive }> {
  if (imageArchive === undefined) return {};
  return { archive: await readImageArchive(imageArchive, signal) };
}

/** A backup is read and verified before any host is connected to. */
async function openNamedBackup(
  { restore: { from: path, identities } }: Settings,
  log: StepDeps['log'],
  signal: AbortSignal,
): Promise<OpenedBackup> {
  log.info(`Reading ${path}`);
  const opened = await openBackup({ path, identities }, { signal });
  const { revision, keys, takenAt } = opened.manifest;
  log.info(`${path} is whole: ${keys} keys at revision ${revision}, taken ${takenAt}`);
  return opened;
}
