import { Refusal } from './findings.ts';

/** What ended a run from outside. */
export interface EndReason {
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
    const { fact, cause, fix = RUN_AGAIN } = reason as EndReason;
    super(title, [{ at: 'run', fact, cause, fix }]);
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
