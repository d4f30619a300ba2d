import type { EtcdClient, RequestOptions } from '../etcd/client.ts';
import { EtcdError } from '../etcd/errors.ts';
import { failure, seen } from '../etcd/health/observation.ts';
import { attempt, commonRevision } from '../etcd/health/observe.ts';
import { type Finding, RunError } from '../findings.ts';
import type { ClusterClients } from '../run/cluster-clients.ts';
import { plannedCluster, type StepContext } from './context.ts';
import type { RunnerKind, StepOnHost } from './step-kind.ts';

/** Verifies that every member has what the backup has. It involves all members, and is told of the first. */
export interface VerifyRestored extends StepOnHost {
  readonly kind: 'verify-restored';
  /** The last revision of the backup: it must be compacted, so that clients that know it list anew. */
  readonly lastRevision: number;
  /** The revision at which the restored data begins. */
  readonly revision: number;
  /** Keys at that revision. */
  readonly keys: number;
}

const title = 'verify restored data';

/** A member counts in memory, and reads all of its keys for their hash. */
const COUNT_WITHIN_MS = 60_000;
const HASH_WITHIN_MS = 300_000;

/** The kind of {@link VerifyRestored}. What clients write meanwhile has later revisions, and does not count. */
export const verifyRestoredStep: RunnerKind<VerifyRestored> = {
  title,
  readsOnly: true,
  anyHost: true,
  describe: ({ keys, lastRevision }) => `${title}: ${keys} keys of revision ${lastRevision} on every member`,
  /** @throws RunError with each member that has other data, or could not be asked. */
  async run(step, context) {
    const { signal, log } = context;
    const clients = await context.cluster();
    const names = plannedCluster(context).shape.members.map(({ name }) => name);
    const counts = await Promise.all(
      names.map((name) =>
        countAt(clients.client(name), step.revision, { signal, timeoutMs: COUNT_WITHIN_MS }),
      ),
    );
    // an earlier run was cut off here, and clients have compacted since what could be counted
    const isOver = counts.every((count) => count === 'compacted');
    const at = isOver ? await newestOfAll(names, clients, signal) : step.revision;
    const [hashes, ...counted] = await Promise.all([
      clients.hashKv(at, { signal, timeoutMs: HASH_WITHIN_MS }),
      ...names.map((name, index) =>
        isOver ? [] : countFindings(clients.client(name), counts[index], step, context),
      ),
    ]);
    const told = new Set(counted.flat().map(({ host }) => host));
    const unhashed = [...hashes].flatMap(([name, answer]): Finding[] => {
      const error = failure(answer);
      return error === undefined || told.has(name) ? [] : [unanswered(name, error.reason)];
    });
    const distinct = new Set([...hashes.values()].flatMap((answer) => seen(answer)?.hash ?? []));
    const findings = [...counted.flat(), ...unhashed, ...(distinct.size > 1 ? [differs(names, at)] : [])];
    if (findings.length > 0) throw new RunError('the members do not have what the backup has', findings);
    log.info(
      isOver
        ? `Every member has the same keys and values at revision ${at}; clients have compacted the revision of the restore since, so the number of keys cannot be compared any more`
        : `Every member has ${step.keys} keys and the same hash of them at revision ${step.revision}`,
    );
  },
};

/** The keys at a revision, or why they are not known. */
type Count = number | 'compacted' | EtcdError;

/** Counts keys. ErrGRPCCompacted of etcd's api/v3rpc/rpctypes/error.go is an answer. */
async function countAt(client: EtcdClient, revision: number, options: RequestOptions): Promise<Count> {
  try {
    return await client.countKeys(revision, options);
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    return error.reason.includes('revision has been compacted') ? 'compacted' : error;
  }
}

/** The newest revision that every member has that answers. */
async function newestOfAll(
  names: readonly string[],
  clients: ClusterClients,
  signal: AbortSignal,
): Promise<number> {
  const revisions = names.map((name) =>
    attempt(async () => (await clients.client(name).rangeSerializable('health', { signal })).revision),
  );
  return commonRevision(await Promise.all(revisions));
}

async function countFindings(
  client: EtcdClient,
  count: Count | undefined,
  { lastRevision, keys }: VerifyRestored,
  { signal }: StepContext,
): Promise<Finding[]> {
  if (count instanceof EtcdError) return [unanswered(client.name, count.reason)];
  if (typeof count !== 'number') return [unanswered(client.name, 'it alone has compacted the restored data')];
  const before = await countAt(client, lastRevision, { signal, timeoutMs: COUNT_WITHIN_MS });
  if (before instanceof EtcdError) return [unanswered(client.name, before.reason)];
  return [
    ...(count === keys ? [] : [otherCount(client.name, count, keys)]),
    ...(before === 'compacted' ? [] : [notCompacted(client.name)]),
  ];
}

const CAUSE =
  'The database of this member was changed while it was restored, or its disk returns wrong data.';
const FIX =
  'Let no client use this cluster. Keep the data dirs, and restore again on empty hosts; if that fails again, open an issue with the release of etcd.';

function otherCount(host: string, found: number, keys: number): Finding {
  return {
    code: 'restore-data-differs',
    host,
    at: title,
    fact: `it has ${found} keys, and the backup has ${keys}.`,
    cause: CAUSE,
    fix: FIX,
  };
}

function notCompacted(host: string): Finding {
  return {
    code: 'restore-data-differs',
    host,
    at: title,
    fact: 'it still answers for the last revision of the backup, so API servers could go on from what they know.',
    cause:
      'This release of etcd does not compact what `etcdutl snapshot restore --mark-compacted` has marked.',
    fix: FIX,
  };
}

function differs(names: readonly string[], revision: number): Finding {
  return {
    code: 'restore-data-differs',
    at: title,
    fact: `${names.join(', ')} have different keys or values at revision ${revision} (HashKV).`,
    cause: CAUSE,
    fix: FIX,
  };
}

function unanswered(host: string, reason: string): Finding {
  return {
    code: 'restore-data-unverified',
    host,
    at: title,
    fact: `its keys could not be compared with the backup: ${reason}.`,
    cause: 'The member has stopped, or answers too slowly.',
    fix: 'Run operation: health; if all members are healthy, run the restore again: it verifies the data, and changes nothing else.',
  };
}
