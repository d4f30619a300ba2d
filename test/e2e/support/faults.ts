import type { Lab } from '../../../lab/client.ts';
import type { ActionRun } from '../../github/runner.ts';
import { runInLab } from './action-in-lab.ts';

/** The moment of a fault during a run. */
export type Moment =
  /** As soon as the log reports this many finished steps, over all hosts. */
  | { readonly afterStep: number }
  /** This many milliseconds after its start. */
  | { readonly afterMs: number }
  /** As soon as a line of its log matches. */
  | { readonly atLine: RegExp };

/** A run with a fault. */
export interface DisturbedRun extends ActionRun {
  /** False: the run ended before the moment came. */
  readonly reached: boolean;
}

/** A step that a run has finished. */
export interface FinishedStep {
  readonly host: string;
  /** Its title in the log, e.g. `deliver files`. */
  readonly title: string;
}

const FINISHED = /^\[([^\]]+)\] done: (.+)$/;

/** Returns the finished steps of a run, in the order of its log. */
export function stepsOf(run: Pick<ActionRun, 'log'>): FinishedStep[] {
  return run.log.flatMap((line) => {
    const [, host, title] = FINISHED.exec(line) ?? [];
    return host === undefined || title === undefined ? [] : [{ host, title }];
  });
}

/** Runs the action and kills it (SIGKILL, no post) at a moment, as when the runner's machine is lost. */
export function loseRunner(
  lab: Lab,
  inputs: Readonly<Record<string, string>>,
  moment: Moment,
): Promise<DisturbedRun> {
  const lost = new AbortController();
  return disturb(lab, inputs, moment, lost.signal, () => {
    lost.abort();
    return Promise.resolve();
  });
}

/** Runs the action and pulls the cable of one host at a moment; it stays pulled (`lab.link(host, 'up')`). */
export function cutLink(
  lab: Lab,
  inputs: Readonly<Record<string, string>>,
  host: string,
  moment: Moment,
): Promise<DisturbedRun> {
  return disturb(lab, inputs, moment, undefined, () => lab.link(host, 'down'));
}

/** Runs the action and cuts the power of one host at a moment; it stays off (`lab.start(host)`). */
export function cutPower(
  lab: Lab,
  inputs: Readonly<Record<string, string>>,
  host: string,
  moment: Moment,
): Promise<DisturbedRun> {
  return disturb(lab, inputs, moment, undefined, () => lab.kill(host));
}

async function disturb(
  lab: Lab,
  inputs: Readonly<Record<string, string>>,
  moment: Moment,
  kill: AbortSignal | undefined,
  act: () => Promise<void>,
): Promise<DisturbedRun> {
  let acting: Promise<void> | undefined;
  const actOnce = (): void => {
    acting ??= act();
    // Avoid an unhandled rejection before the await below.
    acting.catch(() => undefined);
  };
  let finished = 0;
  const onLine = (line: string): void => {
    if (FINISHED.test(line)) finished += 1;
    if ('afterStep' in moment && finished >= moment.afterStep) actOnce();
    if ('atLine' in moment && moment.atLine.test(line)) actOnce();
  };
  const timer = 'afterMs' in moment ? setTimeout(actOnce, moment.afterMs) : undefined;
  try {
    const run = await runInLab(lab, inputs, { onLine, ...(kill === undefined ? {} : { kill }) });
    return { ...run, reached: acting !== undefined };
  } finally {
    clearTimeout(timer);
    await acting;
  }
}
