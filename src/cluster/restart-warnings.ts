import { isSpaceAlarm } from '../etcd/health-cluster.ts';
import type { Finding } from '../findings.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { gateBefore, isTakenDown, losesQuorum } from './disruption.ts';
import type { EstablishedMember } from './planned-members.ts';

/** What a plan that takes members down has to say of it, besides its stages. */
export function restartWarnings(
  members: readonly EstablishedMember[],
  cluster: ClusterFacts | undefined,
): Finding[] {
  const leaderLast = members.toSorted((one, other) => Number(one.isLeader) - Number(other.isLeader));
  const taken = leaderLast.filter(isTakenDown);
  if (taken.length === 0) return [];
  return [...downMeanwhile(taken, members.length), ...spaceStaysShort(taken, members.length, cluster)];
}

function downMeanwhile(taken: readonly EstablishedMember[], count: number): Finding[] {
  if (!losesQuorum(count)) return [];
  return [
    {
      at: 'restart',
      fact: `the cluster is down while ${taken.map(({ name }) => name).join(' and then ')} ${taken.length === 1 ? 'restarts' : 'restart'}, for some seconds each time.`,
      cause:
        count === 1
          ? 'It is the only member.'
          : 'Of two members both are the majority: neither can be spared.',
      fix: 'Run it when clients can wait. A cluster of three stays up meanwhile.',
    },
  ];
}

function spaceStaysShort(
  taken: readonly EstablishedMember[],
  count: number,
  cluster: ClusterFacts | undefined,
): Finding[] {
  const raises = taken.some((member) => gateBefore(member, count)?.despite === 'NOSPACE');
  if (!raises || cluster?.health.findings.some(isSpaceAlarm) !== true) return [];
  return [
    {
      at: 'alarms',
      fact: 'the alarm NOSPACE is raised, and does not keep the members from their restart, because this run raises quota-backend-bytes.',
      cause: 'etcd takes a larger quota at its start only, and leaves the alarm raised until it is disarmed.',
      fix: 'The run ends as not healthy while the alarm is raised. Then `etcdctl alarm disarm`, and run again.',
    },
  ];
}
