import { expect, test } from '@jest/globals';
import {
  compareHashes,
  differing,
  disagreeing,
  isCompactedAway,
  isVerified,
  revisionOfMajority,
} from '../../src/backup/compare-hashes.ts';
import type { Observed } from '../../src/etcd/health/observation.ts';
import type { HashKv } from '../../src/etcd/messages.ts';

const REVISION = 90;

let members = 0;

/** The answer of one more member. */
function answer(hash: number, compactRevision = 10, revision = REVISION): Observed<HashKv> {
  members += 1;
  return { seen: { memberId: `a${members}`, hash, compactRevision, hashRevision: REVISION, revision } };
}

const silent: Observed<HashKv> = {
  failure: {
    kind: 'timeout',
    reason: 'no answer',
    finding: { code: 'unexpected-error', at: 'etcd', fact: 'x', fix: 'y' },
  },
};

const compare = (answers: Record<string, Observed<HashKv>>, hashAt = (compact: number) => 1_000 + compact) =>
  compareHashes({ revision: REVISION, voters: 3 }, new Map(Object.entries(answers)), (compact) =>
    Promise.resolve(hashAt(compact)),
  );

test('a majority with the same hash verifies; a member that is silent does not count', async () => {
  const two = await compare({ a: answer(1_010), b: answer(1_010), c: silent });
  expect(isVerified(two)).toBe(true);
  expect(two.members[2]).toEqual({ name: 'c', result: 'unknown', reason: 'no answer' });
  expect(isVerified(await compare({ a: answer(1_010), b: silent, c: silent }))).toBe(false);
});

test('each answer is compared at its own compaction, and the file is hashed once for each', async () => {
  const asked: number[] = [];
  const comparison = await compare(
    { a: answer(1_010), b: answer(1_050, 50), c: answer(1_010) },
    (compact) => {
      asked.push(compact);
      return 1_000 + compact;
    },
  );
  expect(comparison.members.map(({ result }) => result)).toEqual(['equal', 'equal', 'equal']);
  expect(asked).toEqual([10, 50]);
});

test('a member that differs is named, and a majority of others still verifies', async () => {
  const comparison = await compare({ a: answer(1_010), b: answer(7), c: answer(1_010) });
  expect(differing(comparison)).toEqual(['b']);
  expect(isVerified(comparison)).toBe(true);
  expect(isVerified(await compare({ a: answer(1_010), b: answer(7), c: answer(7) }))).toBe(false);
});

test('members that disagree are found only where their compactions are the same', () => {
  expect(
    disagreeing(
      new Map([
        ['a', answer(1)],
        ['b', answer(1)],
        ['c', silent],
      ]),
    ),
  ).toEqual([]);
  expect(
    disagreeing(
      new Map([
        ['a', answer(1)],
        ['b', answer(2, 50)],
      ]),
    ),
  ).toEqual([]);
  expect(
    disagreeing(
      new Map([
        ['a', answer(1)],
        ['b', answer(2)],
      ]),
    ),
  ).toEqual(['a', 'b']);
});

test('the majority is that of the cluster, also if the inputs list a part of it', async () => {
  const answers = new Map([['a', answer(1_010)]]);
  const one = await compareHashes({ revision: REVISION, voters: 3 }, answers, () => Promise.resolve(1_010));
  expect(one).toMatchObject({ voters: 3, members: [{ result: 'equal' }] });
  expect(isVerified(one)).toBe(false);
});

test('a member that answers for two counts once', async () => {
  const twice = answer(1_010);
  const comparison = await compare({ a: twice, b: twice, c: silent });
  expect(comparison.members[1]).toMatchObject({ result: 'unknown' });
  expect(isVerified(comparison)).toBe(false);
});

test('no single member can raise the revision that the file must have', () => {
  const answers = new Map([
    ['a', answer(1, 10, 50)],
    ['b', answer(1, 10, 48)],
    ['c', answer(1, 10, 9_000)],
  ]);
  expect(revisionOfMajority(answers, 3)).toBe(50);
  expect(revisionOfMajority(new Map([['c', answer(1, 10, 9_000)]]), 3)).toBe(0);
});

test('a revision is compacted away only if a majority says so', () => {
  const gone: Observed<HashKv> = {
    failure: { ...silent.failure, reason: 'etcdserver: mvcc: required revision has been compacted' },
  };
  expect(
    isCompactedAway(
      new Map([
        ['a', gone],
        ['b', gone],
        ['c', silent],
      ]),
      3,
    ),
  ).toBe(true);
  expect(
    isCompactedAway(
      new Map([
        ['a', gone],
        ['b', answer(1)],
        ['c', silent],
      ]),
      3,
    ),
  ).toBe(false);
});
