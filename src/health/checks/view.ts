import { quorumOf } from '../../cluster/quorum.ts';
import { seen } from '../../etcd/health-observation.ts';
import { viewCluster, type ClusterView } from '../../etcd/health-view.ts';
import type { HealthFacts, MemberSight } from '../facts.ts';

/** The cluster as its members tell it. */
export function viewOf({ members, clientPort, peerPort }: HealthFacts): ClusterView {
  return viewCluster(
    members.map(({ endpoint }) => endpoint),
    { clientPort, peerPort },
  );
}

/** How many votes there are, how many of them work, and how many it takes. */
export interface Votes {
  /** Voting members, those that are down, unknown or never started included. */
  readonly all: number;
  readonly needed: number;
  /** Members that were seen to take part: they know the leader, and through them or another a read succeeded. */
  readonly working: readonly string[];
  /** Voting members that answer, whether they reach a majority or not. */
  readonly answering: readonly string[];
  /** Expected members that nobody could ask. */
  readonly unknown: readonly string[];
}

/** Counts votes, from the member list where one could be read, else from the expected members. */
export function votesOf(facts: HealthFacts): Votes {
  const view = viewOf(facts);
  const voters = view.members?.filter(({ isLearner }) => !isLearner);
  const all = voters?.length ?? facts.members.length;
  const isVoter = (member: MemberSight): boolean => {
    const id = seen(member.endpoint.status)?.memberId;
    return voters === undefined || voters.some((voter) => voter.id === id);
  };
  const answering = facts.members.filter((member) => {
    const status = seen(member.endpoint.status);
    return status !== undefined && status.clusterId === view.clusterId && isVoter(member);
  });
  const working = answering.filter(takesPart);
  const unknown = facts.members.filter(({ endpoint }) => isNotAsked(endpoint.status));
  return {
    all,
    needed: quorumOf(all),
    working: working.map(({ name }) => name),
    answering: answering.map(({ name }) => name),
    unknown: unknown.map(({ name }) => name),
  };
}

/** A read through the majority succeeded there, or it would have, were it not for an alarm. */
function takesPart({ endpoint }: MemberSight): boolean {
  if (seen(endpoint.status)?.leader === null) return false;
  return 'seen' in endpoint.readNs || endpoint.readNs.failure.kind === 'rejected';
}

/** Whether nobody was there to ask a member. */
export function isNotAsked(observed: MemberSight['endpoint']['status']): boolean {
  return 'failure' in observed && observed.failure.kind === 'not-asked';
}

/**
 * How many more members may fail, negative where a quorum lacks so many already; undefined where not all is known that
 * this depends on. Members that answer and yet make no quorum are cut off from each other: one more has to come.
 */
export function failureToleranceOf(facts: HealthFacts): number | undefined {
  const { working, answering, needed, unknown } = votesOf(facts);
  if (working.length >= needed) return working.length - needed;
  return unknown.length > 0 ? undefined : Math.min(answering.length, needed - 1) - needed;
}
