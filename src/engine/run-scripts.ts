import { explainUnknown } from '../hosts/explain-unknown.ts';
import { explainLockLost, LOCK_LOST } from '../hosts/lock/guard.ts';
import { type Sequence, sequenceScripts } from '../hosts/sequence.ts';
import type { RemoteResult, RemoteScript } from '../hosts/transport.ts';
import { ABSENT, type AuditStep } from '../plan/audit-record.ts';
import type { Plan, Stage } from '../plan/plan.ts';
import type { RunRecord } from '../report/run-report.ts';
import { type StepContext, stepFailure, transportOf } from '../steps/context.ts';
import { kindOf, type ScriptedStep, scriptOf, type Step, STEPS } from '../steps/index.ts';
import type { Explain, StepScript } from '../steps/step-kind.ts';
import { inWords } from './collect.ts';

/** A step that has begun. */
interface Begun {
  readonly step: ScriptedStep;
  readonly recorder: StepRecorder;
  /** When the host reported the end of its script; its output may still have to be read. */
  endedMs?: number;
}

/**
 * Carries out steps of one host, one after the other and in one round trip, under the run's lock.
 * @param onDone called when the script of a step has ended well, while those after it run.
 * @throws RunError of the step that failed; those after it were not begun.
 */
export async function runScripts(
  steps: readonly ScriptedStep[],
  stage: Stage,
  context: ApplyContext,
  onDone: (step: ScriptedStep) => void,
): Promise<void> {
  const begun: Begun[] = [];
  const begin = (): void => {
    const step = steps[begun.length];
    if (step !== undefined) begun.push({ step, recorder: new StepRecorder(step, stage, context) });
  };
  begin();
  try {
    const scripts: StepScript[] = [];
    for (const step of steps) scripts.push(await scriptOf(step, context));
    const onEnded = (index: number, code: number): void => {
      const ended = begun[index];
      if (ended === undefined || code !== 0) return;
      ended.endedMs = context.timeline.elapsedMs();
      scripts[index]?.succeeded?.();
      onDone(ended.step);
      if (scripts[index]?.check === undefined) ended.recorder.end('succeeded', ended.endedMs);
      begin();
    };
    const results = await runAll(steps, scripts, onEnded, context);
    for (const [index, { explain, check }] of scripts.entries()) {
      const [one, result] = [begun[index], results[index]];
      if (one === undefined || result === undefined) throw new Error('a script without a result has failed');
      judge(one.step, result, explain);
      if (check === undefined) continue;
      await check(result.stdout);
      one.recorder.end('succeeded', one.endedMs);
    }
  } catch (error) {
    for (const { recorder } of begun) if (!recorder.ended) recorder.end('failed');
    const failed = begun.at(-1)?.step;
    throw failed === undefined ? error : inWords(error, failed);
  }
}

/** Results up to that of the script that failed; `onEnded` is called for each before. */
async function runAll(
  steps: readonly ScriptedStep[],
  scripts: readonly StepScript[],
  onEnded: (index: number, code: number) => void,
  context: ApplyContext,
): Promise<RemoteResult[]> {
  const [step] = steps;
  const [only, ...others] = scripts.map(({ script }) => script);
  if (step === undefined || only === undefined) return [];
  const transport = transportOf(context, step.host);
  if (others.length === 0) {
    const result = await transport.run(context.guard(only));
    onEnded(0, result.code ?? -1);
    return [result];
  }
  const title = steps.map(({ kind }) => STEPS[kind].title).join(', ');
  const { script, resultsOf }: Sequence = sequenceScripts(title, [only, ...others], onEnded);
  const result = await transport.run(context.guard(script));
  const results = resultsOf(result);
  // the lock was lost, or the run has ended: the next script has not begun
  return results.length < steps.length && results.every(({ code }) => code === 0)
    ? [...results, result]
    : results;
}

/** Interprets the end of a step's script. @throws RunError, explained to the user, if it failed. */
function judge({ host, kind }: ScriptedStep, result: RemoteResult, explain: Explain = explainUnknown): void {
  if (result.code === 0) return;
  const words = result.code === LOCK_LOST ? explainLockLost(result) : explain(result);
  throw stepFailure(STEPS[kind].title, host, words);
}

/** Writes down one step, from the moment it begins: for the log, the timeline and the audit record. */
export class StepRecorder {
  readonly #step: Step;
  readonly #stage: string;
  readonly #context: ApplyContext;
  readonly #before: Readonly<Record<string, string>>;
  readonly #startedMs: number;
  #ended = false;

  constructor(step: Step, { title }: Stage, context: ApplyContext) {
    this.#step = step;
    this.#stage = title;
    this.#context = context;
    this.#before = this.#digests();
    this.#startedMs = context.timeline.elapsedMs();
  }

  /** Whether {@link end} was called. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @param atMs when it has ended, if not now: milliseconds since the run began. */
  end(outcome: 'succeeded' | 'failed', atMs?: number): void {
    this.#ended = true;
    const { timeline, record, log } = this.#context;
    const { host } = this.#step;
    const { title, readsOnly = false } = kindOf(this.#step);
    const durationMs = (atMs ?? timeline.elapsedMs()) - this.#startedMs;
    timeline.entries.push({
      stage: this.#stage,
      title,
      host,
      startedMs: this.#startedMs,
      durationMs,
      outcome: outcome === 'succeeded' ? 'done' : 'failed',
      changes: !readsOnly,
    });
    const what: AuditStep = { host, stage: this.#stage, title, durationMs: Math.round(durationMs), outcome };
    const replaces = Object.keys(this.#before).length > 0;
    record.steps.push(replaces ? { ...what, before: this.#before, after: this.#digests() } : what);
    if (outcome === 'succeeded') log.host(host).info(`done: ${title}`);
  }

  /** Digests of the files that the step puts in place, as the host has them now. */
  #digests(): Record<string, string> {
    const found = this.#context.material.found.get(this.#step.host);
    const files = kindOf(this.#step).replaces?.(this.#step) ?? [];
    return Object.fromEntries(files.map((path) => [path, found?.get(path) ?? ABSENT]));
  }
}

/** What the executor works with: what its steps do, and what is not for them. */
export interface ApplyContext extends StepContext {
  readonly plan: Plan;
  /** Makes a script end at once where the run's lock is no longer its own. */
  readonly guard: (script: RemoteScript) => RemoteScript;
  readonly record: RunRecord;
  /** Aborted when the run is to end: nothing more is begun. */
  readonly signal: AbortSignal;
}
