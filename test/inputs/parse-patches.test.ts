import { describe, expect, test } from '@jest/globals';
import { type Finding, Refusal } from '../../src/findings.ts';
import type { InputFolder } from '../../src/inputs/input-files.ts';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import type { KubeadmPatch } from '../../src/kubeadm/patches.ts';
import { findingOf, findingsOf, given, run, settingsOf, sshKey } from './given.ts';

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

  test('of a folder: those of etcd, and what is none of them is passed over as by kubeadm', () => {
    const files = new Map([
      ['README.md', 'x'],
      ['kube-apiserver+json.yaml', '[]'],
      ['etcd+merge.yaml', 'spec: { priority: 1 }'],
    ]);
    const settings = parseSettings({ ...given, patches: 'k8s/patches' }, run, {
      patches: { path: 'k8s/patches', files },
    });
    expect(settings.patches.map(({ name }) => name)).toEqual(['etcd+merge.yaml']);
    const other = parseSettings({ ...given, patches: 'k8s/patches' }, run, {
      patches: { path: 'k8s/patches', files: new Map([['etcd+merge.yaml', 'spec: { priority: 2 }']]) },
    });
    expect(other.inputDigest).not.toBe(settings.inputDigest);
  });
});

describe('what the action relies on cannot be patched', () => {
  test.each([
    ['{spec: {hostNetwork: false}}', 'hostNetwork is not true'],
    ['{spec: {hostNetwork: null}}', 'hostNetwork is not true'],
    ['{spec: null}', 'the first container is not etcd'],
    ['{metadata: {name: db}}', 'the pod is not called etcd'],
    ['{metadata: {namespace: default}}', 'the pod is not called etcd'],
    ['{spec: {restartPolicy: Never}}', 'restartPolicy is not Always'],
    ['{spec: {containers: [{name: side, image: x}]}}', 'the first container is not etcd'],
    [
      '{spec: {containers: [{name: etcd, command: [etcd, --force-new-cluster]}]}}',
      'its command is another one',
    ],
    ['{spec: {containers: [{name: etcd, args: [--force-new-cluster]}]}}', 'args are more flags'],
    ['{spec: {containers: [{name: etcd, image: x}]}}', 'its image is another one'],
    [
      '{spec: {containers: [{name: etcd, env: [{name: ETCD_FORCE_NEW_CLUSTER, value: "true"}]}]}}',
      'ETCD_FORCE_NEW_CLUSTER for a flag',
    ],
    [
      '{spec: {containers: [{name: etcd, envFrom: [{configMapRef: {name: x}}]}]}}',
      'envFrom could hold any variable',
    ],
    [
      '{spec: {containers: [{name: etcd, livenessProbe: {httpGet: {host: 10.0.0.6}}}]}}',
      'livenessProbe does not ask 127.0.0.1',
    ],
    [
      '{spec: {containers: [{name: etcd, readinessProbe: {httpGet: {port: 9999}}}]}}',
      'readinessProbe does not ask',
    ],
    [
      '{spec: {containers: [{name: etcd, startupProbe: {exec: {command: ["true"]}}}]}}',
      'startupProbe does not ask',
    ],
    [
      '{spec: {containers: [{name: etcd, startupProbe: {httpGet: {scheme: HTTPS}}}]}}',
      'startupProbe does not ask',
    ],
    [
      '{spec: {containers: [{name: etcd, ports: [{containerPort: 2381, name: other}]}]}}',
      'does not ask 127.0.0.1, port 2381',
    ],
    [
      '{spec: {containers: [{name: etcd, volumeMounts: [{mountPath: /var/lib/etcd, name: x}]}]}}',
      '/var/lib/etcd is not mounted from',
    ],
    [
      '{spec: {containers: [{name: etcd, volumeMounts: [{mountPath: /var/lib/etcd, readOnly: true}]}]}}',
      '/var/lib/etcd is not mounted from',
    ],
    [
      '{spec: {containers: [{name: etcd, volumeMounts: [{mountPath: /var/lib/etcd, subPath: a}]}]}}',
      '/var/lib/etcd is not mounted from',
    ],
    [
      '{spec: {containers: [{name: etcd, volumeMounts: [{mountPath: /var/lib/etcd/member/, name: etcd-certs}]}]}}',
      '/var/lib/etcd/member is mounted over or within',
    ],
    [
      '{spec: {containers: [{name: etcd, volumeMounts: [{mountPath: /var, name: etcd-certs}]}]}}',
      '/var is mounted over or within /var/lib/etcd',
    ],
    [
      '{spec: {volumes: [{name: etcd-data, hostPath: {path: /elsewhere}}]}}',
      '/var/lib/etcd is not mounted from',
    ],
    [
      '{spec: {volumes: [{name: etcd-certs, hostPath: null, emptyDir: {}}]}}',
      '/etc/kubernetes/pki/etcd is not mounted from',
    ],
  ])('by %s', (patch, fact) => {
    const findings = findingsOf({ patches: `etcd+strategic.yaml: ${patch}` });
    expect(findings.map(({ at }) => at)).toEqual(findings.map(() => 'patches, line 1, column 1'));
    expect(findings.map(({ fact: told }) => told)).toContainEqual(expect.stringContaining(fact));
  });

  test.each([
    ['a merge that replaces lists', 'etcd+merge.yaml: {spec: {volumes: []}}', 'is not mounted from'],
    ['a pointer', 'etcd+json.yaml: [{op: remove, path: /spec/hostNetwork}]', 'hostNetwork is not true'],
    [
      'a flag more',
      'etcd+json.yaml: [{op: add, path: /spec/containers/0/command/-, value: --x}]',
      'its command is another one',
    ],
    [
      'a container before it',
      'etcd+json.yaml: [{op: add, path: /spec/containers/0, value: {name: a}}]',
      'the first container is not etcd',
    ],
  ])('by %s', (_what, patches, fact) => {
    expect(findingsOf({ patches }).map(({ fact: told }) => told)).toContainEqual(
      expect.stringContaining(fact),
    );
  });

  test('of the log, where it has a folder of its own', () => {
    const patches = 'etcd.yaml: {spec: {volumes: [{name: etcd-wal, hostPath: {path: /x}}]}}';
    expect(patchesOf(patches)).toHaveLength(1);
    expect(findingOf({ patches, 'wal-dir': '/wal' }).fact).toContain('/wal is not mounted from /wal');
  });

  test('at the port that the inputs name', () => {
    const patches =
      'etcd+json.yaml: [{op: test, path: /spec/containers/0/ports/0/containerPort, value: 9381}]';
    expect(patchesOf(patches, { 'metrics-port': '9381' })).toHaveLength(1);
  });
});

describe('what is no patch', () => {
  test.each([
    ['[etcd.yaml]', 'patches', 'neither a mapping of file names'],
    ['etcd.yml: {}', 'patches, line 1, column 1', '"etcd.yml" is not the name of a patch'],
    ['kube-apiserver.yaml: {spec: {}}', 'patches, line 1, column 1', 'is not the name of a patch'],
    ['etcd.yaml:', 'patches, line 1, column 1', 'the patch is empty'],
    ['etcd.yaml: text', 'patches, line 1, column 1', 'is a mapping of the pod'],
    ['etcd+json.yaml: {op: add}', 'patches, line 1, column 1', 'is a list of operations'],
    [
      'etcd+json.yaml: [{op: remove, path: /spec/nodeName}]',
      'patches, line 1, column 1',
      'there is no /spec/nodeName',
    ],
    ['etcd.yaml: {spec: {$patch: replace}}', 'patches, line 1, column 1', '$patch is an order to the merge'],
    [
      block('etcd.yaml', 'spec:\n  a: [1'),
      'patches, line 1, column 1, line 3, column 1 of the patch',
      'this is not YAML',
    ],
    [block('etcd.yaml', 'spec: *nobody'), 'patches, line 1, column 1', 'aliases cannot be resolved'],
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
      { at: 'patches (p/etcd.yml)', cause: 'kubeadm knows the endings .yaml and .json alone.' },
    ]);
    expect(folderFindings({ path: 'p', problem: { fact: 'gone.' } })).toEqual([
      { at: 'patches', fact: 'gone.' },
    ]);
  });

  test('each is told, and the others are tried without it', () => {
    const findings = findingsOf({
      patches: 'etcd0.yaml: {spec: {hostNetwork: false}}\netcd1.yaml: {spec: {restartPolicy: Never}}\n',
    });
    expect(findings.map(({ at, fact }) => [at, fact])).toEqual([
      ['patches, line 1, column 1', expect.stringContaining('hostNetwork')],
      ['patches, line 2, column 1', expect.stringContaining('restartPolicy')],
    ]);
  });

  function folderFindings(patches: InputFolder): readonly Finding[] {
    try {
      parseSettings({ ...given, patches: patches.path }, run, { patches });
    } catch (error) {
      if (error instanceof Refusal) return error.findings;
      throw error;
    }
    return [];
  }
});
