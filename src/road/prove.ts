import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthReport } from '../etcd/health.ts';
import { Refusal } from '../findings.ts';
import type { Log } from '../log.ts';
import type { ClusterClients } from './cluster-clients.ts';
import type { Timeline } from './timeline.ts';

/** The cluster is not as it has to be. Carries the report, so that it can be shown all the same. */
export class ProofFailed extends Refusal {
  readonly health: HealthReport;

  constructor(health: HealthReport) {
    super('the cluster is not healthy', health.findings);
    this.name = 'ProofFailed';
    this.health = health;
  }
}

/** What the proof needs. */
export interface ProofInput {
  readonly cluster: ClusterClients;
  readonly log: Log;
  readonly timeline: Timeline;
  readonly signal: AbortSignal;
}

/** A member that has just got ready may still have to publish itself, a leader may just be elected; slow hosts take as long as at a gate. */
const SETTLE_WITHIN_MS = 60_000;
const PAUSE_MS = 250;

/**
 * Proves that the whole cluster is healthy and has exactly the expected members, through the SSH connections.
 * @throws ProofFailed when it is not, after giving it time to settle.
 */
export async function prove({ cluster, log, timeline, signal }: ProofInput): Promise<HealthReport> {
  const deadline = timeline.elapsedMs() + SETTLE_WITHIN_MS;
  const what = { stage: 'Prove', title: 'health of the whole cluster', changes: false };
  return timeline.record(what, async () => {
    let lastSaid = '';
    for (;;) {
      signal.throwIfAborted();
      const { health } = await cluster.observe();
      if (health.healthy) return health;
      if (timeline.elapsedMs() > deadline) throw new ProofFailed(health);
      const said = `Not healthy yet: ${health.findings.map(({ fact }) => fact).join('; ')}`;
      if (said !== lastSaid) log.info(said);
      lastSaid = said;
      await sleep(PAUSE_MS);
    }
  });
}
