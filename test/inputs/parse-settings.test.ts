import { NO_IDENTITIES } from '../../src/backup/identities.ts';
import { describe, expect, test } from '@jest/globals';
import { OPERATION_INPUTS } from '../../src/operations/index.ts';
import { RunError } from '../../src/findings.ts';
import { parseSettings } from '../../src/inputs/parse-settings.ts';
import { findingOf, findingsOf, run, settingsOf, sshKey } from './given.ts';

test('the least that is given becomes settings with all defaults', () => {
  expect(settingsOf({})).toEqual({
    operation: 'deploy',
    dryRun: false,
    restore: { from: '', identities: NO_IDENTITIES, drill: false },
    backup: {
      path: '/runner/temp/etcd-etcd-20261123T170000Z-0badcafe.db.age',
      isOwnPath: true,
      recipients: [],
    },
    bootstrap: 'auto',
    diskTest: false,
    patchTrial: true,
    clusterName: 'etcd',
    controlPlane: [],
    hosts: ['10.0.0.6', '10.0.0.7', '10.0.0.8'].map((address) => ({
      address,
      transport: 'ssh2',
      login: { address, port: 22, user: 'ubuntu' },
    })),
    ssh: {
      identity: {
        kind: 'key',
        key: { key: expect.anything(), type: 'ssh-ed25519', fingerprint: expect.stringMatching(/^SHA256:/) },
      },
      hostKeys: { knownHosts: [expect.objectContaining({ line: 1 })], fingerprints: [], policy: 'strict' },
      connectTimeoutSeconds: 20,
      bastions: [],
    },
    caCustody: 'first-host',
    certificates: { keyAlgorithm: 'RSA-2048', leafDays: 365, authorityDays: 3650, extraSans: [] },
    renewBeforeDays: 30,
    copiedClientCertificates: [],
    clientPort: 2379,
    peerPort: 2380,
    metricsPort: 2381,
    dataDir: '/var/lib/etcd',
    extraArgs: [],
    patches: [],
    kubeletConfig: {},
    health: expect.objectContaining({ failOn: 'fail' }),
    artifacts: { upload: true, isOwnName: true, name: 'etcd-ha-etcd-2-0badcafe' },
    lockTimeoutSeconds: 120,
    timeoutSeconds: 1800,
    run: run.identity,
    inputDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    warnings: [],
  });
});

test('everything that can be given', () => {
  expect(
    settingsOf({
      operation: 'deploy',
      'dry-run': 'TRUE',
      'approved-plan': `sha256:${'AB'.repeat(32)}`,
      bootstrap: 'allow',
      hosts: 'infra0=10.0.0.6',
      'cluster-name': 'prod-1',
      'ssh-port': '2222',
      'key-algorithm': 'RSA-4096',
      'certificate-validity-days': '180',
      'ca-validity-days': '1825',
      'extra-sans': 'etcd.example.com',
      'renew-before-days': '60',
      'client-certificate-copied': 'ab'.repeat(32),
      'client-port': '12379',
      'peer-port': '12380',
      'data-dir': '/data/etcd',
      'image-repository': 'registry.example:5000/k8s',
      'etcd-image-tag': '3.6.5-0',
      'extra-args': 'snapshot-count: 5000',
      'kubelet-config': 'failSwapOn: false',
      'upload-artifacts': 'FALSE',
      'artifact-name': 'report',
      'artifact-retention-days': '30',
      'lock-timeout': '0s',
      timeout: '1h30m',
    }),
  ).toMatchObject({
    dryRun: true,
    approvedPlan: 'ab'.repeat(32),
    bootstrap: 'allow',
    clusterName: 'prod-1',
    hosts: [{ name: 'infra0', address: '10.0.0.6', login: { address: '10.0.0.6', port: 2222 } }],
    certificates: {
      keyAlgorithm: 'RSA-4096',
      leafDays: 180,
      authorityDays: 1825,
      extraSans: ['etcd.example.com'],
    },
    renewBeforeDays: 60,
    copiedClientCertificates: [Array(32).fill('AB').join(':')],
    clientPort: 12379,
    peerPort: 12380,
    dataDir: '/data/etcd',
    imageRepository: 'registry.example:5000/k8s',
    etcdImageTag: '3.6.5-0',
    extraArgs: [{ name: 'snapshot-count', value: '5000' }],
    kubeletConfig: { failSwapOn: false },
    artifacts: { upload: false, name: 'report', retentionDays: 30 },
    lockTimeoutSeconds: 0,
    timeoutSeconds: 5400,
  });
});

test('an input that is given empty has its default, as a scheduled run without inputs leaves it', () => {
  const empty = {
    operation: '',
    'cluster-name': ' ',
    'client-port': '',
    'upload-artifacts': '',
    'dry-run': '',
    bootstrap: '',
    'renew-before-days': ' ',
    'lock-timeout': '',
    timeout: '',
  };
  expect({ ...settingsOf(empty), ssh: undefined }).toEqual({ ...settingsOf({}), ssh: undefined });
});

test('settings cannot be changed, at any depth', () => {
  const settings = settingsOf({ 'kubelet-config': 'evictionHard: { memory.available: 100Mi }' });
  expect(Object.isFrozen(settings)).toBe(true);
  expect(Object.isFrozen(settings.hosts[0])).toBe(true);
  expect(Object.isFrozen(settings.kubeletConfig['evictionHard'])).toBe(true);
});

test('nothing at all: every required input is named, at once', () => {
  let refusal: unknown;
  try {
    parseSettings({}, run, OPERATION_INPUTS);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(RunError);
  expect((refusal as RunError).findings.map(({ at }) => at)).toEqual([
    'hosts',
    'ssh-user',
    'ssh-private-key',
    'ssh-known-hosts',
  ]);
});

test('every bad value is reported at once, each with its fix', () => {
  const findings = findingsOf({
    operation: 'deplyo',
    'dry-run': 'maybe',
    'approved-plan': 'yes',
    bootstrap: 'sometimes',
    'disk-test': 'quick',
    hosts: '10.0.0.6, infra1, 127.0.0.1',
    'cluster-name': 'Prod',
    'ssh-user': 'root@10.0.0.6',
    'ssh-port': 'ssh',
    'ca-key': sshKey,
    'key-algorithm': 'rsa',
    'certificate-validity-days': '0',
    'ca-validity-days': 'forever',
    'extra-sans': 'Etcd',
    'renew-before-days': 'soon',
    'client-certificate-copied': 'all',
    'client-port': '2381',
    'peer-port': '0',
    'data-dir': 'etcd',
    'image-repository': 'https://registry.k8s.io',
    'etcd-image-tag': 'latest',
    'extra-args': 'name: x',
    'kubelet-config': 'address: 0.0.0.0',
    'upload-artifacts': 'yes',
    'artifact-name': 'a/b',
    'artifact-retention-days': '-1',
    'lock-timeout': '0',
    timeout: '10',
    user: 'x',
  });
  expect(findings.map(({ at }) => at)).toEqual([
    'user',
    'operation',
    'dry-run',
    'approved-plan',
    'bootstrap',
    'disk-test',
    'cluster-name',
    'hosts, entry 2',
    'hosts, entry 3',
    'ssh-user',
    'ssh-port',
    'peer-port',
    'metrics-port',
    'ca-certificate',
    'key-algorithm',
    'certificate-validity-days',
    'ca-validity-days',
    'extra-sans, entry 1',
    'renew-before-days',
    'client-certificate-copied, entry 1',
    'data-dir',
    'image-repository',
    'etcd-image-tag',
    'extra-args, line 1, column 1',
    'kubelet-config, line 1, column 1',
    'upload-artifacts',
    'artifact-name',
    'artifact-retention-days',
    'lock-timeout',
    'timeout',
  ]);
  expect(findings.filter(({ fact, fix }) => !fact.endsWith('.') || fix === '')).toEqual([]);
});

describe('names that are no inputs', () => {
  test.each([
    ['user', 'ssh-user'],
    ['username', 'ssh-user'],
    ['host', 'hosts'],
    ['key', 'ssh-private-key'],
    ['port', 'ssh-port'],
    ['ssh_private_key', 'ssh-private-key'],
    ['ssh-privte-key', 'ssh-private-key'],
    ['known_hosts', 'ssh-known-hosts'],
    ['ssh-knownhosts', 'ssh-known-hosts'],
    ['ca-cert', 'ca-certificate'],
    ['clusterName', 'cluster-name'],
    ['datadir', 'data-dir'],
    ['timeouts', 'timeout'],
    ['artefact-name', 'artifact-name'],
  ])('%s: %s is meant', (written, meant) => {
    expect(findingOf({ [written.toLowerCase()]: 'x' })).toMatchObject({
      at: written.toLowerCase(),
      fix: `did you mean ${meant}?`,
    });
  });

  // A workflow's env may contain it, and the runner passes inputs in the same way.
  test('one that is near to nothing is a warning, which leads to the list', () => {
    const [warning] = settingsOf({ frobnicate: '' }).warnings;
    expect(warning).toMatchObject({ at: 'INPUT_FROBNICATE', fix: expect.stringContaining('README.md') });
  });

  test('names that every JavaScript object knows are no exception', () => {
    expect(settingsOf({ constructor: '1' }).warnings.map(({ at }) => at)).toEqual(['INPUT_CONSTRUCTOR']);
  });
});

describe('cluster-name', () => {
  test.each([['a'], ['etcd-1'], ['0'], ['a'.repeat(63)]])('%s', (name) => {
    expect(settingsOf({ 'cluster-name': name }).clusterName).toBe(name);
  });
  test.each([['Etcd'], ['a_b'], ['a.b'], ['-a'], ['a-'], ['a'.repeat(64)], ['a b'], ['a/../b'], ['é']])(
    'refuses %s',
    (name) => {
      expect(findingOf({ 'cluster-name': name }).at).toBe('cluster-name');
    },
  );
});

describe('an environment variable with the name of an input', () => {
  test.each(['environment', 'path', 'image', 'token', 'my_thing', 'node-version'])(
    'INPUT_%s of a stranger is a warning that names it',
    (name) => {
      expect(settingsOf({ [name]: 'production' }).warnings).toEqual([
        expect.objectContaining({
          at: `INPUT_${name.toUpperCase()}`,
          fact: expect.stringContaining('looks like an input of this action'),
        }),
      ]);
    },
  );

  test.each([
    ['ssh_user', 'ssh-user'],
    ['host', 'hosts'],
    ['lock-timout', 'lock-timeout'],
    ['patch', 'patches'],
  ])('%s is a slip for %s', (name, meant) => {
    expect(findingOf({ [name]: 'x' })).toMatchObject({
      at: name,
      cause: expect.stringContaining(`INPUT_${name.toUpperCase()}`),
      fix: expect.stringContaining(`did you mean ${meant}?`),
    });
  });
});
