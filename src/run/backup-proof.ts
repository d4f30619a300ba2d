import { setTimeout as sleep } from 'node:timers/promises';
import {
  compareHashes,
  differing,
  disagreeing,
  type HashAnswers,
  type HashComparison,
  isCompactedAway,
  isVerified,
  revisionOfMajority,
  usualCompaction,
} from '../backup/compare-hashes.ts';
import type { EtcdClient } from '../etcd/client.ts';
import type { ByteSource, ReadingOptions } from '../etcd/database/byte-source.ts';
import { type DatabaseSummary, examineDatabase } from '../etcd/database/examine.ts';
import { type HashKvAt, hashKvOf, storeRevisionOf } from '../etcd/database/hash-kv.ts';
import { DatabaseError } from '../etcd/database/pages.ts';
import type { MemberList, MemberStatus } from '../etcd/messages.ts';
import { type Finding, RunError } from '../findings.ts';
import type { ClusterClients } from './cluster-clients.ts';

/** A member reads all of its keys to hash them, from a cold disk in the worst case. */
const HASH_WITHIN_MS = 30_000;
const HASH_BYTES_PER_MS = 50_000;
/** A follower that is up to date applies what its leader has within some milliseconds. */
const CAUGHT_UP_WITHIN_MS = 10_000;
const PAUSE_MS = 100;

/** The member that sends the database, and the cluster as it was before. */
export interface BackupSource {
  readonly client: EtcdClient;
  readonly clients: ClusterClients;
  readonly list: MemberList;
  readonly status: MemberStatus;
  /** Voting members, by the list of the source. */
  readonly voters: number;
  readonly before: HashesNow;
  /** The revision that a majority had before the copy; the copy is not older. */
  readonly leastRevision: number;
}

/** The hashes of the members' keys at one revision. */
interface HashesNow {
  readonly revision: number;
  readonly answers: HashAnswers;
}

/**
 * Asks the members for their hashes, and waits until the source has what a majority has.
 * @throws RunError if the members disagree, or the source does not catch up.
 */
export async function observeSource(
  clients: ClusterClients,
  name: string,
  signal: AbortSignal,
): Promise<BackupSource> {
  const client = clients.client(name);
  const [list, status, { revision }] = await Promise.all([
    client.memberList({ linearizable: false }, { signal }),
    client.status({ signal }),
    client.rangeSerializable('health', { signal }),
  ]);
  const voters = list.members.filter(({ isLearner }) => !isLearner).length;
  const before = { revision, answers: await hashesAt(revision, clients, status, signal) };
  const names = disagreeing(before.answers);
  if (names.length > 0) throw disagreement(name, names, revision);
  const leastRevision = revisionOfMajority(before.answers, voters);
  await catchUp(client, leastRevision, signal);
  return { client, clients, list, status, voters, before, leastRevision };
}

function hashesAt(
  revision: number,
  clients: ClusterClients,
  { dbSize }: MemberStatus,
  signal: AbortSignal,
): Promise<HashAnswers> {
  // one member's claim of its size must not let the run wait for ever: the largest that etcd suggests is 8 GiB
  const timeoutMs = HASH_WITHIN_MS + Math.min(dbSize, 16 * 1024 ** 3) / HASH_BYTES_PER_MS;
  return clients.hashKv(revision, { signal, timeoutMs });
}

async function catchUp(client: EtcdClient, leastRevision: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + CAUGHT_UP_WITHIN_MS;
  for (;;) {
    const { revision } = await client.rangeSerializable('health', { signal });
    if (revision >= leastRevision) return;
    if (performance.now() > deadline) throw behind(client.name, revision, leastRevision);
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

/** What reading the file back has shown. */
export interface BackupProof {
  readonly summary: DatabaseSummary;
  readonly comparison: HashComparison;
}

/**
 * Reads the file back from the disk: every page of the database, and the hash of its keys and values beside those of the
 * members. If a majority of them has compacted the revision of the file meanwhile, the comparison is that of the revision
 * before the copy.
 * @throws DatabaseError if the file is no whole database, or is older than what a majority had before the copy.
 */
export async function proveBackup(
  database: ByteSource,
  source: BackupSource,
  signal: AbortSignal,
): Promise<BackupProof> {
  const { clients, status, voters, before, leastRevision } = source;
  const options = { signal };
  const revision = await storeRevisionOf(database, options);
  if (revision < leastRevision) {
    throw new DatabaseError(
      `it ends at revision ${revision}, and a majority of the members had ${leastRevision}`,
    );
  }
  const now = { revision, answers: await hashesAt(revision, clients, status, signal) };
  const compactRevision = usualCompaction(now.answers);
  const at = compactRevision === undefined ? undefined : { revision, compactRevision };
  const summary = await examine(database, options, at);
  const { scheduledCompactRevision, finishedCompactRevision } = summary;
  if (Math.max(summary.revision, scheduledCompactRevision, finishedCompactRevision) !== revision) {
    throw new DatabaseError(
      `its newest record is of revision ${summary.revision}, and its last page says ${revision}`,
    );
  }
  const compare = (hashes: HashesNow): Promise<HashComparison> =>
    compareHashes({ revision: hashes.revision, voters }, hashes.answers, async (compaction) =>
      hashes === now && compaction === compactRevision
        ? (summary.hashKv ?? undefined)
        : await hashOf(database, { revision: hashes.revision, compactRevision: compaction }, options),
    );
  const after = await compare(now);
  if (isDecided(after) || !isCompactedAway(now.answers, voters)) return { summary, comparison: after };
  const earlier = await compare(before);
  return { summary, comparison: isDecided(earlier) ? earlier : after };
}

function isDecided(comparison: HashComparison): boolean {
  return isVerified(comparison) || differing(comparison).length > 0;
}

/** Examines the database, with its hash if that can be compared with what the members answer. @throws DatabaseError */
async function examine(
  database: ByteSource,
  options: ReadingOptions,
  hashKvAt: HashKvAt | undefined,
): Promise<DatabaseSummary> {
  if (hashKvAt === undefined) return examineDatabase(database, options);
  try {
    return await examineDatabase(database, { ...options, hashKvAt });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return examineDatabase(database, options);
  }
}

/** Returns the HashKV of a database that was examined before; undefined if the file cannot tell. */
async function hashOf(
  database: ByteSource,
  at: HashKvAt,
  options: ReadingOptions,
): Promise<number | undefined> {
  try {
    return await hashKvOf(database, at, options);
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

function disagreement(host: string, names: readonly string[], revision: number): RunError {
  return failure(host, {
    code: 'backup-members-disagree',
    fact: `the members have different keys or values at revision ${revision} (HashKV of ${names.join(', ')}), so nothing was copied.`,
    cause: 'The data of one of them is damaged, or was changed without etcd.',
    fix: 'Run operation: health to see which member differs from the majority, and replace that member.',
  });
}

function behind(host: string, revision: number, wanted: number): RunError {
  return failure(host, {
    code: 'backup-source-behind',
    fact: `the member is at revision ${revision}, and does not catch up with the majority, which had ${wanted}, within ${CAUGHT_UP_WITHIN_MS / 1000} s.`,
    cause: 'The member or its disk is slow, or it is cut off from the leader.',
    fix: 'Run operation: health, then run again.',
  });
}

function failure(host: string, words: Omit<Finding, 'host' | 'at'>): RunError {
  return new RunError(`the backup could not be taken from ${host}`, [{ host, at: 'take backup', ...words }]);
}
