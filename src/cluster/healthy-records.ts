import type { HealthReport } from '../etcd/health.ts';
import { gateFindings } from './gates.ts';
import type { HostFacts } from './host-facts.ts';
import type { Plan, Stage } from './plan.ts';

/** A full database keeps the cluster from being healthy, and says nothing about what was done to its members. */
const DESPITE = { despite: 'NOSPACE' } as const;

/**
 * The records that are written although the cluster as a whole could not be proven healthy: those of healthy members that were
 * recorded as members before, while a majority is healthy. What was done to them is then known to the next run.
 * @param facts by host, as the plan was decided from.
 */
export function healthyRecords(
  { afterProof }: Pick<Plan, 'afterProof'>,
  facts: ReadonlyMap<string, HostFacts>,
  health: HealthReport,
): Stage[] {
  if (gateFindings({ kind: 'quorum', ...DESPITE }, health).length > 0) return [];
  const isRecordable = (host: string): boolean => {
    const state = facts.get(host)?.state;
    const wasMember = typeof state === 'object' && state.phase === 'member';
    return wasMember && gateFindings({ kind: 'member', member: host, ...DESPITE }, health).length === 0;
  };
  return afterProof
    .map((stage) => ({
      ...stage,
      steps: stage.steps.filter(({ kind, host }) => kind === 'record-member' && isRecordable(host)),
    }))
    .filter(({ steps }) => steps.length > 0);
}
