import { setTimeout as sleep } from 'node:timers/promises';
import { describeGate, gateFindings, type Gate } from '../cluster/gates.ts';
import type { Stage } from '../cluster/plan.ts';
import { Refusal } from '../findings.ts';
import { STEPS } from '../steps/index.ts';
import type { ActContext } from './act-context.ts';
import { settleAll } from './settle.ts';
import { Tracks, tracksOf } from './tracks.ts';

const GATE_WITHIN_MS = 60_000;
const PAUSE_MS = 250;

/**
 * Runs stages in order, each behind its gate. After a failure the other steps that have begun come to their end, and
 * nothing later is begun; a stage that may fail leaves its findings in the run's record, and the next one is begun.
 * @throws Refusal with the findings of every step that failed, or of the gate that stays shut.
 */
export async function act(stages: readonly Stage[], context: ActContext): Promise<void> {
  for (const stage of stages) {
    try {
      await actOn(stage, context);
    } catch (error) {
      if (stage.mayFail !== true || !(error instanceof Refusal) || context.signal.aborted) throw error;
      context.log.info(`${stage.title} failed; the run goes on, and tells why at its end`);
      context.record.unfinished.push(...error.findings);
    }
  }
}

async function actOn(stage: Stage, context: ActContext): Promise<void> {
  if (stage.before !== undefined) await passGate(stage.before, stage, context);
  context.signal.throwIfAborted();
  context.log.info(`${stage.title}: ${describeSteps(stage)}`);
  const tracks = new Tracks(stage, context);
  const work = tracksOf(stage).map((track) => ({
    host: track[0]?.host ?? '',
    at: stage.title,
    result: tracks.run(track),
  }));
  await settleAll(
    `"${stage.title}" failed, and nothing after it was begun; the same run, started again, goes on from there`,
    work,
  );
  context.signal.throwIfAborted();
  if (stage.after !== undefined) await passGate(stage.after, stage, context);
}

/** Waits until the cluster is as the gate asks for. */
async function passGate(gate: Gate, stage: Stage, context: ActContext): Promise<void> {
  const { log, timeline, signal } = context;
  const words = describeGate(gate);
  await timeline.record({ stage: stage.title, title: `gate: ${words}`, changes: false }, async () => {
    const cluster = await context.cluster();
    const deadline = timeline.elapsedMs() + GATE_WITHIN_MS;
    let said = '';
    for (;;) {
      signal.throwIfAborted();
      const findings = gateFindings(gate, (await cluster.observe()).health);
      if (findings.length === 0) {
        log.info(`Gate open: ${words}`);
        return;
      }
      if (timeline.elapsedMs() > deadline) {
        throw new Refusal(
          `"${stage.title}" stops at its gate (${words}), and nothing after it was begun; the same run, started again, goes on from there`,
          findings,
        );
      }
      const now = `Waiting at the gate (${words}): ${findings.map(({ host, fact }) => (host === undefined ? fact : `${host}: ${fact}`)).join('; ')}`;
      if (now !== said) log.info(now);
      said = now;
      await sleep(PAUSE_MS);
    }
  });
}

function describeSteps({ steps }: Stage): string {
  const byHost = Map.groupBy(steps, ({ host }) => host);
  return [...byHost]
    .map(([host, own]) => `${host} (${own.map(({ kind }) => STEPS[kind].title).join(', ')})`)
    .join('; ');
}
