import type { Stage } from '../cluster/plan.ts';
import { explainLockLost, LOCK_LOST } from '../hosts/lock/guard.ts';
import { explainUnknown } from '../hosts/scripts/explain-unknown.ts';
import { sequence, type Sequence } from '../hosts/scripts/sequence.ts';
import type { RemoteResult } from '../hosts/transport.ts';
import { stepFailure, transportOf } from '../steps/context.ts';
import { scriptOf, STEPS, type ScriptedStep } from '../steps/index.ts';
import type { Explain, StepScript } from '../steps/step-kind.ts';
import type { ActContext } from './act-context.ts';
import { inWords } from './settle.ts';
import { StepRecorder } from './step-recorder.ts';

/** A step that has begun. */
interface Begun {
  readonly step: ScriptedStep;
  readonly recorder: StepRecorder;
  /** When the host said that its script had ended well; what it has printed may still have to be looked at. */
  endedMs?: number;
}

/**
 * Carries out steps of one host, one after the other and in one round trip, under the run's lock.
 * @param onDone called when the script of a step has ended well, while those after it run.
 * @throws Refusal of the step that failed; those after it were not begun.
 */
export async function runScripts(
  steps: readonly ScriptedStep[],
  stage: Stage,
  context: ActContext,
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
  context: ActContext,
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
  const { script, resultsOf }: Sequence = sequence(title, [only, ...others], onEnded);
  const result = await transport.run(context.guard(script));
  const results = resultsOf(result);
  // the lock was lost, or nobody waited any more: the next script has not begun
  return results.length < steps.length && results.every(({ code }) => code === 0)
    ? [...results, result]
    : results;
}

/** What the end of a step's script means. @throws Refusal, in words, when it was no success. */
function judge({ host, kind }: ScriptedStep, result: RemoteResult, explain: Explain = explainUnknown): void {
  if (result.code === 0) return;
  const words = result.code === LOCK_LOST ? explainLockLost(result) : explain(result);
  throw stepFailure(STEPS[kind].title, host, words);
}
