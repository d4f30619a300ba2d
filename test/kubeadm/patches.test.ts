import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { applyJsonPatch, PatchError, type Json } from '../../src/kubeadm/json-patch.ts';
import { applyMergePatch } from '../../src/kubeadm/merge-patch.ts';
import { modelPod } from '../../src/kubeadm/model-pod.ts';
import {
  allPatches,
  applyPatch,
  patchFiles,
  patchFolder,
  patchFolderIn,
  patchKind,
} from '../../src/kubeadm/patches.ts';
import { podProblems } from '../../src/kubeadm/pod-rules.ts';

function json(text: string): Json {
  return parse(text) as Json;
}

describe('a JSON patch', () => {
  // RFC 6902, appendix A.
  test.each([
    ['{foo: bar}', '[{op: add, path: /baz, value: qux}]', '{foo: bar, baz: qux}'],
    ['{foo: [bar, baz]}', '[{op: add, path: /foo/1, value: qux}]', '{foo: [bar, qux, baz]}'],
    ['{baz: qux, foo: bar}', '[{op: remove, path: /baz}]', '{foo: bar}'],
    ['{foo: [bar, qux, baz]}', '[{op: remove, path: /foo/1}]', '{foo: [bar, baz]}'],
    ['{baz: qux}', '[{op: replace, path: /baz, value: boo}]', '{baz: boo}'],
    ['{a: {b: 1}, c: {}}', '[{op: move, from: /a/b, path: /c/d}]', '{a: {}, c: {d: 1}}'],
    ['{foo: [a, b, c]}', '[{op: move, from: /foo/0, path: /foo/2}]', '{foo: [b, c, a]}'],
    ['{a: 1}', '[{op: copy, from: /a, path: /b}, {op: test, path: /b, value: 1}]', '{a: 1, b: 1}'],
    ['{foo: []}', '[{op: add, path: /foo/-, value: [x]}]', '{foo: [[x]]}'],
    ['{a: {b/c: 1}}', '[{op: replace, path: /a/b~1c, value: 2}]', '{a: {b/c: 2}}'],
    ['{a: 1}', '[{op: add, path: /a, value: null}]', '{a: null}'],
  ])('of %s by %s', (target, patch, result) => {
    const before = json(target);
    expect(applyJsonPatch(before, json(patch))).toEqual(json(result));
    expect(before).toEqual(json(target));
  });

  test.each([
    ['{op: add}', 'a list of operations'],
    ['[add]', 'a mapping with op and path'],
    ['[{op: add, path: baz, value: 1}]', 'no pointer'],
    ['[{op: add, path: /a/b/c, value: 1}]', 'there is no /a/b'],
    ['[{op: add, path: /list/3, value: 1}]', 'there is no /list/3'],
    ['[{op: add, path: /list/01, value: 1}]', 'there is no /list/01'],
    ['[{op: replace, path: /list/-, value: 1}]', 'there is no /list/-'],
    ['[{op: add, path: /text/x, value: 1}]', 'nothing can be within'],
    ['[{op: replace, path: /none, value: 1}]', 'there is no /none'],
    ['[{op: remove, path: /constructor}]', 'there is no /constructor'],
    ['[{op: add, path: /x}]', 'no value'],
    ['[{op: test, path: /text, value: y}]', 'the test of /text fails'],
    ['[{op: append, path: /x, value: 1}]', 'no operation "append"'],
    ['[{op: replace, path: "", value: 1}]', 'the whole pod'],
  ])('%s is refused', (patch, why) => {
    const apply = (): Json => applyJsonPatch(json('{a: {}, list: [1, 2], text: x}'), json(patch));
    expect(apply).toThrow(PatchError);
    expect(apply).toThrow(why);
  });
});

describe('a merge', () => {
  // RFC 7386, appendix A, but for what is no mapping.
  test.each([
    ['{a: b}', '{a: c}', '{a: c}'],
    ['{a: b}', '{b: c}', '{a: b, b: c}'],
    ['{a: b, b: c}', '{a: null}', '{b: c}'],
    ['{a: [b]}', '{a: c}', '{a: c}'],
    ['{a: {b: c}}', '{a: {b: d, c: null}}', '{a: {b: d}}'],
    ['{a: [{b: c}]}', '{a: [1]}', '{a: [1]}'],
    ['{e: null}', '{a: 1}', '{e: null, a: 1}'],
    ['{}', '{a: {bb: {ccc: null}}}', '{a: {bb: {}}}'],
  ])('of %s with %s, of both kinds', (target, patch, result) => {
    for (const kind of ['merge', 'strategic'] as const) {
      expect(applyMergePatch(json(target), json(patch), kind)).toEqual(json(result));
    }
  });

  // As kubeadm 1.34.4 and 1.37.2 do it; what is new comes first.
  test('of lists: a strategic one goes by the keys of the items, the other replaces', () => {
    const target = json('{volumes: [{name: a, hostPath: {path: /a}}], tolerations: [{key: x}]}');
    const patch = json('{volumes: [{name: b}, {name: a, hostPath: {type: File}}], tolerations: [{key: y}]}');
    expect(applyMergePatch(target, patch, 'strategic')).toEqual(
      json('{volumes: [{name: b}, {name: a, hostPath: {path: /a, type: File}}], tolerations: [{key: y}]}'),
    );
    expect(applyMergePatch(target, patch, 'merge')).toEqual(patch);
  });

  test.each([
    ['[]', 'is a mapping'],
    ['{volumes: [{hostPath: {path: /a}}]}', 'has no name, by which it is merged'],
    ['{spec: {$patch: delete}}', '$patch is an order to the merge'],
  ])('%s is refused', (patch, why) => {
    expect(() => applyMergePatch({}, json(patch), 'strategic')).toThrow(why);
  });
});

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
    const pod = modelPod({ dataDir: '/data', metricsPort: 2381 });
    const patched = applyPatch(pod, [json(patch?.text ?? '')], patchKind('etcd+strategic.yaml') ?? 'json');
    const expected = { dataDir: '/data', walDir: '/wal', address: '10.0.0.6', metricsPort: 2381 };
    expect(podProblems(pod, expected)).toEqual(['/wal is not mounted from /wal of the host']);
    expect(podProblems(patched, expected)).toEqual([]);
    expect(JSON.stringify(patched)).toContain(
      '{"name":"etcd-wal","hostPath":{"path":"/wal","type":"Directory"}}',
    );
  });
});
