import { expect } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import {
  cutLink,
  cutPower,
  type DisturbedRun,
  loseRunner,
  type Moment,
  stepsOf,
} from '../e2e/support/faults.ts';
import { logOf, succeeded } from '../e2e/support/expect-run.ts';
import type { ActionRun } from '../github/runner.ts';

/** The kinds of fault. */
export type Fault = 'runner' | 'link' | 'power';

/** One disturbance of one run. */
export interface Trial {
  readonly fault: Fault;
  readonly moment: Moment;
  /** The host whose cable or power is cut. */
  readonly host: string;
}

/** LAB_SOAK: `all`; one kind of fault; or `sample`. */
export const scope = process.env['LAB_SOAK'] ?? 'sample';

/** The seed of the random moments: LAB_SOAK_SEED, or another one each time. */
export const seed = Number(process.env['LAB_SOAK_SEED'] ?? String(Date.now() % 1_000_000));

/** Reports whether this run of the tests includes this kind of fault. */
export function isWanted(fault: Fault): boolean {
  return scope === 'all' || scope === 'sample' || scope === fault;
}

/** The undisturbed course of a run, from which the moments follow. */
export interface Course {
  readonly steps: number;
  readonly ms: number;
}

/** Returns the course of a run that must have succeeded. */
export function courseOf(run: ActionRun): Course {
  return { steps: stepsOf(succeeded(run)).length, ms: run.main.durationMs };
}

/** Returns `24 steps in 3295 ms`. */
export function describeCourse({ steps, ms }: Course): string {
  return `${steps} steps in ${Math.round(ms)} ms`;
}

/** Prints a line of progress. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function describeTrial({ fault, moment, host }: Trial): string {
  return `${fault}${fault === 'runner' ? '' : ` of ${host}`} ${JSON.stringify(moment)}`;
}

/** Returns a run with the fault of the trial. */
export async function disturb(
  lab: Lab,
  { fault, moment, host }: Trial,
  inputs: Record<string, string>,
): Promise<DisturbedRun> {
  const run = await {
    runner: () => loseRunner(lab, inputs, moment),
    link: () => cutLink(lab, inputs, host, moment),
    power: () => cutPower(lab, inputs, host, moment),
  }[fault]();
  // The run may end before a random moment near its end.
  if (!run.reached && 'afterMs' in moment) return run;
  if (!run.reached) throw new Error(`the moment never came:\n${logOf(run)}`);
  if (fault === 'runner') expect(run.conclusion).toMatch(/^(lost|success)$/);
  return run;
}

/** Does what a person does before the next run. */
export async function mend(lab: Lab, { fault, host }: Trial): Promise<void> {
  if (fault === 'link') await lab.link(host, 'up');
  if (fault === 'power') await lab.start(host);
}

/**
 * After every step, the hosts in turn; in a sample after one in the middle, and for a lost runner after the last but
 * one as well.
 */
export function trialsOf(lab: Lab, fault: Fault, { steps }: Course): Trial[] {
  // A fault after the last step would not be during the run.
  const all = Array.from({ length: steps }, (_, index) => index + 1);
  const chosen =
    scope === 'sample'
      ? fault === 'runner'
        ? [Math.ceil(steps / 2), steps - 1]
        : [Math.ceil(steps / 2)]
      : all;
  return chosen.map((afterStep) => ({ fault, moment: { afterStep }, host: hostOfTurn(lab, afterStep) }));
}

function hostOfTurn(lab: Lab, turn: number): string {
  return lab.hosts[turn % lab.hosts.length]?.name ?? '';
}

/** Returns losses of the runner at moments at random over the whole run. */
export function randomTrials(count: number, { ms }: Course, random: () => number): Trial[] {
  return Array.from({ length: count }, () => ({
    fault: 'runner',
    moment: { afterMs: Math.round(random() * ms) },
    host: '',
  }));
}

/** Returns a small random generator with a seed (mulberry32): numbers from 0 to 1. */
export function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs all trials, also after failures, each of which is followed by `startAnew`; returns the errors. */
export async function attempt(
  trials: readonly Trial[],
  one: (trial: Trial) => Promise<void>,
  startAnew: () => Promise<void>,
): Promise<string[]> {
  const failures: string[] = [];
  for (const trial of trials) {
    const name = describeTrial(trial);
    const started = performance.now();
    try {
      await one(trial);
      say(`ok (${Math.round(performance.now() - started)} ms): ${name}`);
    } catch (error) {
      const message = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      say(`FAILED: ${message}`);
      failures.push(message);
      await startAnew();
    }
  }
  return failures;
}
