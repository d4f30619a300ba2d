import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { RunError } from '../../src/findings.ts';
import { KUBEADM_CONFIG, KUBELET_CONFIG, PKI_DIR, STATE_FILE } from '../../src/kubeadm/paths.ts';
import {
  type ArtifactClient,
  artifactFiles,
  type ArtifactUpload,
  checkArtifactFiles,
  type TextFile,
  uploadArtifact,
} from '../../src/report/artifacts.ts';
import { removeStagedArtifacts } from '../../src/runner/private-folder.ts';
import { ResultsService } from '../github/results-service.ts';
import { rsaKey } from '../runner/masking/keys.ts';
import { redactorOf } from '../runner/masking/redactor.ts';
import { healthDocument } from './samples.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n';
const files: readonly TextFile[] = [
  { path: 'infra0/kubeadmcfg.yaml', content: 'kind: InitConfiguration\n' },
  { path: 'infra0/pki/etcd/ca.crt', content: certificate },
  { path: 'health-report.json', content: '{}\n' },
];

describe('which files', () => {
  test('of the facts of the hosts, only the listed ones', () => {
    const publicFiles = new Map([
      [
        'infra0',
        new Map([
          [KUBEADM_CONFIG, 'a'],
          [KUBELET_CONFIG, 'b'],
          [STATE_FILE, 'c'],
          ['/etc/kubernetes/manifests/etcd.yaml', 'd'],
          [`${PKI_DIR}/etcd/server.crt`, 'e'],
          [`${PKI_DIR}/apiserver-etcd-client.crt`, 'f'],
          [`${PKI_DIR}/etcd/server.key`, 'g'],
          ['/etc/shadow', 'h'],
        ]),
      ],
    ]);
    const chosen = artifactFiles({ publicFiles, health: healthDocument, externalEtcdConfig: 'i' });
    expect(chosen.map(({ path }) => path)).toEqual([
      'infra0/kubeadmcfg.yaml',
      'infra0/manifests/etcd.yaml',
      'infra0/pki/etcd/server.crt',
      'infra0/pki/apiserver-etcd-client.crt',
      'external-etcd.yaml',
      'health-report.json',
    ]);
    const [last] = chosen.slice(-1) as TextFile[];
    expect(JSON.parse(last?.content ?? '')).toEqual(healthDocument);
    expect(last?.content).toMatch(/^\{\n {2}"schemaVersion": 1,/);
    expect(() => checkArtifactFiles(chosen, redactorOf())).not.toThrow();
  });

  test.each([
    'infra0/pki/etcd/ca.key',
    'infra0/pki/../../../x.crt',
    '../infra0/kubeadmcfg.yaml',
    'infra0/../kubeadmcfg.yaml',
    '/etc/kubernetes/manifests/etcd.yaml',
    'infra0/state.json',
    'health-report.json.bak',
    'infra0/.hidden/kubeadmcfg.yaml',
    'INFRA0/kubeadmcfg.yaml',
    'a\nb/kubeadmcfg.yaml',
    '',
  ])('%j may not leave', (path) => {
    expect(() => checkArtifactFiles([{ path, content: '' }], redactorOf())).toThrow(
      'this file must not be uploaded',
    );
  });

  test.each([
    ['a key', rsaKey.text],
    ['a key behind a certificate', certificate + rsaKey.text],
    ['a key in base64', Buffer.from(rsaKey.text).toString('base64')],
    ['a line of the CA key', `x: ${rsaKey.text.split('\n')[12] ?? ''}`],
    ['the passphrase', 'x: correct horse battery'],
    ['the passphrase in hex', Buffer.from('correct horse battery').toString('hex')],
  ])('nor anything that holds %s', (_what, content) => {
    const redactor = redactorOf(rsaKey.text, 'correct horse battery');
    const check = (): void =>
      checkArtifactFiles([{ path: 'infra0/pki/etcd/ca.crt', content }, ...files], redactor);
    expect(check).toThrow(RunError);
    expect(check).toThrow(
      /^the artifact was not uploaded:\n- artifact infra0\/pki\/etcd\/ca\.crt: it holds [^\n]*$/,
    );
  });
});

let runnerTemp: string;
let warnings: string[];

beforeEach(() => {
  runnerTemp = mkdtempSync(join(tmpdir(), 'runner-temp-'));
  warnings = [];
});
afterEach(() => rmSync(runnerTemp, { recursive: true }));

const log = {
  info: () => undefined,
  warning: (message: string) => void warnings.push(message),
  debug: () => undefined,
  host: () => log,
};

function upload(changes: Partial<ArtifactUpload>): ReturnType<typeof uploadArtifact> {
  return uploadArtifact({
    files,
    name: 'report',
    redactor: redactorOf(),
    log,
    environment: {
      RUNNER_TEMP: runnerTemp,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'org/repo',
      GITHUB_RUN_ID: '7',
      ACTIONS_RUNTIME_TOKEN: 'x',
      ACTIONS_RESULTS_URL: 'https://results',
    },
    ...changes,
  });
}

function client(uploadArtifact: ArtifactClient['uploadArtifact']): Pick<ArtifactUpload, 'loadClient'> {
  return { loadClient: () => Promise.resolve({ uploadArtifact }) };
}

describe('on the way to the service', () => {
  test('files lie in a private folder as long as the client needs them, and no longer', async () => {
    const seen: { path: string; mode: string; text: string }[] = [];
    const result = await upload({
      retentionDays: 5,
      ...client((name, paths, root, options) => {
        expect({ name, options }).toEqual({ name: 'report', options: { retentionDays: 5 } });
        expect((statSync(root).mode & 0o777).toString(8)).toBe('700');
        for (const path of paths) {
          const mode = (statSync(path).mode & 0o777).toString(8);
          seen.push({ path: relative(root, path), mode, text: readFileSync(path, 'utf8') });
        }
        return Promise.resolve({ id: 42 });
      }),
    });
    expect(seen).toEqual(files.map(({ path, content }) => ({ path, mode: '600', text: content })));
    expect(result).toEqual({ id: '42', url: 'https://github.com/org/repo/actions/runs/7/artifacts/42' });
    expect(readdirSync(runnerTemp)).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test('a file that may not leave: nothing is written, the client is not loaded', async () => {
    const bad = [...files, { path: 'infra0/kubeadmcfg.yaml', content: rsaKey.text }];
    const loadClient = (): never => {
      throw new Error('loaded');
    };
    await expect(upload({ files: bad, loadClient })).rejects.toThrow(RunError);
    expect(readdirSync(runnerTemp)).toEqual([]);
  });

  test('no files: no artifact, no warning', async () => {
    expect(await upload({ files: [] })).toBeUndefined();
    expect(warnings).toEqual([]);
  });
});

describe('what keeps the service from taking it is a warning', () => {
  test('an error of the client', async () => {
    expect(await upload(client(() => Promise.reject(new Error('quota reached'))))).toBeUndefined();
    expect(warnings).toEqual(['The artifact was not uploaded: quota reached']);
    expect(readdirSync(runnerTemp)).toEqual([]);
  });

  test('a name that is taken, with its usual cause', async () => {
    await upload(client(() => Promise.reject(new Error('(409) Conflict: already exists'))));
    expect(warnings[0]).toContain('Usual cause: a matrix');
  });

  test('a client that does not come to an end: given up, its later failure does no harm, its files stay for it', async () => {
    const { promise, reject } = Promise.withResolvers<{ id: number }>();
    const start = performance.now();
    expect(await upload({ deadlineMs: 50, ...client(() => promise) })).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(warnings).toEqual([expect.stringContaining('within 0.05 s')]);
    expect(readdirSync(runnerTemp)).toHaveLength(1);
    reject(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(readdirSync(runnerTemp)).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  test.each([
    ['no token', { ACTIONS_RUNTIME_TOKEN: '' }, 'offers no artifact service'],
    ['no service', { ACTIONS_RESULTS_URL: undefined }, 'offers no artifact service'],
    [
      'GitHub Enterprise Server',
      { GITHUB_SERVER_URL: 'https://git.example.org' },
      'git.example.org is a GitHub Enterprise Server',
    ],
    ['no folder', { RUNNER_TEMP: '' }, 'RUNNER_TEMP'],
  ])('%s', async (_what, changes, words) => {
    const environment = {
      RUNNER_TEMP: runnerTemp,
      ACTIONS_RUNTIME_TOKEN: 'x',
      ACTIONS_RESULTS_URL: 'x',
      ...changes,
    };
    expect(await upload({ environment, ...client(() => Promise.resolve({ id: 1 })) })).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(words)]);
  });
});

test('what a killed run has left is removed, and nothing else', async () => {
  await mkdir(join(runnerTemp, 'etcd-ha-artifact-abc123', 'infra0'), { recursive: true });
  await mkdir(join(runnerTemp, 'other'));
  await removeStagedArtifacts(runnerTemp);
  expect(readdirSync(runnerTemp)).toEqual(['other']);
});

describe('with the real client and a real blob service', () => {
  let service: ResultsService;
  const before = { ...process.env };

  beforeAll(async () => {
    service = await ResultsService.start();
    Object.assign(process.env, service.env);
  }, 60_000);

  afterAll(async () => {
    process.env = before;
    await service.stop();
  });

  function uploadForReal(name: string): ReturnType<typeof uploadArtifact> {
    return uploadArtifact({
      files,
      name,
      retentionDays: 5,
      redactor: redactorOf(),
      log,
      environment: { ...process.env, RUNNER_TEMP: runnerTemp, GITHUB_SERVER_URL: 'https://github.com' },
    });
  }

  test('the artifact arrives whole; a second one of the same name is a warning', async () => {
    const result = await uploadForReal('real');
    const [artifact] = await service.artifacts();
    expect(warnings).toEqual([]);
    expect(result?.id).toBe(String(artifact?.id));
    expect(
      artifact?.entries.map(({ name, content }) => ({ path: name, content: content.toString() })),
    ).toEqual(expect.arrayContaining([...files]));
    expect(artifact?.entries).toHaveLength(files.length);
    expect(await uploadForReal('real')).toBeUndefined();
    expect(warnings[0]).toContain('there is already an artifact "real"');
  }, 30_000);
});
