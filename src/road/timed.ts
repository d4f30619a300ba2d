import type { ProbeTiming } from '../hosts/probe/parse-clock.ts';

/** Runs something, with the times at which it was begun and was over. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; timing: ProbeTiming }> {
  const sentMs = runnerTime();
  const result = await work();
  return { result, timing: { sentMs, receivedMs: runnerTime() } };
}

/** Milliseconds since 1970 that no step of the system's clock moves in the middle of a measurement. */
function runnerTime(): number {
  return performance.timeOrigin + performance.now();
}
