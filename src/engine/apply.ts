import { describeGate, type Gate, gateFindings } from '../cluster/gates.ts';
import { type Finding, RunError } from '../findings.ts';
import type { Stage } from '../plan/plan.ts';
import {
  runOnRunner,
  type RunnerStep,
  isOnRunner,
  isScripted,
  kindOf,
  type Step,
  STEPS,
} from '../steps/index.ts';
import { type ApplyContext, runScripts, StepRecorder } from './run-scripts.ts';
import { observeUntil } from './cluster.ts';
import { inWords, allOrFindings } from './collect.ts';

const GATE_WITHIN_MS = 60_000;

/**
 * Runs stages in order, each behind its gate. After a failure, the other steps that have begun complete, and
 * nothing later is begun; a stage that may fail leaves its findings in the run's record, and the next one is begun.
 * @throws RunError with the findings of every step that failed, or of the gate that stays shut.
 */
export async function applyStages(stages: readonly Stage[], context: ApplyContext): Promise<void> {
  for (const stage of stages) {
    try {
      await applyStage(stage, context);
    } catch (error) {
      if (stage.mayFail === undefined || !(error instanceof RunError) || context.signal.aborted) throw error;
      context.log.info(`${stage.title} failed; the run goes on, and tells why at its end`);
      const { unfinished, warnings } = context.record;
      (stage.mayFail === 'warned' ? warnings : unfinished).push(...error.findings);
    }
  }
}

async function applyStage(stage: Stage, context: ApplyContext): Promise<void> {
  if (stage.before !== undefined) await passGate(stage.before, stage, context);
  context.signal.throwIfAborted();
  context.log.info(`${stage.title}: ${describeSteps(stage)}`);
  const tracks = new StageRunner(stage, context);
  const work = tracksOf(stage).map((track) => ({
    host: track[0]?.host ?? '',
    at: stage.title,
    result: tracks.run(track),
  }));
  await allOrFindings(
    `"${stage.title}" failed, and nothing after it was begun; the same run, started again, goes on from there`,
    work,
  );
  context.signal.throwIfAborted();
  if (stage.after !== undefined) await passGate(stage.after, stage, context);
}

/** Waits until the cluster is as the gate asks for. */
async function passGate(gate: Gate, stage: Stage, context: ApplyContext): Promise<void> {
  const { log, timeline, signal } = context;
  const words = describeGate(gate);
  await timeline.record({ stage: stage.title, title: `gate: ${words}`, changes: false }, async () => {
    const cluster = await context.cluster();
    const deadline = timeline.elapsedMs() + GATE_WITHIN_MS;
    signal.throwIfAborted();
    const { health } = await observeUntil(
      cluster,
      { timeline, deadline, signal },
      (facts) => inOneLine(gateFindings(gate, facts.health)),
      (missing) => log.info(`Waiting at the gate (${words}): ${missing}`),
    );
    const findings = gateFindings(gate, health);
    if (findings.length > 0) {
      throw new RunError(
        `"${stage.title}" stops at its gate (${words}), and nothing after it was begun; the same run, started again, goes on from there`,
        findings,
      );
    }
    log.info(`Gate open: ${words}`);
  });
}

/** What findings say, on one line; undefined for none. */
function inOneLine(findings: readonly Finding[]): string | undefined {
  if (findings.length === 0) return undefined;
  return findings.map(({ host, fact }) => (host === undefined ? fact : `${host}: ${fact}`)).join('; ');
}

function describeSteps({ steps }: Stage): string {
  const byHost = Map.groupBy(steps, ({ host }) => host);
  return [...byHost]
    .map(([host, own]) => `${host} (${own.map(({ kind }) => STEPS[kind].title).join(', ')})`)
    .join('; ');
}

/** The steps of a stage as tracks: those of one track are done one after the other, the tracks at the same time. */
function tracksOf({ steps, order = 'together' }: Stage): readonly (readonly Step[])[] {
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
class StageRunner {
  readonly #stage: Stage;
  readonly #context: ApplyContext;
  /** Resolves when the step that delivers the CA's key has ended, or never will. */
  readonly #authorityKept = Promise.withResolvers<undefined>();
  #failed = false;

  constructor(stage: Stage, context: ApplyContext) {
    this.#stage = stage;
    this.#context = context;
    if (!stage.steps.some(keepsAuthority)) this.#authorityKept.resolve(undefined);
  }

  /** Ends early, without an error, when another track has failed or the run is to end. @throws RunError */
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
    if (first !== undefined && isOnRunner(first)) {
      await this.#ask(first);
      return;
    }
    await runScripts(group.filter(isScripted), this.#stage, this.#context, (step) => {
      if (keepsAuthority(step)) this.#authorityKept.resolve(undefined);
    });
  }

  async #ask(step: RunnerStep): Promise<void> {
    const recorder = new StepRecorder(step, this.#stage, this.#context);
    try {
      await runOnRunner(step, this.#context);
      recorder.end('succeeded');
    } catch (error) {
      recorder.end('failed');
      throw inWords(error, step);
    }
  }
}

/** How many of a host's steps can be sent to it together. */
function lengthOfGroup([first, ...others]: readonly Step[], context: ApplyContext): number {
  if (first === undefined || isAlone(first, context)) return 1;
  const next = others.findIndex((step) => isAlone(step, context) || kindOf(step).madeLate === true);
  return next === -1 ? 1 + others.length : 1 + next;
}

function isAlone(step: Step, context: ApplyContext): boolean {
  return isOnRunner(step) || kindOf(step).isAlone?.(step, context) === true;
}

function keepsAuthority(step: Step): boolean {
  return kindOf(step).keepsAuthority?.(step) === true;
}

function bringsSigned(step: Step): boolean {
  return kindOf(step).bringsSigned?.(step) === true;
}
