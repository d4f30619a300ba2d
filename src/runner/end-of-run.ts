import type { FindingCode } from '../finding-codes.ts';
import { errorMessage, Refusal } from '../findings.ts';

/** What ended a run from outside. */
interface EndReason {
  readonly code: FindingCode;
  readonly fact: string;
  readonly cause: string;
  /** Where running again is not all that is to be said. */
  readonly fix?: string;
}

const RUN_AGAIN = 'Run again: it goes on from where it stands. Nothing has to be undone on any host.';

/** A run that was ended from outside, with what it was doing then. */
export class Interruption extends Refusal {
  readonly reason: EndReason;

  /** @param reason an {@link EndReason}; @param during what the interrupted work failed with. */
  constructor(reason: unknown, during: unknown, title = 'the run was ended before it was done') {
    const { code, fact, cause, fix = RUN_AGAIN } = reason as EndReason;
    super(title, [{ code, at: 'run', fact, cause, fix }]);
    this.name = 'Interruption';
    this.reason = reason as EndReason;
    this.cause = during;
  }
}

/** Watches for the signals of a cancelled job and for the end of the run's time. */
export interface EndWatch {
  /** Aborted with an {@link EndReason}. */
  readonly signal: AbortSignal;
  /** From now on the run may take this long. */
  limitTo(seconds: number): void;
  /** Ends the run now. */
  endBy(reason: EndReason): void;
  stop(): void;
}

/**
 * The runner sends SIGINT when a job is cancelled, SIGTERM 7.5 s later and kills 2.5 s after that
 * (actions/runner, ProcessInvoker.cs): what has begun gets a few seconds to end, which leaves time to give the locks
 * back and to report.
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

/** An error that no code has caught. It ends the step, or is told of at its end. */
export class Fault extends Interruption {
  /** @param error what was thrown; a host or a bastion may have chosen its words. */
  constructor(error: unknown) {
    super(reasonOf(error), error, 'an error came where none is expected');
    this.name = 'Fault';
  }
}

function reasonOf(error: unknown): EndReason {
  return {
    code: 'unexpected-error',
    fact: `an error was met where the action expects none: ${errorMessage(error)}`,
    cause: 'A host or a bastion has sent what the SSH library cannot work with, or the action has a fault.',
    fix: 'Run again: it goes on from where it stands. If it ends in the same way, open an issue with this log.',
  };
}

/** So many faults are looked at; one that makes another would go on for ever. */
const MOST_FAULTS = 10;

/**
 * Takes the errors that no code catches, before Node prints their text to standard error as it is: a host may have chosen
 * that text, and the runner takes workflow commands from standard error too. Warnings of Node and its libraries are taken
 * for the same reason.
 * @param onFault gets each error. @param onWarning gets the text of each warning.
 * @returns a function that ends the watch; for tests.
 */
export function watchForFaults(
  onFault: (error: unknown) => void,
  onWarning: (text: string) => void,
): () => void {
  let count = 0;
  const take = (error: unknown): void => {
    count += 1;
    if (count > MOST_FAULTS) return;
    try {
      onFault(error);
    } catch {
      // Not with the text of either error: what cleans texts has failed.
      process.stdout.write('::error::etcd-ha-action: an error could not be told of\n');
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
