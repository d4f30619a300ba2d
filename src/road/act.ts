import type { Stage } from '../cluster/plan.ts';
import { settleAll } from './settle.ts';
import { runStep, STEP_TITLES, type ActContext } from './steps.ts';

/**
 * Runs stages in order; the steps of a stage run at the same time. After a failure the other steps of that stage come
 * to their end and nothing later is begun.
 * @throws Refusal with the findings of every step that failed.
 */
export async function act(stages: readonly Stage[], context: ActContext): Promise<void> {
  for (const stage of stages) {
    context.log.info(`${stage.title}: ${describeSteps(stage)}`);
    const work = stage.steps.map((step) => {
      const title = STEP_TITLES[step.kind];
      const result = context.timeline.record(
        { stage: stage.title, title, changes: step.kind !== 'verify-files', host: step.host },
        () => runStep(step, context),
      );
      return { host: step.host, at: title, result };
    });
    await settleAll(
      `"${stage.title}" failed, and nothing after it was begun; the same run, started again, goes on from there`,
      work,
    );
  }
}

function describeSteps({ steps }: Stage): string {
  const byHost = Map.groupBy(steps, ({ host }) => host);
  return [...byHost]
    .map(([host, own]) => `${host} (${own.map(({ kind }) => STEP_TITLES[kind]).join(', ')})`)
    .join('; ');
}
