import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  allPatches,
  patchFiles,
  patchFolder,
  patchFolderIn,
  patchKind,
  WAL_VOLUME,
} from '../../src/kubeadm/patches.ts';

describe('files', () => {
  test.each([
    ['etcd.yaml', 'strategic'],
    ['etcd.json', 'strategic'],
    ['etcd+json.yaml', 'json'],
    ['etcd0_a-b+merge.json', 'merge'],
    ['etcd+strategic.yaml', 'strategic'],
    ['etcd+jsonx.yaml', undefined],
    ['etcd+.yaml', undefined],
    ['etcd.yml', undefined],
    ['etcd.a.yaml', undefined],
    ['etcd/+json.yaml', undefined],
    ['kube-apiserver.yaml', undefined],
    ['Etcd.yaml', undefined],
  ])('%s is of the kind %s', (name, kind) => {
    expect(patchKind(name)).toBe(kind);
  });

  test('lie in a folder for exactly what they are, which the configuration of kubeadm names', () => {
    const one = [{ name: 'etcd.yaml', text: 'a' }];
    const other = [{ name: 'etcd.yaml', text: 'b' }];
    expect(patchFolder([])).toBeUndefined();
    expect(patchFolder(one)).toMatch(/^\/etc\/kubernetes\/etcd-ha-action\/patches\/[0-9a-f]{16}$/);
    expect(patchFolder(other)).not.toBe(patchFolder(one));
    expect(patchFolder(one)).toBe(patchFolder([{ text: 'a', name: 'etcd.yaml' }]));
    expect([...patchFiles(one)]).toEqual([[`${patchFolder(one)}/etcd.yaml`, 'a']]);
    expect(patchFolderIn(`---\nkind: InitConfiguration\npatches:\n  directory: /x\n---\nkind: Other\n`)).toBe(
      '/x',
    );
    expect(patchFolderIn('kind: Other\n')).toBeUndefined();
    expect(patchFolderIn('{')).toBeUndefined();
    expect(patchFolderIn('')).toBeUndefined();
  });

  test("the action's own mounts the log's folder, behind all others, and never makes it", () => {
    const own = allPatches([{ name: 'etcdz_-9+strategic.yaml', text: '' }], '/wal').map(({ name }) => name);
    expect(own.toSorted()).toEqual(own);
    const [patch] = allPatches([], '/wal');
    expect(parse(patch?.text ?? '')).toEqual({
      spec: {
        containers: [{ name: 'etcd', volumeMounts: [{ mountPath: '/wal', name: WAL_VOLUME }] }],
        volumes: [{ name: WAL_VOLUME, hostPath: { path: '/wal', type: 'Directory' } }],
      },
    });
  });
});
