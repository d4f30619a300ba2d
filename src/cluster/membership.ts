import type { EtcdId } from '../etcd/messages.ts';
import type { Finding } from '../findings.ts';
import type { ClusterFacts } from './gates.ts';
import type { Member } from './members.ts';
import { recordOn, type Ownership } from './ownership.ts';

/**
 * Reports differences between the cluster's own member list and the hosts of the inputs, which must be the same. A
 * member of an unfinished bootstrap is in the list from the beginning, without client URLs until it has started: the
 * run completes it.
 */
export function membershipFindings(
  ownership: ReadonlyMap<string, Ownership>,
  cluster: ClusterFacts | undefined,
): Finding[] {
  if (cluster === undefined) return [];
  const { clusterId } = cluster.health;
  const isYetToStart = (name: string): boolean =>
    ownership.get(name)?.kind === 'unfinished' &&
    cluster.health.members.some((listed) => listed.name === name && listed.clientUrls.length === 0);
  return cluster.health.findings.filter(
    ({ at, status, host }) =>
      status === 'fail' &&
      ((at === 'members' && (host === undefined || !isYetToStart(host))) ||
        // Without a majority for either of them, the cluster's true members are unknown.
        (at === 'cluster id' && clusterId === null)),
  );
}

/**
 * Reports members that have lost their log. Whatever initial-cluster-state says, such a member must never be started:
 * it would come back under its old id without its votes, or found a second cluster (etcd,
 * server/etcdserver/bootstrap.go). Only a member that the action has begun and that never published itself may be
 * started without one.
 */
export function lostLogFindings(
  members: readonly Member[],
  ownership: ReadonlyMap<string, Ownership>,
  cluster: ClusterFacts | undefined,
): Finding[] {
  const recorded = [...ownership]
    .filter(([, owned]) => recordOn(owned)?.phase === 'member')
    .map(([name]) => name);
  return members.flatMap((member) => {
    const { name, facts } = member;
    const owned = ownership.get(name);
    if (owned === undefined || owned.kind === 'pristine') return [];
    const { hasLog, hasLogElsewhere, empty } = facts.dataDir;
    if (hasLogElsewhere === true) return [logElsewhere(name)];
    // Applies only if the log has a folder of its own.
    if (hasLog) return empty && recordOn(owned)?.phase === 'member' ? [lostDatabase(name)] : [];
    const published = publishedId(name, cluster);
    const reason =
      recordOn(owned)?.phase === 'member'
        ? "the action's record says that it is a member"
        : published !== undefined
          ? `the member list has it with published client URLs (id ${published})`
          : recorded.length > 0
            ? `${recorded.join(', ')} ${recorded.length === 1 ? 'records' : 'record'} that the whole cluster has been healthy`
            : undefined;
    return reason === undefined ? [] : [lostLog(member, reason)];
  });
}

function publishedId(name: string, cluster: ClusterFacts | undefined): EtcdId | undefined {
  return cluster?.health.members.find((member) => member.name === name && member.clientUrls.length > 0)?.id;
}

function lostLog({ name, facts }: Member, reason: string): Finding {
  const [at, folder] =
    facts.dataDir.walDir === undefined ? ['data-dir', 'its data dir'] : ['wal-dir', 'the folder of its log'];
  return {
    code: 'member-lost-log',
    host: name,
    at,
    fact: `it has been a member of the cluster (${reason}), but ${folder} no longer holds a log.`,
    cause: `The disk of \`${at}\` is not mounted, or its contents were removed.`,
    fix: 'Mount the disk again. If the data is lost, remove the member from the cluster and add it under a new id; do not start it as it is.',
  };
}

function lostDatabase(host: string): Finding {
  return {
    code: 'member-lost-log',
    host,
    at: 'data-dir',
    fact: 'its log is in `wal-dir`, but its data dir is empty, although it has been a member of the cluster.',
    cause: 'The disk of the data dir is not mounted, or its contents were removed.',
    fix: 'Mount the disk again. If the data is lost, remove the member from the cluster and add it under a new id; do not start it as it is.',
  };
}

function logElsewhere(host: string): Finding {
  return {
    code: 'member-lost-log',
    host,
    at: 'wal-dir',
    fact: 'its log is in the data dir, but the inputs name another folder for it.',
    cause: '`wal-dir` was added or changed after the setup.',
    fix: 'Leave `wal-dir` out: the log of a member cannot move.',
  };
}
