import type { Duplex } from 'node:stream';
import { type EtcdCredentials, httpsUrl, type ProbeAnswer } from './endpoint.ts';
import {
  etcdError,
  EtcdError,
  type EtcdFailureWords,
  type EtcdPlace,
  gatewayError,
  type HttpAnswer,
  unexpectedAnswer,
} from './errors.ts';
import { GatewayConnection, type GatewayConnectionOptions } from './gateway-connection.ts';
import {
  type Alarm,
  decodeAlarms,
  decodeCount,
  decodeHashKv,
  decodeMemberList,
  decodeRange,
  decodeStatus,
  decodeVersion,
  type EtcdId,
  type HashKv,
  type MemberList,
  type MemberStatus,
  MessageError,
  type RangeResult,
  type ServerVersion,
} from './messages.ts';
import { type MemberMetrics, parseMetrics } from './metrics.ts';
import type { HttpRequest } from './open-connection.ts';
import type { SnapshotPart } from './snapshot/frames.ts';
import { type SnapshotOptions, snapshotParts } from './snapshot/stream.ts';

/** Options of a client of one member. */
export interface EtcdClientOptions {
  /** Member or host name, as used in errors. */
  readonly name: string;
  /** The member's address: IPv4, or IPv6 without brackets. Its certificate must contain it as an IP SAN. */
  readonly address: string;
  /** The member's client port. */
  readonly port: number;
  /** Opens a fresh byte stream to that port; called again after a connection has ended. */
  readonly open: () => Promise<Duplex>;
  readonly credentials: EtcdCredentials;
  /** Limit for each request, the wait for a connection included. */
  readonly requestTimeoutMs: number;
}

/** Overrides for one request. */
export interface RequestOptions {
  readonly timeoutMs?: number;
  /** Ends the request early; it then fails as if its deadline had passed. */
  readonly signal?: AbortSignal;
}

/**
 * A client of one member (etcd 3.4 to 3.7), with mutual TLS over any byte stream. Asks its JSON gateway, over one
 * connection which any number of requests share, and gRPC for snapshots. Every method throws EtcdError, and nothing else, if it fails.
 */
export class EtcdClient {
  readonly name: string;
  /** The member's client URL, e.g. `https://10.0.0.6:2379`. */
  readonly endpoint: string;
  readonly #place: EtcdPlace;
  readonly #connectionOptions: GatewayConnectionOptions;
  readonly #connection: GatewayConnection;
  readonly #requestTimeoutMs: number;
  readonly #closing = new AbortController();

  constructor(options: EtcdClientOptions) {
    this.name = options.name;
    this.endpoint = httpsUrl(options.address, options.port);
    this.#place = { name: this.name, endpoint: this.endpoint };
    this.#connectionOptions = { ...options, place: this.#place };
    this.#connection = new GatewayConnection(this.#connectionOptions);
    this.#requestTimeoutMs = options.requestTimeoutMs;
  }

  /**
   * Lists the members. Not linearizable: as this member knows them, which works without a majority. Linearizable: as
   * the majority knows them (since etcd 3.5; 3.4 does not know the field and answers from its own knowledge).
   */
  memberList(query: { readonly linearizable: boolean }, options?: RequestOptions): Promise<MemberList> {
    const body = query.linearizable ? { linearizable: true } : {};
    return this.#read('/v3/cluster/member/list', body, decodeMemberList, options);
  }

  /** Returns the member's own status; works without a majority. */
  status(options?: RequestOptions): Promise<MemberStatus> {
    return this.#read('/v3/maintenance/status', {}, decodeStatus, options);
  }

  /** Lists the alarms of the whole cluster. Goes through raft in etcd (EtcdServer.Alarm), so it needs a majority. */
  alarms(options?: RequestOptions): Promise<Alarm[]> {
    return this.#read('/v3/maintenance/alarm', { action: 'GET' }, decodeAlarms, options);
  }

  /** Reads one key through the majority. */
  rangeLinearizable(key: string, options?: RequestOptions): Promise<RangeResult> {
    return this.#read('/v3/kv/range', { key: base64(key) }, decodeRange, options);
  }

  /** Reads one key as this member has it; works without a majority. */
  rangeSerializable(key: string, options?: RequestOptions): Promise<RangeResult> {
    return this.#read('/v3/kv/range', { key: base64(key), serializable: true }, decodeRange, options);
  }

  /**
   * Counts the keys as they were at a revision, as this member has them; works without a majority.
   * @throws EtcdError for a revision that is compacted, or is not there yet.
   */
  countKeys(revision: number, options?: RequestOptions): Promise<number> {
    // from the first possible key to the end (api/etcdserverpb/rpc.proto, RangeRequest)
    const everyKey = { key: ZERO_BYTE, range_end: ZERO_BYTE };
    const body = { ...everyKey, revision: revision.toString(), count_only: true, serializable: true };
    return this.#read('/v3/kv/range', body, decodeCount, options);
  }

  /**
   * Returns the hash of the key space up to a revision, as this member has it. Before 3.5.10 it has no path of its own,
   * and the path of Hash may lead to either (github.com/etcd-io/etcd/pull/16490); 3.4 offers none.
   */
  hashKv(revision: number, options?: RequestOptions): Promise<HashKv> {
    const read = (path: string): Promise<HashKv> =>
      this.#read(
        path,
        { revision: revision.toString() },
        (message) => decodeHashKv(message, revision),
        options,
      );
    return read('/v3/maintenance/hashkv')
      .catch(ifUnexpected(() => read('/v3/maintenance/hash')))
      .catch(
        ifUnexpected((): never => {
          throw etcdError(this.#place, NO_HASH_KV);
        }),
      );
  }

  /** Reads /livez or /readyz (etcdhttp/health.go), which are not part of etcd's own protocol. */
  async probe(path: '/livez' | '/readyz', options?: RequestOptions): Promise<ProbeAnswer> {
    const request = { method: 'GET', path: `${path}?verbose`, repeatable: true } as const;
    const answer = await this.#send(request, options);
    const parsed = parseProbeAnswer(answer);
    if (parsed === undefined) throw gatewayError(this.#place, path, answer);
    return parsed;
  }

  /** Reads the member's metrics. */
  async metrics(options?: RequestOptions): Promise<MemberMetrics> {
    const request = { method: 'GET', path: '/metrics', repeatable: true, mostBytes: MOST_METRICS } as const;
    const answer = await this.#send(request, options);
    if (answer.status !== 200) throw gatewayError(this.#place, '/metrics', answer);
    return parseMetrics(answer.body);
  }

  /** Returns the value of a key, or null; read through the majority. */
  async get(key: string, options?: RequestOptions): Promise<string | null> {
    const { value } = await this.rangeLinearizable(key, options);
    return value?.toString('utf8') ?? null;
  }

  /** Writes a key and resolves once a majority has it on disk. Never retried. */
  async put(key: string, value: string, options?: RequestOptions): Promise<void> {
    const body = { key: base64(key), value: base64(value) };
    await this.#ask(
      { method: 'POST', path: '/v3/kv/put', body, repeatable: false },
      (answer) => answer,
      options,
    );
  }

  /**
   * Moves leadership from this member, which must lead, to another voting member, and resolves once that one leads. If
   * the other member is down or cut off, etcd gives up after an election timeout but never answers
   * (EtcdServer.moveLeader waits for the client to go), so give this a short deadline.
   */
  async moveLeader(targetId: EtcdId, options?: RequestOptions): Promise<void> {
    const body = { targetID: BigInt(`0x${targetId}`).toString() };
    await this.#ask(
      { method: 'POST', path: '/v3/maintenance/transfer-leadership', body, repeatable: false },
      (answer) => answer,
      options,
    );
  }

  /**
   * Returns the version of server and cluster. The HTTP server answers alone, without raft or store, so the answer
   * times the connection.
   */
  version(options?: RequestOptions): Promise<ServerVersion> {
    return this.#ask({ method: 'GET', path: '/version', repeatable: true }, decodeVersion, options);
  }

  /**
   * Streams the member's database as it is now, and its SHA-256 digest as last part; works without a majority, and on a
   * learner. Asks when the first part is asked for. Pass the parts to `receiveSnapshot`, which checks them.
   *
   * It has a connection of its own, which ends with it: on the shared one, what the member has sent of it and the link
   * has yet to deliver (megabytes, seconds on a slow link) would stand before each other answer.
   */
  snapshot(options: SnapshotOptions): AsyncGenerator<SnapshotPart, void, undefined> {
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    const connection = new GatewayConnection(this.#connectionOptions);
    return snapshotParts(connection, this.#place, { ...options, signal });
  }

  /** Closes the connections for good, with a snapshot in progress. Safe to call twice. */
  close(): void {
    this.#closing.abort();
    this.#connection.close();
  }

  #read<T>(
    path: string,
    body: object,
    decode: (message: unknown) => T,
    options?: RequestOptions,
  ): Promise<T> {
    return this.#ask({ method: 'POST', path, body, repeatable: true }, decode, options);
  }

  async #ask<T>(
    request: HttpRequest,
    decode: (message: unknown) => T,
    options: RequestOptions = {},
  ): Promise<T> {
    const answer = await this.#send(request, options);
    if (answer.status !== 200) throw gatewayError(this.#place, request.path, answer);
    try {
      return decode(JSON.parse(answer.body));
    } catch (error) {
      throw this.#unexpected(request, error);
    }
  }

  #send(request: HttpRequest, options: RequestOptions = {}): Promise<HttpAnswer> {
    return this.#connection.send(request, {
      timeoutMs: options.timeoutMs ?? this.#requestTimeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  #unexpected(request: HttpRequest, error: unknown): EtcdError {
    const what = error instanceof MessageError ? error.message : 'it is not JSON';
    return unexpectedAnswer(this.#place, request.path, what);
  }
}

/** Bytes; a member's metrics are some 200 KB, and grow with its watch streams. */
const MOST_METRICS = 64 * 1024 * 1024;

const NO_HASH_KV: EtcdFailureWords = {
  code: 'hashkv-unsupported',
  kind: 'unsupported',
  reason: 'HashKV is not offered over the gateway',
  fact: 'This release of etcd does not offer HashKV over its gateway.',
  cause: 'It has its own path since 3.5.10.',
  fix: 'Compare with `etcdctl endpoint hashkv --cluster`, or move to a newer release.',
};

/**
 * Returns an error handler that does something else if etcd's answer did not fit the request, and rethrows any other
 * error.
 */
function ifUnexpected<T>(otherwise: () => T): (error: unknown) => T {
  return (error) => {
    if (error instanceof EtcdError && error.kind === 'unexpected-answer') return otherwise();
    throw error;
  };
}

const ZERO_BYTE = base64('\0');

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/**
 * Parses the answer of /livez or /readyz with `?verbose`: a line `[+]NAME ok` or `[-]NAME failed: REASON` per check
 * (server/etcdserver/api/etcdhttp/health.go); 200 if all of them pass, else 503. A release without them answers 404.
 * @returns undefined for anything else.
 */
export function parseProbeAnswer({ status, body }: HttpAnswer): ProbeAnswer | undefined {
  if (status === 404) return { ok: false, checks: [], unsupported: true };
  if (status !== 200 && status !== 503) return undefined;
  const checks = [...body.matchAll(/^\[([+-])\](\S+) (?:ok|failed(?:: (.*))?)$/gm)].map(
    ([, sign, name = '', reason]) => ({
      name,
      ok: sign === '+',
      ...(reason !== undefined && { reason }),
    }),
  );
  return { ok: status === 200, checks };
}
