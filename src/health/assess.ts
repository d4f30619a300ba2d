import { seen } from '../etcd/health-observation.ts';
import { assessMembers } from '../etcd/health-members.ts';
import { memberName, type ClusterView } from '../etcd/health-view.ts';
import { certificateDocuments } from './certificates.ts';
import { worstFirst, worstOf, type Check, type CheckStatus } from './check.ts';
import { ALL_CHECKS } from './checks/all-checks.ts';
import { failureToleranceOf, viewOf } from './checks/view.ts';
import { HEALTH_DOCUMENT_VERSION, type HealthDocument } from './document.ts';
import type { HealthFacts } from './facts.ts';
import { memberDocuments } from './members.ts';
import { summaryLine } from './summary-line.ts';
import type { HealthThresholds } from './thresholds.ts';

/** What is known of a check besides what it saw. */
export interface RunFigures {
  readonly clusterName: string;
  readonly durationMs: number;
  /** Null: one look at the metrics. */
  readonly metricsWindowSeconds: number | null;
}

/** Judges everything that was seen. */
export function assessDeeply(
  facts: HealthFacts,
  thresholds: HealthThresholds,
  { clusterName, durationMs, metricsWindowSeconds }: RunFigures,
): HealthDocument {
  const view = viewOf(facts);
  const checks = worstFirst(ALL_CHECKS.flatMap((run) => run(facts, thresholds)));
  const status = overall(checks);
  const members = memberDocuments(facts, checks);
  const failureTolerance = failureToleranceOf(facts) ?? null;
  const leader = view.leader === null ? null : memberName(view, view.leader);
  return {
    schemaVersion: HEALTH_DOCUMENT_VERSION,
    checkedAt: facts.now.toISOString(),
    durationMs: Math.round(durationMs),
    clusterName,
    status,
    healthy: status === 'ok' || status === 'warn',
    summary: summaryLine({ clusterName, status, members, leader, failureTolerance, checks }),
    failureTolerance,
    cluster: { id: view.clusterId, leader, raftTerm: highestTerm(view), revision: highestRevision(facts) },
    members,
    memberList: assessMembers(view),
    checks,
    certificates: certificateDocuments(facts),
    thresholds,
    metricsWindowSeconds,
  };
}

/** One that fails is told even where the rest is unknown; without the quorum nothing is known. */
function overall(checks: readonly Check[]): CheckStatus {
  if (checks.some(({ status }) => status === 'fail')) return 'fail';
  if (checks.some(({ name, status }) => name === 'quorum' && status === 'unknown')) return 'unknown';
  return worstOf(checks.map(({ status }) => status).filter((status) => status !== 'unknown'));
}

function highestTerm({ own }: ClusterView): number | null {
  return highest(own.flatMap(({ status }) => seen(status)?.raftTerm ?? []));
}

function highestRevision({ members }: HealthFacts): number | null {
  return highest(members.flatMap(({ hash }) => seen(hash)?.hashRevision ?? []));
}

function highest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
