import { byStatus, RunError } from '../../findings.ts';
import type { EtcdId } from '../messages.ts';
import { clusterFindings } from './cluster.ts';
import { assessEndpoint, endpointFindings, type EndpointHealth } from './endpoint.ts';
import { assessMembers, memberFindings, type MemberHealth } from './members.ts';
import { type EndpointObservation, type HealthFinding } from './observation.ts';
import { type MemberClient, observeEndpoint } from './observe.ts';
import { type ExpectedPorts, highestTerm, memberName, viewCluster } from './view.ts';

export type { EndpointHealth } from './endpoint.ts';
export type { HealthFinding } from './observation.ts';
export type { MemberHealth } from './members.ts';
export type { ExpectedPorts } from './view.ts';

/** The health of a whole cluster, by which a run decides and verifies its work. Plain data. `null`: unknown. */
export interface HealthReport {
  /** Every endpoint is healthy and no finding is a failure. */
  readonly healthy: boolean;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
  /** The cluster that most endpoints belong to. */
  readonly clusterId: EtcdId | null;
  /** The leader that a majority of the voting members names; null when there is none, or too few could be asked. */
  readonly leader: { readonly name: string; readonly id: EtcdId } | null;
  /** The highest term that a member reported. */
  readonly raftTerm: number | null;
  /** In the order of the expected members. */
  readonly endpoints: readonly EndpointHealth[];
  /** As the leader knows them, else as the first member that could be asked. */
  readonly members: readonly MemberHealth[];
  /** Failures before warnings. */
  readonly findings: readonly HealthFinding[];
  /** What the report was made from, in the order of the endpoints. */
  readonly observations: readonly EndpointObservation[];
}

/**
 * Judges the observations. The expected members are the observed ones: their names and addresses, with the expected
 * ports, are the whole cluster; anything more, less or other is a finding.
 *
 * @param checkedAt time of the observation.
 */
export function assessHealth(
  observations: readonly EndpointObservation[],
  expected: ExpectedPorts,
  checkedAt: Date,
): HealthReport {
  const view = viewCluster(observations, expected);
  const endpoints = observations.map((observation) =>
    assessEndpoint(observation, expected.clientPort, view.leader),
  );
  const findings = byStatus([
    ...clusterFindings(view),
    ...observations.flatMap(endpointFindings),
    ...memberFindings(view),
  ]);
  return {
    healthy: endpoints.every(({ healthy }) => healthy) && findings.every(({ status }) => status !== 'fail'),
    checkedAt: checkedAt.toISOString(),
    clusterId: view.clusterId,
    leader: view.leader === null ? null : { name: memberName(view, view.leader), id: view.leader },
    raftTerm: highestTerm(view),
    endpoints,
    members: assessMembers(view),
    findings,
    observations,
  };
}

export interface HealthCheckOptions {
  /** Exactly the members that the cluster should have; at least one. */
  readonly members: readonly MemberClient[];
  readonly expected: ExpectedPorts;
  /** The time for `checkedAt`. */
  readonly now: () => Date;
  /** The report is there after this many milliseconds, whatever hangs. */
  readonly deadlineMs: number;
}

/** Queries all endpoints at once and judges the answers. Changes nothing, leaves the clients open, does not throw. */
export async function checkHealth(options: HealthCheckOptions): Promise<HealthReport> {
  const signal = AbortSignal.timeout(options.deadlineMs);
  const observations = await Promise.all(options.members.map((member) => observeEndpoint(member, signal)));
  return assessHealth(observations, options.expected, options.now());
}

/** The cluster is not as it has to be. Carries the report, so that it can be shown all the same. */
export class UnhealthyError extends RunError {
  readonly health: HealthReport;

  constructor(health: HealthReport) {
    super('the cluster is not healthy', health.findings);
    this.name = 'UnhealthyError';
    this.health = health;
  }
}
