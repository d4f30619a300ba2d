import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EtcdClient } from '../../src/etcd/client.ts';
import { failure, seen } from '../../src/etcd/health/observation.ts';
import { observeMember, type MemberObservation } from '../../src/etcd/health/observe.ts';
import { GatewayStandIn, openChannel, type StandInAnswer } from './gateway-stand-in.ts';

const HEADER = { cluster_id: '193', member_id: '160', raft_term: '2', revision: '7' };
const RANGE = { body: { header: HEADER } };
const VERSION = { body: { etcdserver: '3.6.5', etcdcluster: '3.6.0' } };
const ANSWERS: Record<string, StandInAnswer> = {
  '/version': VERSION,
  '/v3/maintenance/status': { body: { header: HEADER, version: '3.6.5', leader: '160' } },
  '/v3/cluster/member/list': { body: { header: HEADER, members: [] } },
  '/v3/kv/range': RANGE,
  '/v3/maintenance/alarm': { body: { header: HEADER } },
  '/livez?verbose': { body: '[+]serializable_read ok\nok\n' },
  '/readyz?verbose': { body: '[+]linearizable_read ok\nok\n' },
  '/metrics': { body: 'etcd_server_has_leader 1\n' },
};

let gateway: GatewayStandIn;
let client: EtcdClient;

beforeEach(async () => {
  gateway = new GatewayStandIn(ANSWERS);
  const port = await gateway.listen();
  client = new EtcdClient({
    name: 'infra0',
    address: '127.0.0.1',
    port,
    open: openChannel('127.0.0.1', port),
    credentials: { caPem: gateway.authority.certificatePem, ...gateway.client },
    requestTimeoutMs: 2_000,
  });
});

afterEach(async () => {
  client.close();
  await gateway.close();
});

function kindOfRead(body: string): 'serializable' | 'linearizable' {
  return body.includes('"serializable":true') ? 'serializable' : 'linearizable';
}

function observed(): Promise<MemberObservation> {
  const member = { name: 'infra0', address: '127.0.0.1', client };
  return observeMember(member, AbortSignal.timeout(10_000));
}

// A large answer before a small one would be mistaken for a slow read.
test.each(['/version', 'linearizable', 'serializable'])(
  'metrics are asked for last, when all that is timed has been answered: %s comes late',
  async (late) => {
    const release = Promise.withResolvers<undefined>();
    const held = async (what: string, answer: StandInAnswer): Promise<StandInAnswer> => {
      if (what === late) await release.promise;
      return answer;
    };
    gateway.answer('/version', () => held('/version', VERSION));
    gateway.answer('/v3/kv/range', (body) => held(kindOfRead(body), RANGE));
    const paths = ['/version', '/v3/kv/range', '/v3/maintenance/alarm', '/livez?verbose', '/readyz?verbose'];
    const asked = Promise.all(paths.map((path) => gateway.heard(path)));
    const observation = observed();
    await asked;
    await sleep(200);
    expect(gateway.requests).not.toContain('GET /metrics');
    release.resolve(undefined);
    const { metrics, livez, readyz, revision, localReadNs, endpoint } = await observation;
    expect(gateway.requests.at(-1)).toBe('GET /metrics');
    for (const one of [metrics, endpoint.memberList, endpoint.alarms]) expect(failure(one)).toBeUndefined();
    expect(seen(revision)).toBe(7);
    expect(seen(livez)?.ok).toBe(true);
    expect(seen(readyz)?.ok).toBe(true);
    for (const timed of [localReadNs, endpoint.readNs, endpoint.roundTripNs])
      expect(seen(timed)).toBeGreaterThan(0);
    expect(gateway.connections).toBe(1);
  },
);

test('without a majority, what hangs keeps nothing else from being seen', async () => {
  gateway.answer('/v3/kv/range', (body) => (kindOfRead(body) === 'serializable' ? RANGE : 'hang'));
  gateway.answer('/v3/maintenance/alarm', 'hang');
  gateway.answer('/readyz?verbose', 'hang');
  const startedAt = performance.now();
  const observation = observed();
  await gateway.heard('/metrics');
  // The read may take two seconds, and is still in flight.
  expect(performance.now() - startedAt).toBeLessThan(1_800);
  const { metrics, livez, readyz, localReadNs, endpoint } = await observation;
  expect(performance.now() - startedAt).toBeLessThan(3_500);
  for (const there of [metrics, livez, localReadNs, endpoint.memberList, endpoint.roundTripNs])
    expect(failure(there)).toBeUndefined();
  for (const gone of [readyz, endpoint.readNs, endpoint.alarms]) expect(failure(gone)?.kind).toBe('timeout');
  expect(gateway.connections).toBe(1);
});

test('a member that cannot be connected to is asked for nothing more than its status', async () => {
  await gateway.close();
  const { metrics, livez, readyz, localReadNs, endpoint } = await observed();
  for (const one of [metrics, livez, readyz, localReadNs, endpoint.readNs, endpoint.alarms])
    expect(failure(one)?.reason).toBe('connection refused');
  expect(gateway.connections).toBe(0);
});
