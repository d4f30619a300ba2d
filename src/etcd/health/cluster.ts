import type { Alarm } from '../messages.ts';
import { type HealthFinding, nameList, seen, whoSaysWhat } from './observation.ts';
import { clusterIdOf, type ClusterView, memberName } from './view.ts';

/** Returns what is wrong with the cluster as a whole: its identity, leader, alarms and versions. */
export function clusterFindings(view: ClusterView): HealthFinding[] {
  return [
    ...identity(view),
    ...leadership(view),
    ...alarmFindings(view),
    ...otherErrors(view),
    ...versions(view),
  ];
}

function identity(view: ClusterView): HealthFinding[] {
  const told = view.observations.flatMap((observation) => {
    const id = clusterIdOf(observation);
    return id === undefined ? [] : [[observation.name, id] as const];
  });
  if (new Set(told.map(([, id]) => id)).size < 2) return [];
  return [
    {
      code: 'cluster-ids-differ',
      status: 'fail',
      at: 'cluster id',
      fact: `The endpoints belong to different clusters: ${whoSaysWhat(told)}.`,
      cause: 'A host still has the data of an earlier cluster, or was bootstrapped on its own.',
      fix: 'Decide which cluster is the right one; keep the data of the other hosts aside before they join.',
    },
  ];
}

function leadership(view: ClusterView): HealthFinding[] {
  const reports = view.own.flatMap(({ name, status }) => {
    const answer = seen(status);
    return answer === undefined ? [] : [{ name, leader: answer.leader, term: answer.raftTerm }];
  });
  return [...leaderless(reports), ...disagreement(view, reports), ...leaderNotListed(view)];
}

interface LeaderReport {
  readonly name: string;
  readonly leader: string | null;
  readonly term: number;
}

function leaderless(reports: readonly LeaderReport[]): HealthFinding[] {
  const without = reports.filter(({ leader }) => leader === null).map(({ name }) => name);
  if (without.length === 0) return [];
  return [
    {
      code: 'leader-unknown',
      status: 'fail',
      at: 'leader',
      fact: `${nameList(without)} ${without.length === 1 ? 'knows' : 'know'} of no leader.`,
      cause:
        without.length === reports.length
          ? 'Less than a majority of the members runs and reaches each other, or an election is under way.'
          : 'The member is cut off from the others at the peer port, or an election is under way.',
      fix: 'Start the members that are down and check that the peer ports reach each other in both directions.',
    },
  ];
}

function disagreement(view: ClusterView, reports: readonly LeaderReport[]): HealthFinding[] {
  const named = reports.flatMap(({ name, leader, term }) => {
    return leader === null ? [] : [[name, `${memberName(view, leader)} in term ${term}`] as const];
  });
  if (new Set(reports.flatMap(({ leader }) => leader ?? [])).size < 2) return [];
  return [
    {
      code: 'leader-unknown',
      status: 'fail',
      at: 'leader',
      fact: `The members do not agree about the leader: ${whoSaysWhat(named)}.`,
      cause:
        'The leader changed while the members were asked, or the member with the older term is cut off from the others.',
      fix: 'Look again in a few seconds; if they still disagree, check the peer ports between these hosts in both directions.',
    },
  ];
}

function leaderNotListed(view: ClusterView): HealthFinding[] {
  if (view.leader === null || view.members === undefined) return [];
  if (view.members.some(({ id }) => id === view.leader)) return [];
  return [
    {
      code: 'leader-unknown',
      status: 'fail',
      at: 'leader',
      fact: `The leader (id ${view.leader}) is not in the member list.`,
      cause: 'It is being removed, or the member list is out of date.',
      fix: 'Look again in a few seconds.',
    },
  ];
}

/** An alarm as `status` words it; works without a majority, where the alarm list does not. */
const ALARM_IN_STATUS = /^memberID:(\d+)\s+alarm:(\w+)\s*$/;
const NO_LEADER_IN_STATUS = 'etcdserver: no leader';

function alarmFindings(view: ClusterView): HealthFinding[] {
  const raised = view.own.flatMap(({ alarms, status }) => [
    ...(seen(alarms) ?? []),
    ...(seen(status)?.errors ?? []).flatMap(alarmInStatus),
  ]);
  const distinct = new Map(raised.map((alarm) => [`${alarm.memberId} ${alarm.alarm}`, alarm]));
  return [...distinct.values()].map((alarm) => alarmFinding(alarm, memberName(view, alarm.memberId)));
}

function alarmInStatus(line: string): Alarm[] {
  const [, id, alarm] = ALARM_IN_STATUS.exec(line) ?? [];
  return id === undefined || alarm === undefined ? [] : [{ memberId: BigInt(id).toString(16), alarm }];
}

function alarmFinding({ alarm, memberId }: Alarm, name: string): HealthFinding {
  const place = { status: 'fail', host: name, at: 'alarms' } as const;
  switch (alarm) {
    case 'NOSPACE':
      return {
        code: 'alarm-nospace',
        ...place,
        fact: `Alarm NOSPACE is raised for ${name} (id ${memberId}): the cluster accepts no writes.`,
        cause:
          'The database reached quota-backend-bytes, usually because compaction stopped or it is never defragmented.',
        fix: 'Compact, defragment one member after the other (the leader last), then `etcdctl alarm disarm`.',
      };
    case 'CORRUPT':
      return {
        code: 'alarm-corrupt',
        ...place,
        fact: `Alarm CORRUPT is raised for ${name} (id ${memberId}): its data differs from the other members'.`,
        cause: 'A disk or memory fault, or a data dir that was copied or edited.',
        fix: 'Replace that member: remove it, keep its data dir aside, add it again with an empty one.',
      };
    default:
      return {
        code: 'alarm-unknown',
        ...place,
        fact: `Alarm ${alarm} is raised for ${name} (id ${memberId}).`,
        fix: "See etcd's documentation of that alarm for its release.",
      };
  }
}

/** Reports whether a finding says that the cluster accepts no writes because a database has reached its quota. */
export function isSpaceAlarm({ code }: Pick<HealthFinding, 'code'>): boolean {
  return code === 'alarm-nospace';
}

/** Errors that members report besides alarms and the missing leader, which have their own findings. */
function otherErrors(view: ClusterView): HealthFinding[] {
  return view.observations.flatMap(({ name, status }) =>
    (seen(status)?.errors ?? [])
      .filter((line) => line !== NO_LEADER_IN_STATUS && !ALARM_IN_STATUS.test(line))
      .map((line) => ({
        code: 'member-reports-error',
        status: 'fail' as const,
        host: name,
        at: 'status',
        fact: `${name} reports: "${line}".`,
        fix: "The member's log says more.",
      })),
  );
}

function versions(view: ClusterView): HealthFinding[] {
  const told = view.own.flatMap(({ name, status }) => {
    const version = seen(status)?.version;
    return version === undefined ? [] : [[name, version] as const];
  });
  if (new Set(told.map(([, version]) => version)).size < 2) return [];
  return [
    {
      code: 'etcd-versions-differ',
      status: 'warn',
      at: 'versions',
      fact: `The members run different versions of etcd: ${whoSaysWhat(told)}.`,
      cause: 'An upgrade is under way, or ended before all members were upgraded.',
      fix: 'Bring all members to the same version, one after the other.',
    },
  ];
}
