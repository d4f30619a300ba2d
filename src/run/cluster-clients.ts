import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterFacts } from '../cluster/gates.ts';
import { EtcdClient, type RequestOptions } from '../etcd/client.ts';
import type { EtcdCredentials } from '../etcd/endpoint.ts';
import { checkHealth } from '../etcd/health/health.ts';
import { HostError } from '../hosts/host-error.ts';
import { failure, type Observed } from '../etcd/health/observation.ts';
import { attempt } from '../etcd/health/observe.ts';
import type { HashKv } from '../etcd/messages.ts';
import type { Transport } from '../hosts/transport.ts';

/** The requirements of the clients of a cluster's members. */
export interface ClusterAccess {
  readonly members: readonly { readonly name: string; readonly address: string }[];
  readonly clientPort: number;
  readonly peerPort: number;
  /** By member name. A member without a connection is not queried: it counts as not answering. */
  readonly hosts: ReadonlyMap<string, Transport>;
  readonly credentials: EtcdCredentials;
  readonly now: () => Date;
}

const ANSWER_WITHIN_MS = 5_000;

/** A member that is up to date applies what its leader has within some milliseconds; one that is not is left out. */
const HASH_TRIES = 10;
const PAUSE_MS = 250;

/** Reports whether a member does not have the revision yet (etcd, api/v3rpc/rpctypes/error.go, ErrGRPCFutureRev). */
function isBehind(answer: Observed<HashKv>): boolean {
  return failure(answer)?.reason.includes('future revision') === true;
}

/** A client for each member, through its host's own connection. */
export class ClusterClients {
  readonly credentials: EtcdCredentials;
  readonly #access: ClusterAccess;
  readonly #clients: ReadonlyMap<string, EtcdClient>;

  constructor(access: ClusterAccess) {
    this.#access = access;
    this.credentials = access.credentials;
    this.#clients = new Map(
      access.members.map(({ name, address }) => [name, clientOf(name, address, access)]),
    );
  }

  /** Queries all members at once and judges their answers; never throws. */
  async observe(): Promise<ClusterFacts> {
    const { members, clientPort, peerPort, now } = this.#access;
    const health = await checkHealth({
      members: members.map(({ name, address }) => ({ name, address, client: this.client(name) })),
      expected: { clientPort, peerPort },
      now,
      deadlineMs: ANSWER_WITHIN_MS,
    });
    return { health };
  }

  /** Reports whether a member rejects the client certificate, and none accepts it; never throws. */
  async isRefused(): Promise<boolean> {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const asked = [...this.#clients.values()].map((client) => attempt(() => client.status({ signal })));
    const kinds = (await Promise.all(asked)).map((answer) => failure(answer)?.kind);
    return kinds.includes('client-certificate') && !kinds.includes(undefined);
  }

  /**
   * Asks one member after the other for the hash of its keys up to a revision; never throws. A member that has not applied
   * that revision yet is asked again for a moment. While a member reads all of its keys it applies nothing
   * (server/storage/mvcc/kvstore.go, HashByRev), so the clients of the others must not wait at the same time.
   * @param options.timeoutMs for each answer.
   */
  async hashKv(
    revision: number,
    { signal, timeoutMs }: Required<RequestOptions>,
  ): Promise<Map<string, Observed<HashKv>>> {
    const answers = new Map<string, Observed<HashKv>>();
    for (const [name, client] of this.#clients) {
      const ask = (): Promise<Observed<HashKv>> =>
        attempt(() => client.hashKv(revision, { signal, timeoutMs }));
      let answer = await ask();
      for (let left = HASH_TRIES; left > 0 && isBehind(answer) && !signal.aborted; left -= 1) {
        await sleep(PAUSE_MS);
        answer = await ask();
      }
      answers.set(name, answer);
    }
    return answers;
  }

  /** Returns the client of one member. */
  client(name: string): EtcdClient {
    const client = this.#clients.get(name);
    if (client === undefined) throw new Error(`${name} is no member`);
    return client;
  }

  /** Ends all connections; safe to call twice. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}

function clientOf(
  name: string,
  address: string,
  { hosts, clientPort, credentials }: ClusterAccess,
): EtcdClient {
  const transport = hosts.get(name);
  // Not through another host: a hung attempt would take a channel of that host for minutes.
  const open = (): ReturnType<Transport['openTcp']> =>
    transport === undefined ? Promise.reject(unreachedError(name)) : transport.openTcp(address, clientPort);
  return new EtcdClient({
    name,
    address,
    port: clientPort,
    open,
    credentials,
    requestTimeoutMs: ANSWER_WITHIN_MS,
  });
}

function unreachedError(host: string): HostError {
  return new HostError({
    code: 'etcd-not-asked',
    host,
    at: 'connect',
    fact: 'its host is unreachable over SSH, so the member was not asked.',
    fix: 'Bring the host back, then run again.',
  });
}
