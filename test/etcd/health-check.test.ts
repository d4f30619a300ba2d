import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EtcdClient } from '../../src/etcd/client.ts';
import { checkHealth, type HealthReport } from '../../src/etcd/health/health.ts';
import type { EndpointHealth } from '../../src/etcd/health/endpoint.ts';
import type { MemberClient } from '../../src/etcd/health/observe.ts';
import { GatewayStandIn, openChannel, type StandInAnswer } from './gateway-stand-in.ts';

const HEADER = { cluster_id: '193', member_id: '160', raft_term: '2' };
const MEMBERS = [
  { ID: '160', name: 'infra0', peerURLs: ['https://10.0.0.1:2380'], clientURLs: ['https://10.0.0.1:2379'] },
  { ID: '161', name: 'infra1', peerURLs: ['https://10.0.0.2:2380'], clientURLs: ['https://10.0.0.2:2379'] },
];
const HEALTHY: Record<string, StandInAnswer> = {
  '/version': { body: { etcdserver: '3.6.5', etcdcluster: '3.6.0' } },
  '/v3/maintenance/status': {
    body: { header: HEADER, version: '3.6.5', leader: '160', raftTerm: '2', raftIndex: '9' },
  },
  '/v3/cluster/member/list': { body: { header: HEADER, members: MEMBERS } },
  '/v3/kv/range': { body: { header: HEADER } },
  '/v3/maintenance/alarm': { body: { header: HEADER } },
};

let gateway: GatewayStandIn;
const clients: EtcdClient[] = [];

beforeAll(async () => {
  gateway = new GatewayStandIn(HEALTHY);
  await gateway.listen();
});

afterAll(async () => {
  for (const client of clients) client.close();
  await gateway.close();
});

function member(index: number, open: () => Promise<Duplex>): MemberClient {
  const client = new EtcdClient({
    name: `infra${index}`,
    address: '127.0.0.1',
    port: gateway.port,
    open,
    credentials: { caPem: gateway.authority.certificatePem, ...gateway.client },
    requestTimeoutMs: 5_000,
  });
  clients.push(client);
  return { name: `infra${index}`, address: `10.0.0.${index + 1}`, client };
}

const answering = (): Promise<Duplex> => openChannel('127.0.0.1', gateway.port)();
const EXPECTED = { clientPort: 2379, peerPort: 2380 };
const now = (): Date => new Date('2026-08-29T03:00:00Z');

test('asks a member for its status first, then for all the rest at once, on one connection', async () => {
  gateway.requests.length = 0;
  const [connections, version] = [gateway.connections, HEALTHY['/version'] as StandInAnswer];
  // Answered only after all the others were requested: sequential requests never get that far.
  const rest = ['/v3/cluster/member/list', '/v3/kv/range', '/v3/maintenance/alarm'].map((path) =>
    gateway.heard(path),
  );
  gateway.answer(
    '/version',
    Promise.all(rest).then(() => version),
  );
  const report = await checkHealth({
    members: [member(0, answering)],
    expected: EXPECTED,
    now,
    deadlineMs: 5_000,
  });
  expect(gateway.requests[0]).toBe('POST /v3/maintenance/status');
  expect(gateway.requests).toHaveLength(5);
  expect(gateway.connections).toBe(connections + 1);
  expect(report.checkedAt).toBe('2026-08-29T03:00:00.000Z');
  expect(report.endpoints[0]).toMatchObject({ healthy: true, isLeader: true, raftIndex: 9 });
  expect(report.endpoints[0]?.tookMs).toBeGreaterThan(0);
  expect(report.endpoints[0]?.roundTripMs).toBeGreaterThan(0);
});

describe('one member of two is in trouble: the report is there in time and complete for the other', () => {
  test.each<[string, () => Promise<Duplex>, string]>([
    ['its stream never opens', () => new Promise<Duplex>(() => undefined), 'context deadline exceeded'],
    ['its host is gone', () => Promise.reject(new Error('the host is gone')), 'the host is gone'],
  ])('%s', async (_, open, reason) => {
    const startedAt = performance.now();
    const report = await checkHealth({
      members: [member(0, answering), member(1, open)],
      expected: EXPECTED,
      now,
      deadlineMs: 1_500,
    });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(report.endpoints.map(({ healthy }) => healthy)).toEqual([true, false]);
    expect(report.endpoints[1]?.message).toBe(
      `https://10.0.0.2:2379 is unhealthy: failed to commit proposal: ${reason}`,
    );
    expect(report.findings.map(({ host }) => host)).toEqual(['infra1']);
    expect(report.members).toHaveLength(2);
  });
});

describe('the linearizable read', () => {
  async function reportWith(answer: StandInAnswer): Promise<HealthReport> {
    gateway.answer('/v3/kv/range', answer);
    return checkHealth({
      members: [member(0, answering)],
      expected: EXPECTED,
      now,
      deadlineMs: 1_000,
    });
  }

  async function endpointWith(answer: StandInAnswer): Promise<EndpointHealth> {
    const [endpoint] = (await reportWith(answer)).endpoints;
    if (endpoint === undefined) throw new Error('no endpoint');
    return endpoint;
  }

  test('hangs: unhealthy at the deadline, the rest seen', async () => {
    const { endpoints, members } = await reportWith('hang');
    expect(endpoints).toMatchObject([{ healthy: false, version: '3.6.5', tookMs: null }]);
    expect(endpoints[0]?.roundTripMs).toBeGreaterThan(0);
    expect(endpoints[0]?.message).toContain('failed to commit proposal: context deadline exceeded');
    expect(members).toHaveLength(2);
  });

  // Alarms known by chance, from before the majority was lost, would pass for the majority's answer.
  test('hangs: the alarms count as not seen, whatever was said of them', async () => {
    const alarms = [{ memberID: '160', alarm: 'NOSPACE' }];
    gateway.answer('/v3/maintenance/alarm', { body: { header: HEADER, alarms } });
    const { findings } = await reportWith('hang');
    gateway.answer('/v3/maintenance/alarm', { body: { header: HEADER } });
    expect(findings.map(({ at }) => at)).not.toContain('alarms');
  });

  test('is denied: healthy, as etcdctl has it, for the majority was asked', async () => {
    const body = { code: 7, message: 'etcdserver: permission denied' };
    expect(await endpointWith({ status: 403, body })).toMatchObject({ healthy: true });
  });

  test('is refused with words of etcd: they are passed on', async () => {
    const body = {
      error: 'etcdserver: request timed out',
      code: 14,
      message: 'etcdserver: request timed out',
    };
    const endpoint = await endpointWith({ status: 503, body });
    expect(endpoint.message).toContain('failed to commit proposal: etcdserver: request timed out');
  });
});
