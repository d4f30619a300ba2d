import { seen } from '../etcd/health/observation.ts';
import { type ClusterView, viewCluster } from '../etcd/health/view.ts';
import { quorumOf } from '../etcd/quorum.ts';
import type { HealthFacts, MemberFacts } from '../facts/health.ts';
import type { FactName, StandingFacts } from '../facts/host.ts';
import type { HealthThresholds } from '../inputs/run/health.ts';
import { daysLeft } from '../pki/certificate.ts';
import type { CertificateInfo } from '../pki/inspect.ts';
import type { Check, CheckStatus, MakeCheck } from './check.ts';

/** The answers of one member's etcd. */
export type MemberAnswers = Pick<MemberFacts, 'name' | 'address' | 'endpoint' | 'askedThrough'>;

/** The answers of the members of a cluster, without facts of the hosts. */
export interface ClusterAnswers extends Pick<HealthFacts, 'clientPort' | 'peerPort'> {
  /** The members that should be there, in the order of the inputs; at least one. */
  readonly members: readonly MemberAnswers[];
}

/** Returns the view of the cluster that its members give. */
export function viewOf({ members, clientPort, peerPort }: ClusterAnswers): ClusterView {
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
  /** Members that take part: they know the leader, and through them or another a read succeeded. */
  readonly working: readonly string[];
  /** Voting members that answer, whether they reach a majority or not. */
  readonly answering: readonly string[];
  /** Expected members that could not be asked. */
  readonly unknown: readonly string[];
}

/** Counts votes, from the member list where one could be read, else from the expected members. */
export function votesOf(facts: ClusterAnswers): Votes {
  const view = viewOf(facts);
  const voters = view.members?.filter(({ isLearner }) => !isLearner);
  const all = voters?.length ?? facts.members.length;
  const isVoter = (member: MemberAnswers): boolean => {
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
function takesPart({ endpoint }: MemberAnswers): boolean {
  if (seen(endpoint.status)?.leader === null) return false;
  return 'seen' in endpoint.readNs || endpoint.readNs.failure.kind === 'rejected';
}

/** Reports whether a member could not be asked. */
export function isNotAsked(observed: MemberFacts['endpoint']['status']): boolean {
  return 'failure' in observed && observed.failure.kind === 'not-asked';
}

/**
 * How many more members may fail, negative where a quorum lacks so many already; undefined where not all is known that
 * this depends on. Members that answer and yet make no quorum are cut off from each other: one more has to come.
 */
export function failureToleranceOf(facts: ClusterAnswers): number | undefined {
  const { working, answering, needed, unknown } = votesOf(facts);
  if (working.length >= needed) return working.length - needed;
  return unknown.length > 0 ? undefined : Math.min(answering.length, needed - 1) - needed;
}

/** What a part of the facts is called in a sentence. */
const NAMES: Readonly<Record<FactName, string>> = {
  containers: 'the containers',
  images: 'the images',
  runtime: 'the container runtime',
  kubelet: 'the state of kubelet',
  kubeadm: 'the version of kubeadm',
  files: 'the files',
  digests: 'the digests of the files',
  'data-dir': 'the data dir',
  addresses: 'the addresses',
  listeners: 'the ports in use',
  clock: 'the clock',
  reach: 'the other hosts',
};

/**
 * The check as `unknown`, with what the program said, where a part of the facts that it needs could not be seen on a host;
 * undefined if all of it is known.
 */
export function missingFactCheck(
  check: MakeCheck,
  host: string,
  { unseen }: StandingFacts,
  needed: readonly FactName[],
): Check | undefined {
  const first = unseen.find(({ what }) => needed.includes(what));
  if (first === undefined) return undefined;
  const { what, program, words } = first;
  return check('unknown', {
    measured: `Not seen: \`${program}\` did not report ${NAMES[what]} of ${host} (${words}).`,
    cause:
      'The program is missing or fails there, the service that it asks hangs, or the host is overloaded.',
    fix: `Run \`${program}\` as root on ${host} and correct what it reports.`,
  });
}

/** Milliseconds that the way to a member and back takes of a request; 0 where it was not measured. */
export function wayMs({ endpoint }: MemberAnswers): number {
  return (seen(endpoint.roundTripNs) ?? 0) / 1e6;
}

/** `1 day`, `12 days`, `-3 days`. */
export function days(count: number): string {
  return plural(count, 'day');
}

/** A count with its noun. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${Math.abs(count) === 1 ? '' : 's'}`;
}

/** Returns the status of a certificate that is valid for so many more days. */
export function byDays(
  left: number,
  { certificateFailureDays, certificateWarningDays }: HealthThresholds,
): Exclude<CheckStatus, 'unknown'> {
  if (left < certificateFailureDays) return 'fail';
  return left < certificateWarningDays ? 'warn' : 'ok';
}

/** Returns the threshold of {@link byDays} in words. */
export function daysWords({ certificateFailureDays, certificateWarningDays }: HealthThresholds): string {
  return `at least ${days(certificateWarningDays)}; fails below ${days(certificateFailureDays)}`;
}

/** Returns when a certificate ends, in words. */
export function ends({ notAfter }: CertificateInfo, now: Date): string {
  const left = daysLeft(notAfter, now);
  const date = notAfter.toISOString().slice(0, 10);
  return left < 0 ? `ended on ${date}` : `ends in ${days(left)} (${date})`;
}
