import type { ClockFact } from '../../cluster/host-facts.ts';
import { printable } from '../printable.ts';
import { IncompleteProbe, withWords, type Sections } from './sections.ts';

/** When, by the runner's clock, the probe was sent and its answer was there: milliseconds since 1970. */
export interface ProbeTiming {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** A host did not tell the time. */
export class NoClock extends IncompleteProbe {}

/**
 * How far a host's clock is from the runner's, by the section `clock` that ends each answer of a probe. RFC 5905, section 8: the time
 * that the probe itself took on the host does not count.
 * @throws NoClock when the section does not tell the time.
 */
export function clockIn(sections: Sections, timing: ProbeTiming): ClockFact {
  const text = sections.get('clock') ?? '';
  const [, begun, ended] = /^(\d{1,17}) (\d{1,17})\n/.exec(text) ?? [];
  const [begunMs, endedMs] = [Number(begun) / 1000, Number(ended) / 1000];
  if (!(begunMs > 0 && endedMs > 0))
    throw new NoClock(withWords('it did not tell the time', printable(text, 100)));
  const there = begunMs - timing.sentMs;
  const back = endedMs - timing.receivedMs;
  return { offsetMs: (there + back) / 2, uncertaintyMs: Math.max(0, (there - back) / 2) };
}
