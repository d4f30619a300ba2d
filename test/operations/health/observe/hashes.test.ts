import { describe, expect, test } from '@jest/globals';
import { EtcdError } from '../../../../src/etcd/errors.ts';
import type { HashKv } from '../../../../src/etcd/messages.ts';
import { type HashedMember, hashesOf } from '../../../../src/operations/health/observe/figures.ts';

const { signal } = new AbortController();

/** A member with successive hashes, and the revisions for which they were requested. */
function member(
  hashes: readonly (number | Error)[],
  revisions: readonly number[],
): { readonly asked: number[]; readonly member: HashedMember } {
  const [first = 0, ...later] = revisions;
  const asked: number[] = [];
  const left = [...later];
  const answers = [...hashes];
  return {
    asked,
    member: {
      revision: { seen: first },
      client: {
        hashKv: (revision): Promise<HashKv> => {
          asked.push(revision);
          const hash = answers.shift() ?? 0;
          if (hash instanceof Error) return Promise.reject(hash);
          return Promise.resolve({
            memberId: 'a',
            hash,
            compactRevision: 5,
            hashRevision: revision,
            revision,
          });
        },
        rangeSerializable: () => Promise.resolve({ revision: left.shift() ?? first }),
      },
    },
  };
}

async function told(members: readonly ReturnType<typeof member>[]): Promise<(number | undefined)[]> {
  const hashes = await hashesOf(
    members.map((one) => one.member),
    signal,
    0,
  );
  return [...hashes.values()].map((hash) => ('seen' in hash ? hash.seen.hash : undefined));
}

describe('hashes of all members', () => {
  test('at the newest revision that all have; the same ones are asked for once', async () => {
    const members = [member([7], [12]), member([7], [10]), member([7], [11])];
    expect(await told(members)).toEqual([7, 7, 7]);
    expect(members.map(({ asked }) => asked)).toEqual([[10], [10], [10]]);
  });

  // a member applies nothing meanwhile, so all clients would wait at the same time
  test('of one member after the other', async () => {
    let asking = 0;
    let most = 0;
    const slow = (): ReturnType<typeof member> => {
      const one = member([7], [10]);
      const { client } = one.member;
      const hashKv: typeof client.hashKv = async (revision, options) => {
        asking += 1;
        most = Math.max(most, asking);
        await new Promise((resolve) => setImmediate(resolve));
        asking -= 1;
        return client.hashKv(revision, options);
      };
      return { ...one, member: { ...one.member, client: { ...client, hashKv } } };
    };
    expect(await told([slow(), slow(), slow()])).toEqual([7, 7, 7]);
    expect(most).toBe(1);
  });

  test('that differ are requested again, at a later revision', async () => {
    const members = [member([7, 8], [10, 14]), member([9, 8], [10, 13])];
    expect(await told(members)).toEqual([8, 8]);
    expect(members.map(({ asked }) => asked)).toEqual([
      [10, 13],
      [10, 13],
    ]);
  });

  test('that differ twice differ', async () => {
    expect(await told([member([7, 8], [10, 14]), member([9, 9], [10, 14])])).toEqual([8, 9]);
  });

  test('a second observation that was cut off says less than the first', async () => {
    const gone = new EtcdError({
      kind: 'timeout',
      reason: 'context deadline exceeded',
      finding: { code: 'etcd-too-slow', at: 'etcd', fact: 'It did not answer.' },
    });
    expect(await told([member([7, gone], [10, 14]), member([9, 9], [10, 14])])).toEqual([7, 9]);
  });
});
