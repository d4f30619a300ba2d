import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../src/findings.ts';
import type { InputFolder } from '../../src/inputs/input-files.ts';
import type { KubeadmPatch } from '../../src/kubeadm/patches.ts';
import { findingOf, findingsOf, settingsOf, sshKey } from './given.ts';

function patchesOf(patches: string, inputs: Readonly<Record<string, string>> = {}): readonly KubeadmPatch[] {
  return settingsOf({ patches, ...inputs }).patches;
}

/** Indented, as a block behind the name of a file. */
function block(name: string, text: string): string {
  return `${name}: |\n${text.replaceAll(/^/gm, '  ')}\n`;
}

describe('patches that are taken', () => {
  test('none', () => {
    expect(patchesOf('')).toEqual([]);
    expect(patchesOf('# later\n')).toEqual([]);
  });

  test('as YAML within YAML, as a block, and as JSON; sorted as kubeadm applies them', () => {
    const patches = patchesOf(`
etcd1+json.yaml:
  - { op: replace, path: /spec/containers/0/livenessProbe/failureThreshold, value: 12 }
etcd+strategic.yaml: |
  # kept as it is
  spec: { containers: [{ name: etcd, resources: { limits: { memory: 4Gi } } }] }
etcd0+merge.json: '{"spec":{"priority":1,"priorityClassName":null}}'
`);
    expect(patches).toEqual([
      {
        name: 'etcd+strategic.yaml',
        text: '# kept as it is\nspec: { containers: [{ name: etcd, resources: { limits: { memory: 4Gi } } }] }\n',
      },
      { name: 'etcd0+merge.json', text: '{"spec":{"priority":1,"priorityClassName":null}}' },
      {
        name: 'etcd1+json.yaml',
        text: '- op: replace\n  path: /spec/containers/0/livenessProbe/failureThreshold\n  value: 12\n',
      },
    ]);
  });

  test('with words that only newer YAML takes for text, quoted for kubeadm', () => {
    const [patch] = patchesOf('etcd.yaml: { metadata: { annotations: { a: yes, b: 012 } } }');
    expect(patch?.text).toBe('metadata:\n  annotations:\n    a: "yes"\n    b: 12\n');
  });

  test.each([
    [
      'several documents in one file',
      block(
        'etcd+json.yaml',
        '- {op: add, path: /spec/hostPID, value: false}\n---\n- {op: remove, path: /spec/hostPID}',
      ),
    ],
    [
      'a sidecar behind etcd',
      block('etcd+json.yaml', '- {op: add, path: /spec/containers/-, value: {name: side, image: x}}'),
    ],
    [
      'a mount and a volume of its own',
      'etcd.yaml: {spec: {containers: [{name: etcd, volumeMounts: [{name: x, mountPath: /x}]}], volumes: [{name: x, hostPath: {path: /x}}]}}',
    ],
    [
      'another variable',
      'etcd.yaml: {spec: {containers: [{name: etcd, env: [{name: GOMAXPROCS, value: "2"}]}]}}',
    ],
    [
      'patience of the probes',
      'etcd.yaml: {spec: {containers: [{name: etcd, startupProbe: {failureThreshold: 60}, livenessProbe: null}]}}',
    ],
  ])('%s', (_what, text) => {
    expect(patchesOf(text)).toHaveLength(1);
  });

  test('of a folder: those of etcd; other files are ignored, as by kubeadm', () => {
    const files = new Map([
      ['README.md', 'x'],
      ['kube-apiserver+json.yaml', '[]'],
      ['etcd+merge.yaml', 'spec: { priority: 1 }'],
    ]);
    const settings = settingsOf(
      { patches: 'k8s/patches' },
      {
        patches: { path: 'k8s/patches', files },
      },
    );
    expect(settings.patches.map(({ name }) => name)).toEqual(['etcd+merge.yaml']);
    const other = settingsOf(
      { patches: 'k8s/patches' },
      {
        patches: { path: 'k8s/patches', files: new Map([['etcd+merge.yaml', 'spec: { priority: 2 }']]) },
      },
    );
    expect(other.inputDigest).not.toBe(settings.inputDigest);
  });
});

// What they make of the pod is told by the kubeadm of each host.
test('patches are read and not applied', () => {
  expect(patchesOf('etcd.yaml: { spec: { hostNetwork: false } }')).toHaveLength(1);
  expect(patchesOf('etcd+json.yaml: [{ op: remove, path: /spec/nodeName }]')).toHaveLength(1);
  expect(patchesOf('etcd.yaml: { spec: { $patch: replace } }')).toHaveLength(1);
});

describe('files that are not patches', () => {
  test.each([
    ['[etcd.yaml]', 'patches', 'neither a mapping of file names'],
    ['etcd.yml: {}', 'patches, line 1, column 1', '"etcd.yml" is not the name of a patch'],
    ['kube-apiserver.yaml: {spec: {}}', 'patches, line 1, column 1', 'is not the name of a patch'],
    ['etcd.yaml:', 'patches, line 1, column 1', 'the patch is empty'],
    ['etcd.yaml: text', 'patches, line 1, column 1', "is a mapping of the pod's fields"],
    ['etcd+json.yaml: {op: add}', 'patches, line 1, column 1', 'is a list of operations'],
    ['etcd+json.yaml: [add]', 'patches, line 1, column 1', 'each a mapping with op and path'],
    ['etcd+json.yaml: [{op: add}]', 'patches, line 1, column 1', 'each a mapping with op and path'],
    ['etcd+merge.yaml: [a]', 'patches, line 1, column 1', 'a patch of the kind merge is a mapping'],
    [
      block('etcd.yaml', 'spec:\n  a: [1'),
      'patches, line 1, column 1, line 3, column 1 of the patch',
      'this is not YAML',
    ],
    [
      block('etcd.yaml', 'spec: *nobody'),
      'patches, line 1, column 1',
      'the aliases of the patch cannot be resolved',
    ],
    ['etcd.yaml: {}\netcd.yaml: {}', 'patches, line 2, column 1', 'Map keys must be unique'],
    ['spec: { priority: 1 }', 'patches, line 1, column 1', '"spec" is not the name of a patch'],
  ])('%s', (patches, at, fact) => {
    expect(findingOf({ patches })).toMatchObject({ at, fact: expect.stringContaining(fact) });
  });

  test('a private key in it, and no word of it', () => {
    const inFolder = folderFindings({ path: 'p', files: new Map([['etcd.yaml', sshKey]]) });
    expect(inFolder).toMatchObject([
      { at: 'patches (p/etcd.yaml)', fact: expect.stringContaining('private key') },
    ]);
    expect(JSON.stringify(inFolder)).not.toContain('BEGIN');
    expect(findingOf({ patches: block('etcd.yaml', sshKey) }).at).toBe('patches');
  });

  test('a folder without one, with one that is misspelt, or that cannot be read', () => {
    expect(folderFindings({ path: 'p', files: new Map([['README.md', 'x']]) })).toMatchObject([
      { at: 'patches (p)', fact: 'the folder holds no patch of etcd.' },
    ]);
    expect(folderFindings({ path: 'p', files: new Map([['etcd.yml', 'a: 1']]) })).toMatchObject([
      { at: 'patches (p/etcd.yml)', cause: 'kubeadm accepts only the extensions .yaml and .json.' },
    ]);
    expect(folderFindings({ path: 'p', problem: { code: 'input-file-unusable', fact: 'gone.' } })).toEqual([
      { code: 'input-file-unusable', at: 'patches', fact: 'gone.' },
    ]);
  });

  test('each is reported', () => {
    const findings = findingsOf({
      patches: 'etcd0.yaml: text\netcd1+json.yaml: {op: add}\n',
    });
    expect(findings.map(({ at, fact }) => [at, fact])).toEqual([
      ['patches, line 1, column 1', expect.stringContaining('mapping')],
      ['patches, line 2, column 1', expect.stringContaining('list of operations')],
    ]);
  });

  function folderFindings(patches: InputFolder): readonly Finding[] {
    return findingsOf({ patches: patches.path }, { patches });
  }
});
