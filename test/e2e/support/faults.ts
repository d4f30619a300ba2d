import type { Lab } from '../../../lab/client.ts';
import type { ActionRun } from '../../github/runner.ts';
import { runInLab } from './action-in-lab.ts';

/** When something befalls a run. */
export type Moment =
  /** As soon as it has said that so many of its steps are done, over all hosts. */
  | { readonly afterStep: number }
  /** So many milliseconds after its start. */
  | { readonly afterMs: number }
  /** As soon as a line of its log matches. */
  | { readonly atLine: RegExp };

/** A run that something has befallen. */
export interface DisturbedRun extends ActionRun {
  /** False: the run ended before the moment came. */
  readonly reached: boolean;
}

/** A step that a run has finished. */
export interface FinishedStep {
  readonly host: string;
  /** What the log calls it, e.g. `deliver files`. */
  readonly title: string;
}

const FINISHED = /^\[([^\]]+)\] done: (.+)$/;

/** The steps that a run has finished, in the order in which it said so. */
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
    // It is awaited below; until then a failure must not end the process.
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
