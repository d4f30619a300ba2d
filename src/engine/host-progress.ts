import type { Plan } from '../plan/plan.ts';
import type { HostProgress } from '../report/run-record.ts';
import type { Timeline } from '../run/timeline.ts';
import { STEPS } from '../steps/index.ts';

/** How far each host has come with its part of a plan that was not carried out to its end. */
export function hostProgress(
  { members, controlPlane, stages, afterProof }: Plan,
  { entries }: Timeline,
): HostProgress[] {
  return [...members.after, ...controlPlane].map(({ name: host }) => {
    const planned = [...stages, ...afterProof].flatMap(({ title, steps }) =>
      steps
        .filter((step) => step.host === host)
        .map((step) => ({ stage: title, step: STEPS[step.kind].title })),
    );
    const begun = entries.filter((entry) => entry.host === host);
    const ended = (outcome: 'done' | 'failed'): string[] =>
      begun
        .filter((entry) => entry.outcome === outcome)
        .filter(({ stage, title }) => planned.some((one) => one.stage === stage && one.step === title))
        .map(({ title }) => title);
    const left = planned
      .filter(({ stage, step }) => !begun.some((entry) => entry.stage === stage && entry.title === step))
      .map(({ step }) => step);
    return { host, done: ended('done'), failed: ended('failed'), left };
  });
}
