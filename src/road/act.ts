import { setTimeout as sleep } from 'node:timers/promises';
import { ABSENT, type AuditStep } from '../cluster/audit.ts';
import { describeGate, gateFindings } from '../cluster/gates.ts';
import type { Gate, Stage, Step } from '../cluster/plan.ts';
import { Refusal } from '../findings.ts';
import { CA_KEY, ETCD_MANIFEST, STATE_FILE } from '../kubeadm/paths.ts';
import { settleAll } from './settle.ts';
import type { ActContext } from './steps/context.ts';
import { runStep } from './steps/run-step.ts';
import { LOOKING_STEPS, STEP_TITLES } from '../cluster/step-titles.ts';

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
  if (stage.inTurn === true) {
    for (const step of stage.steps) await runTogether([step], stage, context);
  } else {
    await runTogether(stage.steps, stage, context);
  }
  if (stage.after !== undefined) await passGate(stage.after, stage, context);
}

async function runTogether(steps: readonly Step[], stage: Stage, context: ActContext): Promise<void> {
  context.signal.throwIfAborted();
  const work = steps.map((step) => ({
    host: step.host,
    at: STEP_TITLES[step.kind],
    result: runRecorded(step, stage, context),
  }));
  await settleAll(
    `"${stage.title}" failed, and nothing after it was begun; the same run, started again, goes on from there`,
    work,
  );
}

async function runRecorded(step: Step, stage: Stage, context: ActContext): Promise<void> {
  const title = STEP_TITLES[step.kind];
  const changes = !LOOKING_STEPS.has(step.kind);
  const { host } = step;
  const found = (): Record<string, string> => digestsOfFiles(step, context);
  const before = found();
  const startedMs = context.timeline.elapsedMs();
  let outcome: AuditStep['outcome'] = 'failed';
  try {
    await context.timeline.record({ stage: stage.title, title, changes, host }, () => runStep(step, context));
    outcome = 'succeeded';
  } finally {
    const durationMs = Math.round(context.timeline.elapsedMs() - startedMs);
    const what = { host, stage: stage.title, title, durationMs, outcome };
    context.record.steps.push(Object.keys(before).length === 0 ? what : { ...what, before, after: found() });
  }
  context.log.host(host).info(`done: ${title}`);
}

/** Digests of the files that a step puts in place, as the host has them now. */
function digestsOfFiles(step: Step, { material }: ActContext): Record<string, string> {
  const found = material.found.get(step.host);
  return Object.fromEntries(filesOf(step).map((path) => [path, found?.get(path) ?? ABSENT]));
}

function filesOf(step: Step): string[] {
  switch (step.kind) {
    case 'deliver-files':
      return step.files.map(({ path }) => path);
    case 'record-member':
      return [STATE_FILE];
    case 'start-member':
      return step.placeManifest ? [ETCD_MANIFEST] : [];
    case 'restart-member':
      return [ETCD_MANIFEST];
    case 'remove-authority-key':
      return [CA_KEY];
    default:
      return [];
  }
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
    .map(([host, own]) => `${host} (${own.map(({ kind }) => STEP_TITLES[kind]).join(', ')})`)
    .join('; ');
}
