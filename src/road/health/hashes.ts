import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdClient } from '../../etcd/client.ts';
import { seen, type Observed } from '../../etcd/health-observation.ts';
import type { HashKv } from '../../etcd/messages.ts';
import { attempt } from '../../etcd/observe-endpoint.ts';
import { commonRevision, hashAt } from '../../etcd/observe-member.ts';
import { hashesDiffer } from '../../health/checks/data.ts';

/** A member that can be asked for its hash, and the revision that it told. */
export interface HashedMember {
  readonly client: Pick<EtcdClient, 'hashKv' | 'rangeSerializable'>;
  readonly revision: Observed<number>;
}

/** A write or a compaction that was under way while the members were asked is over by then. */
const PAUSE_MS = 1_000;

/**
 * The hash of each member at the newest revision that all of them have. Hashes that differ are looked at once more, at
 * the revision that all have by then: one look alone is no proof of different data. Does not throw.
 */
export async function hashesOf(
  members: readonly HashedMember[],
  signal: AbortSignal,
  pauseMs = PAUSE_MS,
): Promise<Observed<HashKv>[]> {
  const first = await lookAt(members, signal);
  if (!hashesDiffer(first)) return first;
  await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  const later = await Promise.all(
    members.map(async ({ client, revision }): Promise<HashedMember> => {
      if (seen(revision) === undefined) return { client, revision };
      return {
        client,
        revision: await attempt(async () => (await client.rangeSerializable('health', { signal })).revision),
      };
    }),
  );
  const second = await lookAt(later, signal);
  // a look that was cut off says less than the first
  return second.filter((one) => seen(one) !== undefined).length <
    first.filter((one) => seen(one) !== undefined).length
    ? first
    : second;
}

function lookAt(members: readonly HashedMember[], signal: AbortSignal): Promise<Observed<HashKv>[]> {
  const revision = commonRevision(members.map((member) => member.revision));
  return Promise.all(members.map(({ client, revision: own }) => hashAt(revision, client, own, signal)));
}
