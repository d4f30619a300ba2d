import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { queryCluster, type QueriedCluster } from '../../src/engine/cluster.ts';
import { CLIENT_CERTIFICATE, CLIENT_KEY } from '../../src/engine/credentials.ts';
import { connectionError } from '../../src/etcd/connection-errors.ts';
import type { EtcdErrorKind } from '../../src/etcd/errors.ts';
import type { MemberFacts } from '../../src/facts/health.ts';
import type { Transport } from '../../src/hosts/transport.ts';
import { CA_CERTIFICATE } from '../../src/kubeadm/paths.ts';
import { refusesClient } from '../../src/operations/health/observe/observe-health.ts';
import { Timeline } from '../../src/run/timeline.ts';
import { exampleSettings, fileFact, finishedCluster, unreadFact, withFiles } from '../cluster/example.ts';
import type { TestCertificate } from '../etcd/certificates.ts';
import { GatewayStandIn, openTcp } from '../etcd/gateway-stand-in.ts';
import { observedHost, standInTransport } from './stand-ins.ts';

const HEADER = { cluster_id: '193', member_id: '160', raft_term: '2' };
const STATUS = { header: HEADER, version: '3.6.5', leader: '160', raftTerm: '2', raftIndex: '9' };
const gateway = new GatewayStandIn({ '/v3/maintenance/status': { body: STATUS } });
/** Valid longer than the stand-in's own, so that it is tried first. */
const longest = gateway.authority.issue({
  commonName: 'client',
  usages: ['clientAuth'],
  notAfter: new Date('2085-01-01'),
});
const ADDRESSES = ['127.0.0.1', '::1'];

beforeAll(() => gateway.listen());
afterAll(() => gateway.close());

/** A member's alert, as Node reports it (test/etcd/real-etcd.test.ts covers real members). */
const ALERT = Object.assign(new Error('alert'), { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' });

/**
 * Asks the member through two hosts with these pairs.
 * @param refusing the hosts whose pair the member refuses.
 */
async function ask(
  pairs: readonly TestCertificate[],
  refusing: readonly string[],
): Promise<{ readonly asked: QueriedCluster | undefined; readonly keysOf: readonly string[] }> {
  const happened: string[] = [];
  const ca = fileFact(CA_CERTIFICATE, gateway.authority.certificatePem, '644');
  const observed = pairs.map(({ certificatePem, keyPem }, index) => {
    const [address = '', host] = [ADDRESSES[index], finishedCluster()[index]];
    if (host === undefined) throw new Error('the example has this host');
    const stand = standInTransport(host.hostname, happened, () => ({ stdout: Buffer.from(keyPem) }));
    const transport: Transport = {
      ...stand,
      openTcp: (...to) =>
        refusing.includes(happened.at(-1)?.split(':')[0] ?? '')
          ? Promise.reject(connectionError({ name: host.hostname, endpoint: to.join(':') }, 'answer', ALERT))
          : openTcp('127.0.0.1', gateway.port)(),
    };
    const files = [ca, fileFact(CLIENT_CERTIFICATE, certificatePem), unreadFact(CLIENT_KEY, keyPem)];
    return observedHost({ ...host, address, ...withFiles(host, files) }, transport);
  });
  const hosts = pairs.map((_, index) => ({ address: ADDRESSES[index] ?? '' }));
  const asked = await queryCluster(exampleSettings({ hosts }), observed, [], {
    maskSecret: () => undefined,
    now: () => new Date(),
    timeline: new Timeline(() => performance.now()),
    signal: new AbortController().signal,
  });
  asked?.clients.close();
  return { asked, keysOf: happened.map((line) => line.split(':')[0] ?? '') };
}

function memberIds({ asked }: Awaited<ReturnType<typeof ask>>): (string | null)[] | undefined {
  return asked?.cluster.health.endpoints.map(({ memberId }) => memberId);
}

test('where the members refuse the best pair, they are asked with the next one', async () => {
  const found = await ask([longest, gateway.client], ['infra0']);
  expect(found.keysOf).toEqual(['infra0', 'infra1']);
  expect(memberIds(found)).toEqual(['a0', 'a0']);
});

test('where they take it, no other key is fetched', async () => {
  const found = await ask([gateway.client, longest], ['infra0']);
  expect(found.keysOf).toEqual(['infra1']);
  expect(memberIds(found)).toEqual(['a0', 'a0']);
});

test('where they refuse all pairs, what they said to the first is reported', async () => {
  const found = await ask([longest, gateway.client], ['infra0', 'infra1']);
  expect(found.keysOf).toEqual(['infra0', 'infra1']);
  expect(memberIds(found)).toEqual([null, null]);
  expect(found.asked?.cluster.health.findings.map(({ fact }) => fact)).toEqual(
    expect.arrayContaining([expect.stringContaining('does not accept the client certificate')]),
  );
});

test.each<[string, readonly (EtcdErrorKind | 'seen')[], boolean]>([
  ['all refuse', ['client-certificate', 'client-certificate'], true],
  ['one refuses, the other is down', ['client-certificate', 'unreachable'], true],
  ['one refuses, the other lets it in', ['client-certificate', 'seen'], false],
  ['all are down', ['unreachable', 'timeout'], false],
  ['there is no member', [], false],
])('a health check: %s', (_, kinds, expected) => {
  const members = kinds.map((kind) => ({
    endpoint: { status: kind === 'seen' ? { seen: {} } : { failure: { kind } } },
  }));
  expect(refusesClient({ members: members as unknown as readonly MemberFacts[] })).toBe(expected);
});
