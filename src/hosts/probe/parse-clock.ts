import type { ClockFact } from '../../cluster/preflight/preflight-facts.ts';

/** When, by the runner's clock, the probe was sent and its answer was there: milliseconds since 1970. */
export interface ProbeTiming {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** How far a host's clock is from the runner's: RFC 5905, section 8: the time that the probe itself took on the host does not count. */
export function clockOf(
  runner: ProbeTiming,
  host: { readonly begunMs: number; readonly endedMs: number },
): ClockFact {
  const there = host.begunMs - runner.sentMs;
  const back = host.endedMs - runner.receivedMs;
  return { offsetMs: (there + back) / 2, uncertaintyMs: Math.max(0, (there - back) / 2) };
}
