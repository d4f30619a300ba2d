import { differing } from '../../backup/compare-hashes.ts';
import type { BackupManifest } from '../../backup/manifest.ts';
import { membersInOrder, reasonsOf, resolveAbsent } from '../../cluster/absent-members.ts';
import { MOST_LAG } from '../../cluster/gates.ts';
import type { PlanningOperation, PlanInput } from '../../engine/operation.ts';
import { isOnlyAlarmed } from '../../etcd/health/endpoint.ts';
import type { EndpointHealth, HealthReport } from '../../etcd/health/health.ts';
import { memberManifest } from '../../facts/host.ts';
import { type Finding, RefusedError } from '../../findings.ts';
import { EVERY_OPERATION } from '../../inputs/groups.ts';
import type { Plan, Stage } from '../../plan/plan.ts';
import type { PlanReport, RunRecord } from '../../report/run-report.ts';
import type { TakeBackup } from '../../steps/take-backup.ts';
import type { UploadBackup } from '../../steps/upload-backup.ts';
import { median, mostFrequent } from '../../text/units.ts';

/** Copies the database of a member to an encrypted file on the runner, and proves the copy against the members. */
export const backup: PlanningOperation = {
  kind: 'planning',
  name: 'backup',
  summary:
    'Takes an encrypted backup of an external etcd cluster for kubeadm over SSH, and proves it against the members',
  icon: 'archive',
  inputs: [...EVERY_OPERATION, 'backup', 'plan', 'artifact'],
  outputs: ['login', 'cluster', 'plan', 'change', 'findings', 'backup', 'artifact'],
  // it notes on each host when the backup was taken, and changes nothing else
  access: () => ({ effect: 'changes', as: 'root' }),
  // one healthy member is enough
  reach: 'any',
  concerns: 'members',
  survivesFault: false,
  probe: () => ({ membersReach: false, sandbox: false }),
  lock: 'none',
  plan: planBackup,
  // the state of the cluster is reported, and is no reason to reject the backup
  verify: async ({ cluster }) => (await (await cluster()).observe()).health,
  report: (_outcome, _settings, record) => reportBackup(record),
};

/** What a backup reports besides its plan: what could not be confirmed of it. */
export function reportBackup({ backups }: Pick<RunRecord, 'backups'>): PlanReport {
  const warnings = backups.flatMap(({ manifest }) => [...unconfirmed(manifest), ...damagedMember(manifest)]);
  return { outputs: {}, warnings, unfinished: 'not everything was done' };
}

function unconfirmed({ verified, comparison, source }: BackupManifest): Finding[] {
  if (verified) return [];
  const { members, voters } = comparison;
  const confirmed = members.filter(({ result }) => result === 'equal').length;
  const silent = members.flatMap(({ name, reason }) => (reason === null ? [] : `; ${name}: ${reason}`));
  return [
    {
      code: 'backup-unconfirmed',
      host: source,
      at: 'take backup',
      fact: `the file is whole, but a majority of the members could not confirm its keys and values: ${confirmed} of ${voters} did${silent.join('')}.`,
      cause:
        'Members are down or are not in hosts, have compacted this revision meanwhile, or run a release without HashKV.',
      fix: 'Run operation: health, then take another backup.',
    },
  ];
}

function damagedMember({ verified, comparison }: BackupManifest): Finding[] {
  if (!verified) return [];
  return differing(comparison).map((name) => ({
    code: 'backup-member-differs',
    host: name,
    at: 'take backup',
    fact: `${name} has other keys or values than the backup and the majority of the members at revision ${comparison.revision}.`,
    cause: 'The data of this member is damaged.',
    fix: 'Run operation: health, and replace this member.',
  }));
}

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
