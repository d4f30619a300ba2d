import { quorumOf } from '../etcd/quorum.ts';
import type { Observed } from '../etcd/health/observation.ts';
import type { HashKv } from '../etcd/messages.ts';
import { mostFrequent } from '../text/units.ts';

/** What one member says of the hash of its keys beside that of the file. */
export interface MemberHash {
  readonly name: string;
  /** `unknown`: the member gave no hash of that revision. */
  readonly result: 'equal' | 'different' | 'unknown';
  /** Why it is unknown, in words; null if it is known. */
  readonly reason: string | null;
}

/** The comparison of a backup with the members that are alive, at one revision. */
export interface HashComparison {
  readonly revision: number;
  /** Voting members of the cluster, of which a majority has to agree. */
  readonly voters: number;
  readonly members: readonly MemberHash[];
}

/** The answers of the members to a question for the hash at one revision, by member name. */
export type HashAnswers = ReadonlyMap<string, Observed<HashKv>>;

/**
 * Compares the hash of the file with that of each member. Members may have compacted meanwhile, each at its own time, and the
 * hash depends on that, so the file is hashed once for each compaction that an answer names. A member counts once, whatever
 * number of hosts answers in its name.
 * @param at.voters of the cluster. No fewer than the listed members count.
 * @param hashAt gives the HashKV of the file, uint32; undefined if the file cannot tell, because it is compacted further.
 */
export async function compareHashes(
  { revision, voters }: Pick<HashComparison, 'revision' | 'voters'>,
  answers: HashAnswers,
  hashAt: (compactRevision: number) => Promise<number | undefined>,
): Promise<HashComparison> {
  const own = new Map<number, number | undefined>();
  const counted = new Set<string>();
  const members: MemberHash[] = [];
  for (const [name, answer] of answers) {
    if ('failure' in answer) {
      members.push({ name, result: 'unknown', reason: answer.failure.reason });
      continue;
    }
    const { hash, compactRevision, memberId } = answer.seen;
    if (!own.has(compactRevision)) own.set(compactRevision, await hashAt(compactRevision));
    const expected = own.get(compactRevision);
    if (counted.has(memberId)) {
      members.push({
        name,
        result: 'unknown',
        reason: `it answers as the member ${memberId}, which another one is`,
      });
    } else if (expected === undefined) {
      const reason = `it is compacted to revision ${compactRevision}, and the file further`;
      members.push({ name, result: 'unknown', reason });
    } else {
      members.push({ name, result: hash === expected ? 'equal' : 'different', reason: null });
    }
    counted.add(memberId);
  }
  return { revision, voters: Math.max(voters, answers.size), members };
}

/** Returns the compaction that most answers name; undefined if there are none. */
export function usualCompaction(answers: HashAnswers): number | undefined {
  return mostFrequent(seenIn(answers).map(({ compactRevision }) => compactRevision));
}

/**
 * Returns the newest revision that a majority of the members has; 0 if fewer answered. No single member can raise it.
 * @param voters of the cluster.
 */
export function revisionOfMajority(answers: HashAnswers, voters: number): number {
  const needed = quorumOf(Math.max(voters, answers.size));
  const revisions = seenIn(answers).map(({ revision }) => revision);
  return revisions.toSorted((one, other) => other - one)[needed - 1] ?? 0;
}

/** Reports whether a majority of the members has compacted the revision, and so has no hash of it any more. */
export function isCompactedAway(answers: HashAnswers, voters: number): boolean {
  const compacted = [...answers.values()].filter(
    (answer) => 'failure' in answer && answer.failure.reason.includes('compacted'),
  );
  return compacted.length >= quorumOf(Math.max(voters, answers.size));
}

/** Reports whether more than half of all voting members have the same keys and values as the file. */
export function isVerified({ members, voters }: HashComparison): boolean {
  return members.filter(({ result }) => result === 'equal').length >= quorumOf(voters);
}

/** Names the members whose keys or values differ from those of the file. */
export function differing({ members }: Pick<HashComparison, 'members'>): string[] {
  return members.flatMap(({ name, result }) => (result === 'different' ? [name] : []));
}

/**
 * Names members that disagree with each other about the keys up to one revision. Only answers with the same compaction can be
 * compared (etcd, server/etcdserver/corrupt.go, PeriodicCheck).
 * @returns empty if all that can be compared are equal.
 */
export function disagreeing(answers: HashAnswers): string[] {
  const known = [...answers].flatMap(([name, answer]) =>
    'seen' in answer ? [{ name, ...answer.seen }] : [],
  );
  const groups = [...Map.groupBy(known, ({ compactRevision }) => compactRevision).values()];
  return groups.flatMap((group) =>
    new Set(group.map(({ hash }) => hash)).size > 1 ? group.map(({ name }) => name) : [],
  );
}

function seenIn(answers: HashAnswers): HashKv[] {
  return [...answers.values()].flatMap((answer) => ('seen' in answer ? [answer.seen] : []));
}
