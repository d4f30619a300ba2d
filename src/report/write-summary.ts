import { summary } from '@actions/core';
import { errorMessage } from '../findings.ts';
import type { Log } from '../log.ts';
import type { Redactor } from './redaction.ts';
import { redactAll } from './redact-all.ts';
import type { RunReport } from './run-report.ts';
import { renderSummary } from './summary.ts';

/**
 * Adds the run's report to the job summary, free of secrets. A summary that cannot be written (a runner without one)
 * is a warning: it must not turn a healthy cluster into a failed run.
 */
export async function writeSummary(report: RunReport, redactor: Redactor, log: Log): Promise<void> {
  await addToSummary(() => renderSummary(redactAll(report, redactor)), log);
}

/** Adds Markdown that is free of secrets to the job summary; a summary that cannot be written is a warning. */
export async function addToSummary(render: () => string, log: Log): Promise<void> {
  try {
    await summary.emptyBuffer().addRaw(render(), true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${errorMessage(error)}`);
  }
}
