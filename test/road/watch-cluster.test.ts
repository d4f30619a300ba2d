import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../src/cluster/host-facts.ts';
import { leafPath } from '../../src/kubeadm/file-tree.ts';
import type { Observed } from '../../src/road/observe.ts';
import { Timeline } from '../../src/road/timeline.ts';
import { reachCluster, watchCluster } from '../../src/road/watch-cluster.ts';
import { blind, ETCD_OFF, withFile, withHost, withoutFile } from '../cluster/deciding.ts';
import { clusterFacts } from '../cluster/example-health.ts';
import {
  exampleSettings,
  finishedCluster,
  ISSUED_AT,
  leafFacts,
  leavesOf,
  NOW,
  ownCa,
} from '../cluster/example.ts';
import { standInClients, standInTransport } from './stand-ins.ts';

const election = clusterFacts({ leader: null });

describe('watching', () => {
  /** How often the cluster was asked, and what was believed. */
  async function watch(
    told: Parameters<typeof standInClients>[0],
    clock = (): number => performance.now(),
    signal = new AbortController().signal,
  ): Promise<{ asked: number; leader: string | undefined; entries: number }> {
    let asked = 0;
    const timeline = new Timeline(clock);
    const facts = await watchCluster(
      standInClients(told, () => asked++),
      { timeline, signal },
    );
    return { asked, leader: facts.health.leader?.name, entries: timeline.entries.length };
  }

  test('a settled cluster is asked once', async () => {
    expect(await watch([clusterFacts()])).toEqual({ asked: 1, leader: 'infra0', entries: 1 });
  });

  test('an election is waited for', async () => {
    expect(await watch([election, election, clusterFacts({ leader: 'infra2' })])).toMatchObject({
      asked: 3,
      leader: 'infra2',
    });
  });

  test('so is a member list that is not the expected one yet', async () => {
    expect(await watch([clusterFacts({ unpublished: ['infra1'] }), clusterFacts()])).toMatchObject({
      asked: 2,
    });
  });

  test('but not for long', async () => {
    let now = 0;
    expect(await watch([election], () => (now += 1_000))).toMatchObject({ leader: undefined });
    expect(now).toBeLessThan(10_000);
  });

  test('nobody waits for a cluster that does not answer at all', async () => {
    expect(await watch([clusterFacts({ down: ['infra0', 'infra1', 'infra2'] })])).toMatchObject({ asked: 1 });
  });

  test('a cancelled run waits no longer', async () => {
    const cancelled = AbortSignal.abort(new Error('cancelled'));
    await expect(watch([election], undefined, cancelled)).rejects.toThrow('cancelled');
  });
});

describe('reaching', () => {
  /** Whose key was fetched, or undefined where there are no clients. */
  async function keyFrom(facts: readonly HostFacts[]): Promise<string | undefined> {
    const happened: string[] = [];
    const masked: string[] = [];
    const observed = facts.map((host): Observed => {
      const transport = standInTransport(host.hostname, happened, () => ({ stdout: Buffer.from('a key') }));
      return { host: { address: host.address }, transport, facts: host, answer: '' };
    });
    const clients = await reachCluster(exampleSettings(), observed, [], {
      maskSecret: (secret) => masked.push(secret),
      now: () => NOW,
    });
    clients?.close();
    if (clients === undefined) return undefined;
    expect(masked).toEqual(['a key']);
    expect(happened).toHaveLength(1);
    return happened[0]?.split(':')[0];
  }

  test('with the pair that is valid longest; its key is masked as soon as it is read', async () => {
    const later = (await leavesOf(ownCa, new Date(ISSUED_AT.getTime() + 86_400_000))).get('infra1');
    const facts = withFile(finishedCluster(), 1, ...leafFacts(later ?? {}));
    expect(await keyFrom(facts)).toBe('infra1');
  });

  // What the container runtime says is one witness; the members themselves are the other.
  test('also where no etcd is seen to run', async () => {
    expect(await keyFrom(finishedCluster().map((host) => ({ ...host, ...ETCD_OFF })))).toBe('infra0');
    expect(await keyFrom(finishedCluster().map((host) => blind(host, 'containers')))).toBe('infra0');
  });

  test('also from a host whose etcd does not run', async () => {
    const without = withoutFile(finishedCluster(), 1, leafPath('healthcheckClient', 'key'));
    const facts = withHost(
      withoutFile(without, 2, leafPath('healthcheckClient', 'certificate')),
      0,
      ETCD_OFF,
    );
    expect(await keyFrom(facts)).toBe('infra0');
  });

  test('not without a pair', async () => {
    const facts = finishedCluster().flatMap((host) =>
      withoutFile([host], 0, leafPath('healthcheckClient', 'key')),
    );
    expect(await keyFrom(facts)).toBeUndefined();
  });
});
