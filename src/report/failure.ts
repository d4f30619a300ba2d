import * as core from '@actions/core';
import { UncaughtError } from '../runner/end-of-run.ts';
import { describeFinding, errorMessage, RunError, type Finding } from '../findings.ts';
import { HostError } from '../hosts/host-error.ts';
import type { Log } from '../runner/log.ts';
import { annotation, lineCleaner } from '../runner/actions-log.ts';
import type { Redactor } from '../runner/masking/redaction.ts';

/** Why a run ended, in words. */
export interface Failure {
  /** What could not be done, without a final stop. */
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** The runner shows ten annotations of a kind per step; one of them is the verdict. */
const mostAnnotated = 9;

/** Describes anything that was thrown to the user. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof RunError) return { title: firstLine(error.message), findings: error.findings };
  if (error instanceof HostError) return { title: 'the work on a host failed', findings: [error.finding] };
  if (error instanceof AggregateError) {
    const failures = error.errors.map(explainFailure);
    const title = failures[0]?.title ?? firstLine(error.message);
    return { title, findings: failures.flatMap(({ findings }) => findings) };
  }
  return { title: 'an unexpected error occurred', findings: [unexpected(error)] };
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/:$/, '');
}

function unexpected(error: unknown): Finding {
  return {
    code: 'unexpected-error',
    at: 'etcd-ha-action',
    fact: errorMessage(error),
    cause: 'a case that the action does not know.',
    fix: 'run again: the new run continues from there. If it ends in the same way, open an issue with this log.',
  };
}

/** Where a failure is shown: the runner, or a test. */
export interface FailureSink {
  error(message: string): void;
  setFailed(message: string): void;
}

/**
 * Fails the step: one annotation for the verdict and one per finding, the others in the log; a fault is one annotation.
 * The stack of what was not foreseen is in the debug log.
 */
export function failStep(error: unknown, redactor: Redactor, log: Log, sink: FailureSink = core): Failure {
  const failure = explainFailure(error);
  const clean = (message: string): string => annotation(lineCleaner(redactor)(message));
  const { title, findings } = failure;
  if (error instanceof UncaughtError) {
    sink.setFailed(clean(`etcd-ha-action: ${title}: ${findings.map(describeFinding).join(' ')}`));
    log.debug(stackOf(error.cause));
    return failure;
  }
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  sink.setFailed(clean(`etcd-ha-action: ${title} (${count})`));
  for (const finding of findings.slice(0, mostAnnotated)) sink.error(clean(describeFinding(finding)));
  for (const finding of findings.slice(mostAnnotated)) log.info(describeFinding(finding));
  if (error instanceof Error && !(error instanceof RunError || error instanceof HostError)) {
    log.debug(stackOf(error));
  }
  return failure;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
