import { observeEndpoint, type AskedMember } from './observe-endpoint.ts';
import { assessHealth, type ExpectedPorts, type HealthReport } from './health.ts';

export interface HealthCheckOptions {
  /** Exactly the members that the cluster ought to have; at least one. */
  readonly members: readonly AskedMember[];
  readonly expected: ExpectedPorts;
  /** The time for `checkedAt`. */
  readonly now: () => Date;
  /** The report is there after this many milliseconds, whatever hangs. */
  readonly deadlineMs: number;
}

/** Asks all endpoints at once and judges what was seen. Changes nothing, leaves the clients open, does not throw. */
export async function checkHealth(options: HealthCheckOptions): Promise<HealthReport> {
  const signal = AbortSignal.timeout(options.deadlineMs);
  const observations = await Promise.all(options.members.map((member) => observeEndpoint(member, signal)));
  return assessHealth(observations, options.expected, options.now());
}
