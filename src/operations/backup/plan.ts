import { membersInOrder, reasonsOf, resolveAbsent } from '../../cluster/absent-members.ts';
import { MOST_LAG } from '../../cluster/gates.ts';
import type { PlanInput } from '../../engine/operation.ts';
import { memberManifest } from '../../facts/host.ts';
import { type Finding, RefusedError } from '../../findings.ts';
import { isOnlyAlarmed } from '../../etcd/health/endpoint.ts';
import type { EndpointHealth, HealthReport } from '../../etcd/health/health.ts';
import type { Plan, Stage } from '../../plan/plan.ts';
import { median, mostFrequent } from '../../text/units.ts';
import type { TakeBackup } from '../../steps/take-backup.ts';
import type { UploadBackup } from '../../steps/upload-backup.ts';

/** The member that sends the database, and why it is that one. */
export interface Source {
  readonly name: string;
  readonly why: string;
  /** Whether it belongs to a majority: if not, the database may lack what the others have acknowledged. */
  readonly hasQuorum: boolean;
}

/**
 * Chooses the member that is asked for the database: the first healthy follower that is up to date, because a snapshot costs
 * the leader time that its writes need; else the leader; else, if there is no majority, the member that is furthest ahead.
 * Never a learner, whose data may be incomplete, nor a member of another cluster. Up to date is measured by the leader, so
 * that no other member's claim counts.
 * @returns undefined if no member can be asked.
 */
export function chooseSource({
  endpoints,
  clusterId,
  leader,
  observations,
}: HealthReport): Source | undefined {
  const ofCluster = new Set(
    observations.flatMap(({ name, status }) =>
      'seen' in status && status.seen.clusterId === clusterId ? [name] : [],
    ),
  );
  const voters = endpoints.filter(({ name, isLearner }) => isLearner === false && ofCluster.has(name));
  const [furthest] = voters.toSorted(byProgress);
  if (leader === null) {
    return (
      furthest && { name: furthest.name, why: `it is the furthest of ${answering(voters)}`, hasQuorum: false }
    );
  }
  const leading = voters.find(({ name }) => name === leader.name);
  const newest = leading?.raftIndex ?? medianIndex(voters);
  const upToDate = voters.filter(
    // an alarm for want of space stops writes, and no reads
    (voter) => (voter.healthy || isOnlyAlarmed(voter)) && isNear(voter.raftAppliedIndex ?? 0, newest),
  );
  const follower = upToDate.find(({ isLeader }) => isLeader === false);
  if (follower !== undefined) {
    return { name: follower.name, why: 'it is a healthy follower and up to date', hasQuorum: true };
  }
  const last = leading ?? furthest;
  const why = last === leading ? 'it leads, and no follower is healthy' : 'no other member can be asked';
  return last && { name: last.name, why, hasQuorum: true };
}

/** Reports whether a member is neither far behind the leader nor claims to be far ahead of it. */
function isNear(index: number, newest: number): boolean {
  return Math.abs(newest - index) <= MOST_LAG;
}

/** The index that half of the members have reached, for a leader that is not among those that answer. */
function medianIndex(voters: readonly EndpointHealth[]): number {
  return median(voters.map(({ raftIndex }) => raftIndex ?? 0));
}

/** The furthest ahead first: the later term wins, then the later entry. */
function byProgress(one: EndpointHealth, other: EndpointHealth): number {
  return (
    (other.raftTerm ?? 0) - (one.raftTerm ?? 0) || (other.raftAppliedIndex ?? 0) - (one.raftAppliedIndex ?? 0)
  );
}

function answering({ length }: readonly EndpointHealth[]): string {
  return length === 1 ? 'the one member that answers' : `${length} members that answer`;
}

/**
 * The plan of a backup: which member sends the database, and where the file goes. Whether the hosts match the inputs does not
 * matter, and hosts that could not be reached are warnings.
 * @throws RefusedError if no member can be asked, or if the members' data is known to be damaged.
 */
export function planBackup({ settings, members: reached, absent = [], cluster }: PlanInput): Plan {
  const { clusterName, backup, artifacts } = settings;
  const members = membersInOrder(settings.hosts, reached, resolveAbsent(absent, reached));
  const source = cluster && chooseSource(cluster.health);
  const findings = [
    ...(cluster === undefined ? [] : damageFindings(cluster.health)),
    ...(source === undefined ? noSource(cluster?.health, reasonsOf(absent)) : []),
  ];
  if (source === undefined || findings.length > 0) throw new RefusedError('no backup was taken', findings);
  const step: TakeBackup = {
    kind: 'take-backup',
    host: source.name,
    why: source.why,
    clusterName,
    clusterToken: tokenOf(reached),
    path: backup.path,
    recipients: backup.recipients,
  };
  return {
    clusterName,
    verdict: {
      name: 'backup',
      meaning: 'copy the database to a file on the runner, and change nothing on the hosts',
      done: 'backed up',
    },
    reasons: [`${source.name} sends the database: ${source.why}`],
    members: { before: members, after: members },
    controlPlane: [],
    leftOut: [],
    warnings: [
      ...reasonsOf(absent),
      ...(source.hasQuorum ? [] : [withoutQuorum(source)]),
      ...(backup.recipients.length === 0 ? [plain(backup.path)] : []),
    ],
    stages: [{ title: 'Backup', steps: [step] }, ...uploadStages(step, settings)],
    afterVerify: [
      {
        title: 'Note',
        // a host that cannot be written to does not make the backup worthless
        mayFail: 'warned',
        steps: reached.map(({ name }) => ({
          kind: 'note-backup',
          host: name,
          why: 'health checks report its age',
          path: backup.isOwnPath ? null : backup.path,
          artifact: artifacts.name,
        })),
      },
    ],
    // the name that the action has chosen differs from run to run, as does that of the artifact
    madeUp: [...(backup.isOwnPath ? [backup.path] : []), ...(artifacts.isOwnName ? [artifacts.name] : [])],
  };
}

/**
 * What makes a copy of the data worthless: data that is known to be wrong, or of an unknown
 * cluster. With a majority it is clear which cluster that is.
 */
function damageFindings({ findings, leader }: HealthReport): Finding[] {
  return findings.filter(
    ({ code }) => code === 'alarm-corrupt' || (code === 'cluster-ids-differ' && leader === null),
  );
}

function noSource(health: HealthReport | undefined, away: readonly Finding[]): Finding[] {
  const fact =
    health === undefined
      ? 'no host has a client certificate of etcd with its key, so no member can be asked.'
      : 'no voting member of the cluster answers.';
  return [
    ...away,
    ...(health?.findings ?? []).filter(({ status }) => status === 'fail'),
    {
      code: 'backup-source-missing',
      at: 'backup',
      fact,
      cause: 'There is no cluster on these hosts, or no etcd runs.',
      fix: 'Run operation: health to see the state of each member. If etcd cannot be started, keep a copy of the data dir.',
    },
  ];
}

function withoutQuorum({ name }: Source): Finding {
  return {
    code: 'backup-without-quorum',
    host: name,
    at: 'backup',
    fact: 'the cluster has no majority: this member may lack writes that other members have acknowledged, and no majority can confirm the backup.',
    cause: 'Most members are down or cut off.',
    fix: 'Keep the file, bring the other members back, and take another backup.',
  };
}

function plain(path: string): Finding {
  return {
    code: 'backup-not-encrypted',
    at: 'backup-encryption',
    fact: `${path} is not encrypted: it holds every Secret of Kubernetes as plain text.`,
    cause: 'The input backup-encryption is none.',
    fix: 'Encrypt the file in the next step, or give backup-recipients.',
  };
}

/** The file and its manifest leave the runner before anything is noted. A plain file is never uploaded. */
function uploadStages({ host }: TakeBackup, { artifacts, backup }: PlanInput['settings']): Stage[] {
  if (!artifacts.upload || backup.recipients.length === 0) return [];
  const step: UploadBackup = {
    kind: 'upload-backup',
    host,
    why: backup.isOwnPath ? 'the runner removes the file after the job' : 'upload-artifacts',
    name: artifacts.name,
    isOnlyPlace: backup.isOwnPath,
  };
  return [{ title: 'Upload', steps: [step] }];
}

/** Returns the token that most manifests of the members name; null if none names one. */
function tokenOf(members: PlanInput['members']): string | null {
  const tokens = members.flatMap(
    ({ facts }) => memberManifest(facts)?.arguments.get('initial-cluster-token') ?? [],
  );
  return mostFrequent(tokens) ?? null;
}
