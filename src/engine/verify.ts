import { type ClusterFacts, gateFindings } from '../cluster/gates.ts';
import { type HealthReport, UnhealthyError } from '../etcd/health/health.ts';
import type { Plan } from '../plan/plan.ts';
import type { ClusterClients } from '../run/cluster-clients.ts';
import type { Timeline } from '../run/timeline.ts';
import type { Log } from '../runner/log.ts';
import { observeUntil } from './cluster.ts';

/** What a verification needs. */
export interface VerifyInput {
  readonly plan: Plan;
  /** Clients of the members; made when they are first asked for. @throws RunError if no host has a client pair. */
  readonly cluster: () => Promise<ClusterClients>;
  /** Members whose hosts could not be reached: of the others alone health is asked. Empty: of the whole cluster. */
  readonly away: ReadonlySet<string>;
  readonly log: Log;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
}

/** A member that has just got ready may still have to publish itself, a leader may just be elected; slow hosts take as long as at a gate. */
const SETTLE_WITHIN_MS = 60_000;

/**
 * Verifies that the whole cluster is healthy and has exactly the expected members, through the SSH connections; if hosts
 * are away, that a majority is healthy and every member that could be asked is one of it.
 * @throws UnhealthyError when it is not, after giving it time to settle.
 */
export async function verifyHealthy({
  cluster,
  away,
  log,
  timeline,
  signal,
}: Omit<VerifyInput, 'plan'>): Promise<HealthReport> {
  const deadline = timeline.elapsedMs() + SETTLE_WITHIN_MS;
  const title = away.size === 0 ? 'health of the whole cluster' : 'health of the reached members';
  const what = { stage: 'Verify', title, changes: false };
  return timeline.record(what, async () => {
    const clients = await cluster();
    signal.throwIfAborted();
    const isVerified = ({ health }: ClusterFacts): boolean =>
      health.healthy || isHealthyWithout(health, away);
    const last = await observeUntil(
      clients,
      { timeline, deadline, signal },
      (facts) => (isVerified(facts) ? undefined : facts.health.findings.map(({ fact }) => fact).join('; ')),
      (missing) => log.info(`Not healthy yet: ${missing}`),
    );
    if (!isVerified(last)) throw new UnhealthyError(last.health);
    return last.health;
  });
}

function isHealthyWithout(health: HealthReport, away: ReadonlySet<string>): boolean {
  if (away.size === 0) return false;
  const present = health.endpoints.map(({ name }) => name).filter((name) => !away.has(name));
  const gates = [
    { kind: 'quorum' } as const,
    ...present.map((member) => ({ kind: 'member', member }) as const),
  ];
  return gates.every((gate) => gateFindings(gate, health).length === 0);
}
