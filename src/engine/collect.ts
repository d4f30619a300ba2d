import { errorMessage, type Finding, RunError } from '../findings.ts';
import { BastionError, HostError } from '../hosts/host-error.ts';
import { type Step, STEPS } from '../steps/index.ts';

/**
 * Waits for work on all hosts and gives all results, in order.
 * @throws RunError titled `title` with the findings of every host that failed, after all have ended.
 */
export async function allOrFindings<T>(
  title: string,
  work: readonly { readonly host: string; readonly at: string; readonly result: Promise<T> }[],
): Promise<T[]> {
  const settled = await Promise.allSettled(work.map(({ result }) => result));
  const findings = settled.flatMap((outcome, index) => {
    const item = work[index];
    return outcome.status === 'rejected' && item !== undefined
      ? findingsOf(outcome.reason, item.host, item.at)
      : [];
  });
  if (findings.length > 0) throw new RunError(title, findings);
  return settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** What was thrown while a step was carried out, as a refusal that names host and step. */
export function inWords(error: unknown, { host, kind }: Pick<Step, 'host' | 'kind'>): RunError {
  if (error instanceof RunError) return error;
  const at = STEPS[kind].title;
  return new RunError(`${at} failed on ${host}`, findingsOf(error, host, at));
}

/** The findings of anything that was thrown while a host was worked with. */
export function findingsOf(error: unknown, host: string, at: string): readonly Finding[] {
  if (error instanceof BastionError) return [error.finding];
  if (error instanceof HostError) return [{ ...error.finding, host }];
  if (error instanceof RunError) return error.findings;
  return [
    {
      code: 'unexpected-error',
      host,
      at,
      fact: errorMessage(error),
      cause: 'An error that the action does not know.',
      fix: 'Run again with debug logging; if it stays, open an issue with the log.',
    },
  ];
}
