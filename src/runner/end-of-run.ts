import type { FindingCode } from '../finding-codes.ts';
import { errorMessage, RunError } from '../findings.ts';

/** The external reason for the end of a run. */
interface EndReason {
  readonly code: FindingCode;
  readonly fact: string;
  readonly cause: string;
  /** If running again is not the whole fix. */
  readonly fix?: string;
}

const RUN_AGAIN =
  'Run again: the new run continues from there. You do not have to undo anything on any host.';

/** A run that was ended from outside, with the work that it interrupted. */
export class InterruptedError extends RunError {
  readonly reason: EndReason;

  /** @param reason an {@link EndReason}; @param during the error of the interrupted work. */
  constructor(reason: unknown, during: unknown, title = 'the run ended early') {
    const { code, fact, cause, fix = RUN_AGAIN } = reason as EndReason;
    super(title, [{ code, at: 'run', fact, cause, fix }]);
    this.name = 'InterruptedError';
    this.reason = reason as EndReason;
    this.cause = during;
  }
}

/** Watches for the signals of a cancelled job and for the time limit of the run. */
export interface EndWatch {
  /** Aborted with an {@link EndReason}. */
  readonly signal: AbortSignal;
  /** Limits the rest of the run to this time. */
  limitTo(seconds: number): void;
  /** Ends the run now. */
  endBy(reason: EndReason): void;
  stop(): void;
}

/**
 * Starts watching. The runner sends SIGINT when a job is cancelled, SIGTERM 7.5 s later and kills 2.5 s after that
 * (actions/runner, ProcessInvoker.cs): running work gets a few seconds to end, which leaves time to release the locks
 * and to report.
 */
export function watchForEnd(): EndWatch {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    controller.abort({
      code: 'run-cancelled',
      fact: `the run was cancelled (${name}).`,
      cause:
        'The workflow was cancelled by hand, by a newer run of its concurrency group, or by timeout-minutes.',
    } satisfies EndReason);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    limitTo(seconds) {
      timer = setTimeout(() => {
        controller.abort({
          code: 'run-timed-out',
          fact: `the run took longer than the ${seconds} s that the input \`timeout\` allows.`,
          cause: 'A host or the network is much slower than usual, or a member finds no quorum.',
        } satisfies EndReason);
      }, seconds * 1000);
    },
    endBy: (reason) => controller.abort(reason),
    stop() {
      clearTimeout(timer);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** An uncaught error. It ends the step, or is reported at its end. */
export class UncaughtError extends InterruptedError {
  /** @param error the thrown value; a host or a bastion may control its text. */
  constructor(error: unknown) {
    super(reasonOf(error), error, 'an unexpected error occurred');
    this.name = 'UncaughtError';
  }
}

function reasonOf(error: unknown): EndReason {
  return {
    code: 'unexpected-error',
    fact: `unexpected error: ${errorMessage(error)}`,
    cause: 'A host or a bastion has sent data that the SSH library cannot handle, or the action has a bug.',
    fix: 'Run again: the new run continues from there. If it ends in the same way, open an issue with this log.',
  };
}

/** Maximum number of uncaught errors that are handled: one that causes another would loop for ever. */
const MAX_UNCAUGHT_ERRORS = 10;

/**
 * Handles uncaught errors before Node prints their text to standard error: a host may control that text, and the
 * runner executes workflow commands from standard error too. Warnings of Node and its libraries are handled for the
 * same reason.
 * @param onFault receives each error. @param onWarning receives the text of each warning.
 * @returns a function that stops watching; for tests.
 */
export function watchForUncaughtErrors(
  onFault: (error: unknown) => void,
  onWarning: (text: string) => void,
): () => void {
  let count = 0;
  const take = (error: unknown): void => {
    count += 1;
    if (count > MAX_UNCAUGHT_ERRORS) return;
    try {
      onFault(error);
    } catch {
      // Without the text of either error: redaction itself has failed.
      process.stdout.write('::error::etcd-ha-action: an error could not be reported\n');
      process.exitCode = 1;
    }
  };
  const warn = (warning: Error): void => onWarning(`${warning.name}: ${warning.message}`);
  const printing = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('uncaughtException', take);
  process.on('unhandledRejection', take);
  process.on('warning', warn);
  return () => {
    process.off('uncaughtException', take);
    process.off('unhandledRejection', take);
    process.off('warning', warn);
    for (const listener of printing) process.on('warning', listener);
  };
}
