import { describe, expect, test } from '@jest/globals';
import { queryCluster, watchCluster } from '../../src/engine/cluster.ts';
import type { HostFacts } from '../../src/facts/host.ts';
import { CA_CERTIFICATE, leafPath } from '../../src/kubeadm/paths.ts';
import { createAuthority } from '../../src/pki/authority.ts';
import { issueLeaf } from '../../src/pki/leaf.ts';
import { Timeline } from '../../src/run/timeline.ts';
import { clusterFacts } from '../cluster/example-health.ts';
import {
  exampleSettings,
  fileFact,
  finishedCluster,
  ISSUED_AT,
  leafFacts,
  leavesOf,
  NOW,
  ownCa,
  type SettingsChanges,
  unreadFact,
  withFiles,
} from '../cluster/example.ts';
import { blind, ETCD_OFF, withFile, withHost, withoutFile } from '../operations/deploy/deciding.ts';
import { standInClients, observedHost, standInTransport } from './stand-ins.ts';

const election = clusterFacts({ leader: null });

describe('watching', () => {
  /** Returns how often the cluster was asked, and the accepted answer. */
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

  test('no run waits for a cluster that does not answer at all', async () => {
    expect(await watch([clusterFacts({ down: ['infra0', 'infra1', 'infra2'] })])).toMatchObject({ asked: 1 });
  });

  test('a cancelled run waits no longer', async () => {
    const cancelled = AbortSignal.abort(new Error('cancelled'));
    await expect(watch([election], undefined, cancelled)).rejects.toThrow('cancelled');
  });
});

describe('reaching', () => {
  const pairs = leavesOf(ownCa, ISSUED_AT);

  /** The finished cluster with pairs whose keys are known here. */
  async function withKeys(): Promise<HostFacts[]> {
    const leaves = await pairs;
    return finishedCluster().map((host) => ({
      ...host,
      ...withFiles(host, leafFacts(leaves.get(host.hostname) ?? {})),
    }));
  }

  /** Returns the hosts whose keys were fetched, in that order; undefined if the cluster was not asked. */
  async function keysFrom(
    facts: readonly HostFacts[],
    keys: ReadonlyMap<string, string>,
    settings: SettingsChanges = {},
  ): Promise<string[] | undefined> {
    const happened: string[] = [];
    const masked: string[] = [];
    const observed = facts.map((host) => {
      const stdout = Buffer.from(keys.get(host.hostname) ?? '');
      return observedHost(
        host,
        standInTransport(host.hostname, happened, () => ({ stdout })),
      );
    });
    const asked = await queryCluster(exampleSettings(settings), observed, [], {
      maskSecret: (secret) => masked.push(secret),
      now: () => NOW,
      timeline: new Timeline(() => performance.now()),
      signal: new AbortController().signal,
    });
    asked?.clients.close();
    const hosts = happened.map((line) => line.split(':')[0] ?? '');
    expect(masked).toEqual(hosts.map((name) => keys.get(name)));
    return asked === undefined ? undefined : hosts;
  }

  async function ownKeys(): Promise<Map<string, string>> {
    return new Map([...(await pairs)].map(([name, leaves]) => [name, leaves.healthcheckClient.keyPem]));
  }

  test('with the pair that is valid longest; its key is masked as soon as it is read', async () => {
    const later = (await leavesOf(ownCa, new Date(ISSUED_AT.getTime() + 86_400_000))).get('infra1');
    if (later === undefined) throw new Error('the example has leaves');
    const facts = withFile(await withKeys(), 1, ...leafFacts(later));
    const keys = new Map([...(await ownKeys()), ['infra1', later.healthcheckClient.keyPem]]);
    expect(await keysFrom(facts, keys)).toEqual(['infra1']);
  });

  test('a key that has changed since the probe, or belongs to another certificate, is skipped', async () => {
    const keys = await ownKeys();
    const changed = new Map([...keys, ['infra0', keys.get('infra1') ?? '']]);
    expect(await keysFrom(await withKeys(), changed)).toEqual(['infra0', 'infra1']);
    const otherKey = unreadFact(leafPath('healthcheckClient', 'key'), keys.get('infra1') ?? '');
    expect(await keysFrom(withFile(await withKeys(), 0, otherKey), changed)).toEqual(['infra0', 'infra1']);
  });

  test('not with a pair that a host has made for itself, however long it is valid', async () => {
    const made = await createAuthority({ algorithm: 'ECDSA-P256', now: ISSUED_AT });
    const member = { name: 'infra0', address: '10.0.0.6' };
    const lying = await issueLeaf(made, 'healthcheckClient', {
      member,
      algorithm: 'ECDSA-P256',
      days: 3000,
      now: ISSUED_AT,
    });
    const keys = new Map([...(await ownKeys()), ['infra0', lying.keyPem]]);
    const own = leafFacts({ healthcheckClient: lying });
    expect(await keysFrom(withFile(await withKeys(), 0, ...own), keys)).toEqual(['infra1']);
    // With a CA of its own beside it.
    const beside = fileFact(CA_CERTIFICATE, made.certificatePem, '644');
    expect(await keysFrom(withFile(await withKeys(), 0, ...own, beside), keys)).toEqual(['infra1']);
  });

  // The container runtime is one witness; the members themselves are the other.
  test('also where no etcd is seen to run', async () => {
    const off = (await withKeys()).map((host) => ({ ...host, ...ETCD_OFF }));
    expect(await keysFrom(off, await ownKeys())).toEqual(['infra0']);
    const unseen = (await withKeys()).map((host) => blind(host, 'containers'));
    expect(await keysFrom(unseen, await ownKeys())).toEqual(['infra0']);
  });

  test('also from a host whose etcd does not run', async () => {
    const without = withoutFile(await withKeys(), 1, leafPath('healthcheckClient', 'key'));
    const facts = withHost(
      withoutFile(without, 2, leafPath('healthcheckClient', 'certificate')),
      0,
      ETCD_OFF,
    );
    expect(await keysFrom(facts, await ownKeys())).toEqual(['infra0']);
  });

  test('not without a pair', async () => {
    const facts = (await withKeys()).flatMap((host) =>
      withoutFile([host], 0, leafPath('healthcheckClient', 'key')),
    );
    expect(await keysFrom(facts, await ownKeys())).toBeUndefined();
  });
});
