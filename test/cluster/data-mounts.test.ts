import { describe, expect, test } from '@jest/globals';
import { dataMounts, lostMounts } from '../../src/cluster/data-dir.ts';
import type { HostFacts, PlaceFact } from '../../src/facts/host.ts';
import { formatHostState, parseHostState } from '../../src/facts/host-state.ts';
import { decide, pristine, refusals } from '../operations/deploy/deciding.ts';
import { clusterFacts } from './example-health.ts';
import { finishedCluster, recordedAs } from './example.ts';

const DATA = '/var/lib/etcd';
const healthy = { cluster: clusterFacts() };

/** The data dir on a file system that is mounted there. */
function on(mountPoint: string | undefined, path = DATA): PlaceFact {
  return mountPoint === undefined
    ? { path, kind: 'other' }
    : { path, kind: 'folder', resolved: path, mountPoint };
}

function withDisk(host: HostFacts, mountPoint: string | undefined): HostFacts {
  return { ...host, places: [on(mountPoint)] };
}

/** A finished cluster with data on disks of their own, and the present mount points. */
function recorded(now: string | undefined): HostFacts[] {
  return finishedCluster().map((host) => withDisk(recordedAs(host, { mounts: { [DATA]: DATA } }), now));
}

describe('what a record keeps', () => {
  test('is the disk of the data dir and that of the log, and not the root', () => {
    const places = [on('/data'), on('/wal', '/wal/etcd'), on('/', '/etc/kubernetes')];
    expect(dataMounts({ places }, { dataDir: DATA, walDir: '/wal/etcd' })).toEqual({
      [DATA]: '/data',
      '/wal/etcd': '/wal',
    });
    expect(dataMounts({ places: [on('/')] }, { dataDir: DATA })).toEqual({});
    expect(dataMounts({}, { dataDir: DATA })).toEqual({});
  });

  test('is in the plan, and can be read again', () => {
    const plan = decide(pristine().map((host) => withDisk(host, DATA)));
    expect(plan.cluster?.dataMounts.get('infra1')).toEqual({ [DATA]: DATA });
    const [host] = recorded(DATA);
    if (typeof host?.state !== 'object') throw new Error('the example has a record');
    expect(parseHostState(formatHostState(host.state))).toEqual(host.state);
    expect(parseHostState(formatHostState({ ...host.state, mounts: 1 as never }))).toBeUndefined();
  });
});

// With all disks gone, etcd founds a new cluster under the same ids, and its members call it healthy.
describe('a disk that is not mounted any longer', () => {
  test.each([
    ['the root', '/', 'is on that of / now'],
    ['the one above', '/var', 'is on that of /var now'],
    ['none', undefined, 'is missing now'],
  ])('is refused, whatever the members say: the data dir is on %s', (_, now, words) => {
    const found = refusals(recorded(now), healthy);
    expect(found.map(({ host, at }) => `${host} ${at}`)).toEqual([
      'infra0 data-dir',
      'infra1 data-dir',
      'infra2 data-dir',
    ]);
    expect(found[0]?.fact).toContain(`${DATA} was on the file system mounted at ${DATA}, and ${words}`);
    expect(found[0]?.fix).not.toMatch(/remove|delete|rm /i);
  });

  test.each([
    ['it is mounted', recorded(DATA)],
    ['data was moved to another disk', recorded('/mnt/fast')],
    ['no disk is on record', finishedCluster().map((host) => withDisk(host, '/'))],
    ['it was not looked at', finishedCluster().map((host) => recordedAs(host, { mounts: { [DATA]: DATA } }))],
  ])('is none where %s', (_, facts) => {
    expect(decide(facts, healthy).verdict.name).not.toBe('refuse');
    expect(
      facts.flatMap((host) => lostMounts(host, typeof host.state === 'object' ? host.state : undefined)),
    ).toEqual([]);
  });
});
