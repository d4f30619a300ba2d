import { describe, expect, test } from '@jest/globals';
import type { HostFacts } from '../../../src/facts/host.ts';
import type { ClusterShape } from '../../../src/kubeadm/kubeadm-config.ts';
import { allPatches, patchFolder } from '../../../src/kubeadm/patches.ts';
import { ETCD_MANIFEST, KUBEADM_CONFIG, KUBELET_DROP_IN } from '../../../src/kubeadm/paths.ts';
import { clusterFacts } from '../../cluster/example-health.ts';
import {
  finishedCluster,
  guideCluster,
  MEMBERS,
  ownHost,
  type Progress,
  SHAPE,
  unmanagedHost,
} from '../../cluster/example.ts';
import { decide, ETCD_OFF, pristine, refusalLines, stepsLike, withHost, withoutFile } from './deciding.ts';

const WAL_DIR = '/mnt/wal';
const healthy = { cluster: clusterFacts() };
const settings = { walDir: WAL_DIR };
const shape = { ...SHAPE, walDir: WAL_DIR };
const EMPTY = { exists: true, empty: true, mode: '755' };

function hosts(progress: Progress, of: ClusterShape = shape): HostFacts[] {
  return MEMBERS.map((member, index) => ownHost(member, progress, { keepsKey: index === 0, shape: of }));
}

/** Changes the facts about the data of one host. */
function withData(
  facts: readonly HostFacts[],
  index: number,
  changes: Partial<HostFacts['dataDir']>,
): HostFacts[] {
  return withHost(facts, index, ({ dataDir }) => ({ dataDir: { ...dataDir, ...changes } }));
}

describe('a new cluster with a folder of its own for the log', () => {
  const fresh = pristine().map((host) => ({ ...host, dataDir: { ...host.dataDir, walDir: EMPTY } }));
  const plan = decide(fresh, { settings });

  test('gets a flag, a patch that mounts it, and a kubelet that waits for its disk', () => {
    const [files] = stepsLike(plan, 'deliver-files');
    const texts = new Map(
      files?.files.map(({ path, content }) => [path, 'text' in content ? content.text : '']),
    );
    const folder = patchFolder(allPatches([], WAL_DIR)) ?? '';
    expect(texts.get(KUBELET_DROP_IN)).toContain('RequiresMountsFor=/var/lib/etcd /mnt/wal\n');
    expect(texts.get(KUBEADM_CONFIG)).toContain(`directory: ${folder}\n`);
    expect([...texts.keys()].indexOf(`${folder}/etcd~wal-dir+strategic.yaml`)).toBeLessThan(
      [...texts.keys()].indexOf(KUBEADM_CONFIG),
    );
    expect(stepsLike(plan, 'render-manifest')[0]?.wanted).toContainEqual({
      name: 'wal-dir',
      value: '/mnt/wal/wal',
    });
    expect(stepsLike(plan, 'start-member')[0]).toMatchObject({ dataDir: '/var/lib/etcd', walDir: WAL_DIR });
  });

  test('is made on an empty disk alone', () => {
    expect(refusalLines(withData(fresh, 1, { walDir: { ...EMPTY, empty: false } }), { settings })).toEqual([
      'infra1 host: it holds an etcd that this action did not set up: files in `wal-dir`.',
    ]);
  });
});

describe('a finished cluster with a folder of its own for the log', () => {
  test('is unchanged', () => {
    expect(decide(hosts('finished'), { ...healthy, settings }).verdict.name).toBe('unchanged');
  });

  test('gets the mode of the folder back', () => {
    const facts = withData(hosts('finished'), 1, { walDir: { exists: true, empty: false, mode: '755' } });
    const plan = decide(facts, { ...healthy, settings });
    expect(stepsLike(plan, 'set-modes')).toMatchObject([
      { host: 'infra1', modes: new Map([[WAL_DIR, '700']]) },
    ]);
  });

  // Its flag alone would be removed from the manifest, and etcd would start a new log.
  test.each([
    [
      'the inputs name none any more',
      hosts('finished'),
      {},
      '--wal-dir is "/mnt/wal/wal", the inputs want absent',
    ],
    ['the inputs name another', hosts('finished'), { walDir: '/wal2' }, 'the inputs want "/wal2/wal"'],
    [
      'the inputs name one at last',
      finishedCluster(),
      settings,
      '--wal-dir is absent, the inputs want "/mnt/wal/wal"',
    ],
  ])('is left alone where %s', (_what, facts, changed, fact) => {
    for (const circumstances of [healthy, {}]) {
      const lines = refusalLines(facts, { ...circumstances, settings: changed });
      expect(lines).toHaveLength(3);
      for (const line of lines) expect(line).toMatch(/^infra\d wal-dir: /);
      expect(lines[0]).toContain(fact);
    }
  });

  test('is not started without its log', () => {
    const facts = withData(hosts('finished'), 1, { hasLog: false, walDir: EMPTY });
    for (const circumstances of [healthy, {}]) {
      expect(refusalLines(facts, { ...circumstances, settings })).toEqual([
        expect.stringMatching(/^infra1 wal-dir: .*but the folder of its log no longer holds a log\.$/),
      ]);
    }
  });

  test('is not started with its log and without its data', () => {
    const facts = withData(hosts('finished'), 1, { empty: true });
    expect(refusalLines(facts, { ...healthy, settings })).toEqual([
      expect.stringMatching(/^infra1 data-dir: its log is in `wal-dir`, but its data dir is empty/),
    ]);
  });

  test('is not started where its manifest is gone and its log lies in the data dir', () => {
    const gone = withoutFile(finishedCluster(), 1, ETCD_MANIFEST);
    const facts = withData(gone, 1, { hasLog: false, hasLogElsewhere: true, walDir: EMPTY });
    const lines = refusalLines(
      facts.map((host) => ({ ...host, ...ETCD_OFF })),
      { settings },
    );
    expect(lines.every((line) => line.includes('wal-dir: '))).toBe(true);
  });
});

describe('a set-up that was cut off', () => {
  test('goes on', () => {
    expect(decide(hosts('started'), { settings }).verdict.name).toBe('repair');
  });

  test.each([
    ['none before', SHAPE, settings, '--wal-dir is absent, the inputs want "/mnt/wal/wal"'],
    [
      'another before',
      shape,
      { walDir: '/wal2' },
      '--wal-dir is "/mnt/wal/wal", the inputs want "/wal2/wal"',
    ],
    ['none any more', shape, {}, '--wal-dir is "/mnt/wal/wal", the inputs want absent'],
  ])('does not go on with the log in another place: %s', (_what, begun, changed, line) => {
    expect(refusalLines(hosts('started', begun), { settings: changed })[0]).toContain(
      `infra0 hosts: its etcd has already written data with other values (${line})`,
    );
  });
});

describe('a cluster that was made by hand', () => {
  test('is taken over with its log where it is', () => {
    const facts = MEMBERS.map((member, index) => unmanagedHost(member, { keepsKey: index === 0, shape }));
    const plan = decide(facts, { ...healthy, settings });
    expect([plan.verdict.name, stepsLike(plan, 'restart-member')]).toEqual(['adopt', []]);
  });

  test('is not taken over where the inputs name another place', () => {
    expect(refusalLines(guideCluster(), { ...healthy, settings })[0]).toMatch(
      /^infra0 wal-dir: .*--wal-dir is absent/,
    );
  });
});
