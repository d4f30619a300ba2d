import type { Stage } from '../cluster/plan.ts';
import { ask, isAsking, isScripted, kindOf, type AskingStep, type Step } from '../steps/index.ts';
import type { ActContext } from './act-context.ts';
import { runScripts } from './run-scripts.ts';
import { inWords } from './settle.ts';
import { StepRecorder } from './step-recorder.ts';

/** The steps of a stage as tracks: those of one track are done one after the other, the tracks at the same time. */
export function tracksOf({ steps, order = 'together' }: Stage): readonly (readonly Step[])[] {
  switch (order) {
    case 'together':
      return steps.map((step) => [step]);
    case 'in-turn':
      return [steps];
    case 'by-host':
      return [...Map.groupBy(steps, ({ host }) => host).values()];
  }
}

/** Carries out the tracks of one stage. Once a step of any of them has failed, nothing more is begun on the others. */
export class Tracks {
  readonly #stage: Stage;
  readonly #context: ActContext;
  /** Resolves when the step that delivers the CA's key has ended, or never will. */
  readonly #authorityKept = Promise.withResolvers<undefined>();
  #failed = false;

  constructor(stage: Stage, context: ActContext) {
    this.#stage = stage;
    this.#context = context;
    if (!stage.steps.some(keepsAuthority)) this.#authorityKept.resolve(undefined);
  }

  /** Ends early, without an error, when another track has failed or the run is to end. @throws Refusal */
  async run(track: readonly Step[]): Promise<void> {
    let left = track;
    try {
      while (left.length > 0) {
        const group = left.slice(0, this.#stage.order === 'by-host' ? lengthOfGroup(left, this.#context) : 1);
        if (group.some(bringsSigned)) await this.#authorityKept.promise;
        if (this.#failed || this.#context.signal.aborted) return;
        await this.#runGroup(group);
        left = left.slice(group.length);
      }
    } catch (error) {
      this.#failed = true;
      throw error;
    } finally {
      if (track.some(keepsAuthority)) this.#authorityKept.resolve(undefined);
    }
  }

  async #runGroup(group: readonly Step[]): Promise<void> {
    const [first] = group;
    if (first !== undefined && isAsking(first)) {
      await this.#ask(first);
      return;
    }
    await runScripts(group.filter(isScripted), this.#stage, this.#context, (step) => {
      if (keepsAuthority(step)) this.#authorityKept.resolve(undefined);
    });
  }

  async #ask(step: AskingStep): Promise<void> {
    const recorder = new StepRecorder(step, this.#stage, this.#context);
    try {
      await ask(step, this.#context);
      recorder.end('succeeded');
    } catch (error) {
      recorder.end('failed');
      throw inWords(error, step);
    }
  }
}

/** How many of a host's steps can be sent to it together. */
function lengthOfGroup([first, ...others]: readonly Step[], context: ActContext): number {
  if (first === undefined || isAlone(first, context)) return 1;
  const next = others.findIndex((step) => isAlone(step, context) || kindOf(step).madeLate === true);
  return next === -1 ? 1 + others.length : 1 + next;
}

function isAlone(step: Step, context: ActContext): boolean {
  return isAsking(step) || kindOf(step).isAlone?.(step, context) === true;
}

function keepsAuthority(step: Step): boolean {
  return kindOf(step).keepsAuthority?.(step) === true;
}

function bringsSigned(step: Step): boolean {
  return kindOf(step).bringsSigned?.(step) === true;
}
