import { nameList, type Observed, seen } from '../etcd/health/observation.ts';
import type { HashKv } from '../etcd/messages.ts';
import type { HealthFacts } from '../facts/health.ts';
import { type Check, checkOf } from './check.ts';

interface HashedMember {
  readonly name: string;
  readonly hash: HashKv;
}

/** Reports whether hashes that can be compared differ. */
export function hashesDiffer(hashes: readonly Observed<HashKv>[]): boolean {
  const answered = hashes.flatMap((hash) => seen(hash) ?? []);
  return [...Map.groupBy(answered, comparableAs).values()].some(
    (group) => new Set(group.map(({ hash }) => hash)).size > 1,
  );
}

/** A hash covers the data since the last compaction (server/storage/mvcc/hash.go). */
function comparableAs({ hashRevision, compactRevision }: HashKv): string {
  return `${hashRevision}/${compactRevision}`;
}

/** Checks that all members hold the same data, by HashKV at one revision. */
export function dataChecks({ members }: HealthFacts): Check[] {
  const check = checkOf('data', null);
  const answered = members.flatMap(({ name, hash }): HashedMember[] => {
    const seenHash = seen(hash);
    return seenHash === undefined ? [] : [{ name, hash: seenHash }];
  });
  const [first] = answered;
  if (first === undefined || answered.length < 2) {
    const unsupported = members.some(({ hash }) => 'failure' in hash && hash.failure.kind === 'unsupported');
    const alone = members.length === 1 && first !== undefined;
    if (alone) return [check('ok', { measured: `One member, hash ${first.hash.hash}.` })];
    if (unsupported) {
      return [
        check('ok', {
          measured: 'Not compared: this release of etcd does not offer HashKV over its gateway.',
          notice: 'It does from 3.5.10 on.',
        }),
      ];
    }
    return [
      check('unknown', {
        measured: `${answered.length === 0 ? 'No member' : 'Only one member'} gave a hash.`,
      }),
    ];
  }
  const comparable = Map.groupBy(answered, ({ hash }) => comparableAs(hash));
  const largest = [...comparable.values()].toSorted((one, other) => other.length - one.length)[0] ?? [];
  if (largest.length < 2) {
    return [
      check('unknown', {
        measured: 'The hashes are of different compactions and cannot be compared.',
        cause: 'A compaction was under way.',
        fix: 'Look again in a minute.',
      }),
    ];
  }
  const byHash = [...Map.groupBy(largest, ({ hash }) => hash.hash)].toSorted(
    ([, one], [, other]) => other.length - one.length,
  );
  const revision = first.hash.hashRevision;
  const [[hash, most] = [first.hash.hash, largest], ...others] = byHash;
  if (others.length === 0) {
    return [
      check('ok', {
        measured: `${nameList(most.map(({ name }) => name))} have hash ${hash} at revision ${revision}.`,
      }),
    ];
  }
  const odd = others.flatMap(([, group]) => group.map(({ name }) => name));
  const alone = most.length > odd.length;
  const whose = alone
    ? `${nameList(odd)} ${odd.length === 1 ? 'holds' : 'hold'} other data than the rest`
    : 'The members hold different data';
  const measured = `${whose} at revision ${revision}: ${byHash.map(([value, group]) => `hash ${value} on ${nameList(group.map(({ name }) => name))}`).join(', ')}.`;
  const versions = new Set(members.flatMap(({ endpoint }) => seen(endpoint.status)?.version ?? []));
  if (versions.size > 1) {
    return [
      check('warn', {
        code: 'data-differs',
        measured: `${measured} They run different releases (${[...versions].join(', ')}).`,
        cause:
          'Releases of etcd may compute different hashes of the same data if the last compaction was at a deleted key (etcd-io/etcd#18274).',
        fix: 'Bring all members to one release first, and look again after the next compaction. Do not replace a member because of this.',
      }),
    ];
  }
  return [
    check('fail', {
      code: 'data-differs',
      measured,
      cause: 'A disk or memory fault, a data dir that was copied or edited, or a bug of etcd before 3.5.3.',
      fix: alone
        ? `Take a backup from ${most[0]?.name ?? 'another member'} first. Then replace ${nameList(odd)}: \`etcdctl member remove\`, keep its data dir aside, and add it again with an empty one. Do not restart the others meanwhile.`
        : 'Change nothing yet. Back up the data dir of every member, and find out which one is right before you replace any.',
    }),
  ];
}
