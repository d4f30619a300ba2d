import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { EtcdClient, type EtcdClientOptions } from '../../src/etcd/client.ts';
import { EtcdError } from '../../src/etcd/errors.ts';
import { GatewayConnection } from '../../src/etcd/gateway-connection.ts';
import { checkHealth, type HealthReport } from '../../src/etcd/health/health.ts';
import { failure, seen } from '../../src/etcd/health/observation.ts';
import { commonRevision, hashAt, observeMember } from '../../src/etcd/health/observe.ts';
import {
  type ReceivedSnapshot,
  receiveSnapshot,
  type SnapshotTransfer,
} from '../../src/etcd/snapshot/receive.ts';
import { TestAuthority } from './certificates.ts';
import { openChannel, openTcp } from './gateway-stand-in.ts';
import { RealCluster, type RealMember } from './real-cluster.ts';
import { needing } from '../needs.ts';

/*
 * Client and health check with real members. Distributions have an etcd that is too old or none at all, so a variable
 * names the binary; the lab repeats these proofs through SSH and kubelet.
 */
const BINARY = process.env['ETCD_BIN'] ?? '';
const { describe: describeReal } = needing('etcd');

jest.setTimeout(90_000);

/** Enough for the election of a new leader and for a restarted member to catch up, on a busy machine. */
const SETTLE_MS = 30_000;
const DEADLINE_MS = 3_000;

function clientOf(
  cluster: RealCluster,
  member: RealMember,
  overrides: Partial<EtcdClientOptions> = {},
): EtcdClient {
  return new EtcdClient({
    name: member.name,
    address: member.address,
    port: cluster.clientPort,
    open: openChannel(member.address, cluster.clientPort),
    credentials: { caPem: cluster.authority.certificatePem, ...cluster.client },
    requestTimeoutMs: 10_000,
    ...overrides,
  });
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (error instanceof EtcdError ? error.kind : String(error)),
  );
}

class Watched {
  readonly cluster: RealCluster;
  readonly clients: EtcdClient[];

  constructor(cluster: RealCluster) {
    this.cluster = cluster;
    this.clients = cluster.members.map((member) => clientOf(cluster, member));
  }

  client(index: number): EtcdClient {
    const client = this.clients[index];
    if (client === undefined) throw new Error(`no member ${index}`);
    return client;
  }

  member(index: number): RealMember {
    const member = this.cluster.members[index];
    if (member === undefined) throw new Error(`no member ${index}`);
    return member;
  }

  health(): Promise<HealthReport> {
    const members = this.cluster.members.map((member, index) => ({ ...member, client: this.client(index) }));
    return checkHealth({ members, expected: this.cluster, now: () => new Date(), deadlineMs: DEADLINE_MS });
  }

  /** Returns the first report that satisfies the condition, or the last one. */
  async healthOnce(wanted: (report: HealthReport) => boolean): Promise<HealthReport> {
    const until = performance.now() + SETTLE_MS;
    for (;;) {
      const report = await this.health();
      if (wanted(report) || performance.now() > until) return report;
      await sleep(200);
    }
  }

  async end(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.cluster.remove();
  }
}

describeReal('three real members with mutual TLS', () => {
  let watched: Watched;

  beforeAll(async () => {
    watched = new Watched(
      await RealCluster.create({
        binary: BINARY,
        addresses: ['127.11.0.1', '127.11.0.2', '127.11.0.3'],
        flags: ['--quota-backend-bytes=8000000'],
      }),
    );
  });

  afterAll(() => watched.end());

  // One attempt with a long deadline is enough to wait for a member: no polling, and the answer arrives as soon as it
  // is ready.
  test('a member that waits for its peers accepts and is silent; the waiting request is answered once it is ready', async () => {
    watched.cluster.start(watched.member(0));
    const first = watched.client(0);
    while ((await kindOf(first.version({ timeoutMs: 400 }))) === 'unreachable') await sleep(100);
    expect(await kindOf(first.version({ timeoutMs: 400 }))).toBe('timeout');
    const waiting = first.status({ timeoutMs: SETTLE_MS });
    watched.cluster.start(watched.member(1));
    watched.cluster.start(watched.member(2));
    expect((await waiting).version).toMatch(/^3\.\d+\.\d+/);
  });

  test('healthy: members, ids, leader and figures fit together', async () => {
    const report = await watched.healthOnce(({ healthy }) => healthy);
    expect(report.findings).toEqual([]);
    expect(report.healthy).toBe(true);
    const { members } = await watched.client(0).memberList({ linearizable: true });
    expect(report.members).toEqual(members.map((member) => ({ ...member, started: true, expected: true })));
    expect(members.map(({ id }) => id)).toContain(report.leader?.id);
    for (const endpoint of report.endpoints) {
      expect(endpoint.message).toMatch(
        / is healthy: successfully committed proposal: took = [0-9.]+(ms|µs|s)$/,
      );
      expect(endpoint.tookMs).toBeGreaterThan(0);
      expect(endpoint.roundTripMs).toBeGreaterThan(0);
      expect(members.find(({ id }) => id === endpoint.memberId)?.name).toBe(endpoint.name);
    }
    expect(report.endpoints.filter(({ isLeader }) => isLeader)).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test('written through one member, read through another', async () => {
    await watched.client(0).put('greeting', 'hello');
    expect(await watched.client(2).get('greeting')).toBe('hello');
    expect(await watched.client(1).get('nothing')).toBeNull();
  });

  test('asked for everything, a member tells it as its release can; equal data has equal hashes', async () => {
    await watched.client(1).put('hashed', 'alike');
    const members = watched.cluster.members.map((member, index) => ({
      ...member,
      client: watched.client(index),
    }));
    const signal = AbortSignal.timeout(10_000);
    const looks = await Promise.all(members.map((member) => observeMember(member, signal)));
    const minor = Number((await watched.client(0).version()).server.split('.')[1]);
    for (const { endpoint, localReadNs, livez, readyz, metrics } of looks) {
      expect(seen(localReadNs)).toBeGreaterThan(0);
      expect(seen(endpoint.readNs)).toBeGreaterThan(0);
      if (seen(livez)?.unsupported !== true) {
        expect(seen(livez)).toEqual({ ok: true, checks: [{ name: 'serializable_read', ok: true }] });
        expect(seen(readyz)?.checks.map(({ name }) => name)).toContain('linearizable_read');
      } else expect(minor).toBe(4);
      const measured = seen(metrics);
      expect(measured?.version).toBe(seen(endpoint.status)?.version);
      expect(measured?.walFsync?.count).toBeGreaterThan(0);
      expect(measured?.walFsync?.buckets.at(-1)).toEqual({ le: Infinity, count: measured?.walFsync?.count });
      expect(measured?.backendCommit?.count).toBeGreaterThan(0);
      expect(measured?.quotaBytes).toBe(8_000_000);
      const others = looks.flatMap((look) => seen(look.endpoint.status)?.memberId ?? []);
      for (const peer of measured?.peerRoundTrips.keys() ?? []) expect(others).toContain(peer);
    }
    const common = commonRevision(looks.map(({ revision }) => revision));
    const hashes = await Promise.all(
      looks.map(({ revision }, index) => hashAt(common, watched.client(index), revision, signal)),
    );
    const [first] = hashes.flatMap((hash) => seen(hash) ?? []);
    const wanted =
      minor === 4
        ? { failure: { kind: 'unsupported' } }
        : { seen: { hash: first?.hash, compactRevision: -1, hashRevision: first?.hashRevision } };
    expect(hashes).toMatchObject([wanted, wanted, wanted]);
    expect(first?.hashRevision).toBe(minor === 4 ? undefined : seen(looks[0]?.revision ?? { seen: 0 }));
  });

  test('a member answers many requests at once, over one connection', async () => {
    const { cluster } = watched;
    const member = watched.member(0);
    let opened = 0;
    const open = openChannel(member.address, cluster.clientPort);
    const client = clientOf(cluster, member, {
      open: () => {
        opened += 1;
        return open();
      },
    });
    const puts = Array.from({ length: 50 }, (_, index) => client.put(`many${index}`, `${index}`));
    await Promise.all([...puts, client.metrics(), client.status(), client.version()]);
    const reads = Array.from({ length: 50 }, (_, index) => client.get(`many${index}`));
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
    client.close();
    expect(opened).toBe(1);
  });

  // etcd refuses after our side of the TLS 1.3 handshake: several rounds, because the alert races with the request.
  test.each([
    ['a forwarded channel', openChannel],
    ['a TCP socket', openTcp],
  ])('a client certificate that etcd refuses is reported as such, over %s', async (_, open) => {
    const { cluster } = watched;
    const member = watched.member(0);
    const refused = [
      new TestAuthority('etcd-ca').issue({ commonName: 'client', usages: ['clientAuth'] }),
      cluster.authority.issue({
        commonName: 'client',
        usages: ['clientAuth'],
        notAfter: new Date('2021-01-01'),
      }),
      cluster.authority.issue({ commonName: 'client', usages: ['serverAuth'] }),
    ];
    for (const certificate of [...refused, ...refused, ...refused]) {
      const client = clientOf(cluster, member, {
        open: open(member.address, cluster.clientPort),
        credentials: { caPem: cluster.authority.certificatePem, ...certificate },
      });
      const kinds = [client.status(), client.version(), client.put('a', 'b')].map(kindOf);
      expect(await Promise.all(kinds)).toEqual(Array(3).fill('client-certificate'));
      client.close();
    }
  });

  test('an address that the member’s certificate does not name is refused here', async () => {
    const client = clientOf(watched.cluster, watched.member(0), { address: '127.11.0.77' });
    expect(await kindOf(client.status())).toBe('server-certificate');
    client.close();
  });

  test('a stranger in the member list: every endpoint is healthy, the cluster is not', async () => {
    const { cluster } = watched;
    const { address, name } = watched.member(0);
    const raw = new GatewayConnection({
      open: openTcp(address, cluster.clientPort),
      place: { name, endpoint: watched.client(0).endpoint },
      address,
      credentials: { caPem: cluster.authority.certificatePem, ...cluster.client },
    });
    const change = async (path: string, body: object): Promise<{ member?: { ID: string } }> => {
      // "unhealthy cluster" until every peer connection has lasted for 5 s (strict-reconfig-check).
      for (;;) {
        const answer = await raw.send(
          { method: 'POST', path, body, repeatable: false },
          { timeoutMs: 10_000 },
        );
        if (answer.status === 200) return JSON.parse(answer.body) as { member?: { ID: string } };
        expect(answer.body).toContain('unhealthy cluster');
        await sleep(500);
      }
    };
    const peerURLs = ['https://127.11.0.9:2380'];
    const { member } = await change('/v3/cluster/member/add', { peerURLs, isLearner: true });
    const report = await watched.healthOnce(({ members }) => members.length === 4);
    expect(report.endpoints.map(({ healthy }) => healthy)).toEqual([true, true, true]);
    expect(report.healthy).toBe(false);
    expect(report.findings.map(({ fact }) => fact)).toEqual([
      `The cluster has a learner that is not expected: (never started), id ${BigInt(member?.ID ?? '0').toString(16)}, https://127.11.0.9:2380.`,
    ]);
    await change('/v3/cluster/member/remove', { ID: member?.ID });
    raw.close();
    expect((await watched.healthOnce(({ healthy }) => healthy)).findings).toEqual([]);
  });

  test('leadership moves to the member that is named, and why it does not is reported', async () => {
    const { endpoints, leader } = await watched.healthOnce(({ healthy }) => healthy);
    const from = endpoints.findIndex(({ isLeader }) => isLeader === true);
    const to = (from + 1) % 3;
    const heir = endpoints[to]?.memberId ?? '';
    const factOf = async (work: Promise<unknown>): Promise<string> => {
      const error = await work.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return error instanceof EtcdError ? error.finding.fact : String(error);
    };
    expect(await factOf(watched.client(to).moveLeader(leader?.id ?? ''))).toContain(
      '"etcdserver: not leader"',
    );
    expect(await factOf(watched.client(from).moveLeader('1'))).toContain(
      'did not hand leadership over: "etcdserver: bad leader transferee"',
    );
    await watched.client(from).moveLeader(heir);
    expect((await watched.healthOnce((report) => report.leader?.id === heir)).leader?.id).toBe(heir);
    // etcd gives up moving the leader after an election timeout, and keeps the request all the same.
    watched.cluster.freeze(watched.member(from));
    const tooLong = await kindOf(watched.client(to).moveLeader(leader?.id ?? '', { timeoutMs: 3_000 }));
    watched.cluster.thaw(watched.member(from));
    expect(tooLong).toBe('timeout');
    await watched.healthOnce(({ healthy }) => healthy);
  });

  test('a member is frozen: its port accepts and is silent, and the report is there in time', async () => {
    const before = await watched.health();
    const follower = before.endpoints.findIndex(({ isLeader }) => isLeader === false);
    watched.cluster.freeze(watched.member(follower));
    const startedAt = performance.now();
    const report = await watched.health();
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + 1_000);
    watched.cluster.thaw(watched.member(follower));
    expect(report.endpoints.filter(({ healthy }) => healthy)).toHaveLength(2);
    expect(report.findings.map(({ host }) => host)).toEqual([watched.member(follower).name]);
    expect(report.leader).toEqual(before.leader);
    expect((await watched.healthOnce(({ healthy }) => healthy)).findings).toEqual([]);
  });

  test('the leader is killed: another leads, the dead one is named; started again, all is well', async () => {
    const before = await watched.health();
    const leader = before.endpoints.findIndex(({ isLeader }) => isLeader === true);
    await watched.cluster.kill(watched.member(leader));
    const report = await watched.healthOnce(
      ({ leader: elected }) => elected !== null && elected.id !== before.leader?.id,
    );
    expect(report.leader?.id).not.toBe(before.leader?.id);
    expect(report.endpoints[leader]?.message).toContain('failed to commit proposal: connection refused');
    expect(report.findings.map(({ host }) => host)).toEqual([watched.member(leader).name]);
    expect(report.members).toHaveLength(3);
    watched.cluster.start(watched.member(leader));
    expect((await watched.healthOnce(({ healthy }) => healthy)).findings).toEqual([]);
  });

  test('the quota is reached: no writes, reads go on, the alarm is reported once', async () => {
    const value = 'x'.repeat(900_000);
    const kinds = new Set<string>();
    for (let index = 0; index < 12; index += 1)
      kinds.add(await kindOf(watched.client(0).put(`big${index}`, value)));
    expect(kinds).toContain('rejected');
    expect(await watched.client(0).get('greeting')).toBe('hello');
    const report = await watched.health();
    expect(report.endpoints.map(({ healthy }) => healthy)).toEqual([false, false, false]);
    expect(report.endpoints[0]?.message).toContain('failed to commit proposal: Active Alarm(s): NOSPACE ');
    expect(new Set(report.findings.map(({ at }) => at))).toEqual(new Set(['alarms']));
  });

  test('two of three are gone: no leader, reported once, the member list still there, in time', async () => {
    await Promise.all([1, 2].map((index) => watched.cluster.kill(watched.member(index))));
    await watched.healthOnce(({ leader }) => leader === null);
    const startedAt = performance.now();
    const report = await watched.health();
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + 1_000);
    expect(report).toMatchObject({ healthy: false, leader: null });
    expect(report.members).toHaveLength(3);
    expect(report.endpoints[0]?.message).toContain('failed to commit proposal: context deadline exceeded');
    expect(report.findings.filter(({ at }) => at === 'leader').map(({ fact }) => fact)).toEqual([
      'infra0 knows of no leader.',
    ]);
    expect(report.findings.filter(({ at }) => at === 'etcd').map(({ host }) => host)).toEqual([
      'infra1',
      'infra2',
    ]);
    // The alarm of the previous test is still known, from the status alone.
    expect(report.findings.some(({ at }) => at === 'alarms')).toBe(true);
  });

  test('without a majority a member still tells all that it knows itself, in time', async () => {
    const member = { ...watched.member(0), client: watched.client(0) };
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const startedAt = performance.now();
    const look = await observeMember(member, signal);
    expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS + 1_000);
    const { status, memberList, roundTripNs, readNs, alarms } = look.endpoint;
    for (const known of [status, memberList, roundTripNs, look.localReadNs, look.livez, look.metrics])
      expect(failure(known)).toBeUndefined();
    for (const unknown of [readNs, alarms]) expect(failure(unknown)?.kind).toBe('timeout');
  });
});

describeReal('a snapshot of a real member', () => {
  const MEGABYTE = 1_000_000;
  let watched: Watched;

  beforeAll(async () => {
    watched = new Watched(
      await RealCluster.create({ binary: BINARY, addresses: ['127.11.0.1'], flags: ['--unsafe-no-fsync'] }),
    );
    watched.cluster.startAll();
    await watched.healthOnce(({ healthy }) => healthy);
    // More than the windows of HTTP/2 and TCP hold: a slow reader then stops the member.
    for (let index = 0; index < 60; index += 1) {
      await watched.client(0).put(`key-${index}`, randomBytes(MEGABYTE / 2).toString('hex'));
    }
  });

  afterAll(() => watched.end());

  function receive(
    sink: (bytes: Buffer) => void | Promise<void>,
    onProgress: (transfer: SnapshotTransfer) => void = () => undefined,
  ): Promise<ReceivedSnapshot> {
    const options = {
      minimumBytesPerSecond: 1,
      windowMs: SETTLE_MS,
      now: () => performance.now(),
      onProgress,
    };
    const signal = AbortSignal.timeout(SETTLE_MS);
    return receiveSnapshot(watched.client(0).snapshot({ signal, idleTimeoutMs: 5_000 }), sink, options);
  }

  test('is complete: the size that the member tells, a page size, the digest, the storage version', async () => {
    const hash = createHash('sha256');
    let digest = Buffer.of();
    let bytes = 0;
    const received = await receive((data) => {
      bytes += data.length;
      if (data.length === 32) digest = Buffer.from(data);
      else hash.update(data);
    });
    const status = await watched.client(0).status();
    expect(received.databaseBytes).toBeGreaterThan(60 * MEGABYTE);
    // The file may grow by what etcd itself writes.
    expect(Math.abs(status.dbSize - received.databaseBytes)).toBeLessThan(MEGABYTE);
    expect(bytes).toBe(received.databaseBytes + 32);
    expect(received.databaseBytes % 4096).toBe(0);
    expect(hash.digest('hex')).toBe(received.sha256);
    expect(digest.toString('hex')).toBe(received.sha256);
    const hasVersion = !/^3\.[345]\./.test(status.version);
    expect(received.storageVersion).toBe(hasVersion ? status.version.replace(/\.\d+$/, '.0') : null);
  });

  test('that is read slowly leaves the member free for other requests, and tells its progress', async () => {
    const progress: SnapshotTransfer[] = [];
    let parts = 0;
    const reading = receive(
      async () => {
        parts += 1;
        if (parts % 100 === 0) await sleep(100);
      },
      (transfer) => progress.push(transfer),
    );
    while (parts < 200) await sleep(20);
    const startedAt = performance.now();
    await watched.client(0).put('meanwhile', 'written');
    expect(await watched.client(0).get('meanwhile')).toBe('written');
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    const { databaseBytes } = await reading;
    expect(progress.length).toBeGreaterThan(0);
    for (const { receivedBytes, totalBytes, bytesPerSecond } of progress) {
      expect(totalBytes).toBe(databaseBytes);
      expect(receivedBytes).toBeLessThan(totalBytes);
      expect(bytesPerSecond).toBeGreaterThan(0);
    }
  });

  test('is cut off if the member is killed meanwhile', async () => {
    let killing: Promise<void> | undefined;
    let bytes = 0;
    const reading = receive(async (data) => {
      bytes += data.length;
      killing ??= watched.cluster.kill(watched.member(0));
      await killing;
    });
    await expect(reading).rejects.toMatchObject({
      kind: 'connection-lost',
      finding: { code: 'snapshot-cut-off', host: 'infra0' },
    });
    expect(bytes).toBeLessThan(50 * MEGABYTE);
  });
});

describeReal('one real member on IPv6', () => {
  let watched: Watched;

  beforeAll(async () => {
    watched = new Watched(await RealCluster.create({ binary: BINARY, addresses: ['::1'] }));
    watched.cluster.startAll();
  });

  afterAll(() => watched.end());

  test('is healthy, its URLs with brackets', async () => {
    const report = await watched.healthOnce(({ healthy }) => healthy);
    expect(report.findings).toEqual([]);
    expect(report.members[0]?.peerUrls).toEqual([`https://[::1]:${watched.cluster.peerPort}`]);
    expect(report.endpoints[0]?.endpoint).toBe(`https://[::1]:${watched.cluster.clientPort}`);
  });
});
