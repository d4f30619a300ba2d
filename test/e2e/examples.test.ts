import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Lab } from '../../lab/client.ts';
import { buildFamily } from '../../lab/programs/build.ts';
import { act, actionlint, age } from '../../lab/programs/families.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { filesBelow, read, ROOT } from '../docs/repository.ts';
import { DOES_NOTHING, runAct, type ActOptions, type ActRun } from '../github/act.ts';
import { runChild } from '../github/child.ts';
import { repositoryIn, type Issue } from '../github/gh-stand-in.ts';
import { ResultsService } from '../github/results-service.ts';
import { exampleProblems } from '../workflows/example-problems.ts';
import { freshLab, labKey, REPOSITORY } from './support/action-in-lab.ts';
import { type Identity, newIdentity } from './support/backups.ts';
import { waitReady } from './support/etcd.ts';
import { exportImages } from './support/images.ts';
import { ObjectStore, type Statement } from './support/object-store.ts';

// nektos/act runs every workflow of the examples in host mode with only the addresses changed: triggers, expressions,
// secrets, variables, job outputs, `needs`, `if`, matrix, main and post are the workflow's own. Stand-ins: act treats
// an environment's secrets and variables as those of the repository and waits for no approval; actions/checkout is
// act's own; terraform-stand-in.ts is Terraform with its state; ResultsService is GitHub's artifact storage;
// gh-stand-in.ts is `gh` and the issues of the repository; configure-aws-credentials-stand-in.yml is AWS's exchange of
// tokens, before a real server of S3. act masks only whole values: other tests cover masking, with the runner's own rules.

jest.setTimeout(10 * 60_000);

/** The cluster of most examples, and two of one member each for the matrix. */
const MEMBERS = ['infra0', 'infra1', 'infra2'];

let lab: Lab;
let programs: { readonly act: string; readonly actionlint: string };
let service: ResultsService;
/** The server of S3, while a test has one. */
let store: ObjectStore | undefined;
let folder: string;
beforeAll(async () => {
  const build = async (family: typeof act): Promise<string> =>
    join(await buildFamily(family, (line) => process.stderr.write(`${line}\n`)), family.name);
  programs = { act: await build(act), actionlint: await build(actionlint) };
  lab = await freshLab({ hosts: 6 });
  service = await ResultsService.start({ wrap: (argv) => lab.inRunner(argv) });
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await service.stop();
  await lab.down();
});

const executed = new Set<string>();
/** The keys of the backups. */
let identity: Identity | undefined;

function identityOf(): Identity {
  if (identity === undefined) throw new Error('backup.yml was not run');
  return identity;
}

function addressOf(name: string): string {
  const host = lab.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw new Error(`the lab has no host ${name}`);
  return host.address;
}

/** Returns the variables of the repository that the examples need. */
function variables(): Record<string, string> {
  return { SSH_KNOWN_HOSTS: lab.knownHosts, ETCD_HOSTS: MEMBERS.map(addressOf).join(', ') };
}

/** Returns the secrets that every job has. */
function secrets(): Record<string, string> {
  return { SSH_PRIVATE_KEY: labKey(lab), GITHUB_TOKEN: 'a-token' };
}

/**
 * Runs a workflow as GitHub would.
 * @throws Error with its log if it does not end as expected.
 */
async function runWorkflow(
  workflow: string,
  options: Partial<ActOptions> & { readonly fails?: boolean } = {},
): Promise<ActRun & { readonly text: string }> {
  const { fails = false, ...rest } = options;
  const run = await runAct({
    act: programs.act,
    action: REPOSITORY,
    workflow,
    secrets: secrets(),
    programs: {
      gh: join(ROOT, 'test/github/gh-stand-in.ts'),
      terraform: join(ROOT, 'test/github/terraform-stand-in.ts'),
      aws: join(ROOT, 'test/github/aws-stand-in.ts'),
    },
    env: { ...service.env, GH_STAND_IN: join(folder, 'repository.json'), ...store?.env },
    wrap: (argv) => lab.inRunner(argv),
    timeoutMs: 5 * 60_000,
    ...rest,
    variables: { ...variables(), ...rest.variables },
  });
  const text = run.log.join('\n');
  if ((run.exitCode !== 0) !== fails) throw new Error(text);
  return { ...run, text };
}

/** Runs an example with the edits of a user. */
function runExample(
  name: string,
  options: Parameters<typeof runWorkflow>[1] = {},
  edits: Readonly<Record<string, string>> = {},
): ReturnType<typeof runWorkflow> {
  const file = `workflows-examples/${name}.yml`;
  executed.add(file);
  let workflow = read(file);
  for (const [from, to] of Object.entries(edits)) {
    if (!workflow.includes(from)) throw new Error(`${file} has no ${from}`);
    workflow = workflow.replaceAll(from, to);
  }
  return runWorkflow(workflow, options);
}

// The linter in the unit tests is of 2022; this one knows GitHub's present features.
test('a current actionlint finds nothing in any workflow', async () => {
  const files = [...filesBelow('.github/workflows', '.yml'), ...filesBelow('workflows-examples', '.yml')];
  const lines: string[] = [];
  const { exitCode } = await runChild({
    argv: [programs.actionlint, '-shellcheck=', '-pyflakes=', ...files],
    cwd: ROOT,
    env: {},
    onLine: (line) => lines.push(line),
    timeoutMs: 60_000,
  });
  expect(lines).toEqual([]);
  expect(exitCode).toBe(0);
});

test('preflight.yml examines untouched hosts', async () => {
  const { text } = await runExample('preflight', { event: 'schedule' });
  expect(text).toContain('was examined');
});

test("the README's quick start makes a healthy cluster", async () => {
  const [quickStart = ''] = codeBlocks(read('README.md'), 'yaml').filter((block) => /^jobs:/m.test(block));
  const edited = quickStart.replace(
    /^( +hosts:) .*$/m,
    `$1 ${MEMBERS.map((name) => `${name}=${addressOf(name)}`).join(', ')}`,
  );
  const { text } = await runWorkflow(edited);
  expect(text).toContain('The cluster is healthy (create).');
});

// kubeadm itself is the lab's, and connects to etcd with the files of the hand-over. test/control-plane covers a
// running control plane.
test('control-plane.yml hands the cluster over, and kubeadm finds there what it asks for first', async () => {
  await lab.sh('infra5', 'ip route add default via 10.77.0.1');
  const elsewhere = [
    'NumCPU',
    'Mem',
    'ImagePull',
    'SystemVerification',
    'FileContent--proc-sys-net-ipv4-ip_forward',
  ];
  const run = () =>
    runExample(
      'control-plane',
      {
        variables: {
          CONTROL_PLANE_HOSTS: `cp0=${addressOf('infra5')}`,
          CONTROL_PLANE_ENDPOINT: `${addressOf('infra5')}:6443`,
        },
      },
      {
        'kubeadm init --config /etc/kubernetes/kubeadm.yaml --upload-certs': `kubeadm init phase preflight --config /etc/kubernetes/kubeadm.yaml --ignore-preflight-errors=${elsewhere.join(',')}`,
      },
    );
  const { text } = await run();
  expect(text).toMatch(/\[cp0\] done: verify client certificate/);
  expect(text).toContain('[preflight] Running pre-flight checks');
  await lab.sh('infra5', 'touch /etc/kubernetes/admin.conf');
  expect((await run()).text).toContain('The control plane is there already.');
});

describe('plan-and-apply.yml', () => {
  const changed = { variables: { ETCD_KUBELET_CONFIG: 'maxPods: 42' } };

  test('carries out the plan that it has made', async () => {
    const { text } = await runExample('plan-and-apply', changed);
    expect(text).toMatch(/apply\S* .*The cluster is healthy \(converge\)\./);
  });

  test('asks for no approval where nothing is to be done', async () => {
    const { text } = await runExample('plan-and-apply', changed);
    expect(text).toMatch(/plan\S* .*unchanged/);
    expect(text).not.toMatch(/apply\S* .*Main Apply/);
  });
});

test('bootstrap.yml hands its outputs to the job of the control plane', async () => {
  const { text } = await runExample('bootstrap', {
    inputs: { 'cluster-name': 'etcd', 'key-algorithm': 'RSA-2048', 'upload-artifacts': 'true' },
    variables: { ETCD_KUBELET_CONFIG: 'maxPods: 42' },
  });
  const endpoints = MEMBERS.map((name) => `https://${addressOf(name)}:2379`).join(',');
  expect(text).toContain(`etcd answers at ${endpoints}; CA `);
  expect(text).toContain('kind: ClusterConfiguration');
  expect(await service.artifacts()).not.toEqual([]);
});

test('scheduled.yml changes nothing where nothing is to be done', async () => {
  const { text } = await runExample('scheduled', {
    event: 'schedule',
    variables: { ETCD_KUBELET_CONFIG: 'maxPods: 42' },
  });
  expect(text).toContain('The cluster is healthy; nothing was changed.');
});

/** The folder with the artifacts of a run, for the stand-in of `gh`. */
const ARTIFACTS_OF_RUN = 'artifacts/1700';

test('backup.yml leaves an artifact that the key decrypts to a snapshot of etcd', async () => {
  const programs = await buildFamily(age, (line) => process.stderr.write(`${line}\n`));
  identity = newIdentity(join(programs, 'age-keygen'), folder);
  const { file: key, recipient } = identity;
  const before = (await service.artifacts()).length;
  const { text } = await runExample('backup', {
    event: 'schedule',
    variables: { BACKUP_RECIPIENTS: recipient },
  });
  expect(text).toMatch(/keys and values up to revision \d+ equal those of infra0, infra1, infra2/);
  const [artifact] = (await service.artifacts()).slice(before);
  for (const { name, content } of artifact?.entries ?? []) {
    const path = join(folder, ARTIFACTS_OF_RUN, 'etcd-backup', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const file = artifact?.entries.find(({ name }) => name === 'backup/etcd.db.age');
  const database = execFileSync(join(programs, 'age'), ['-d', '-i', key], {
    input: file?.content ?? '',
    maxBuffer: 1024 ** 3,
  });
  // pages of bbolt, and the SHA-256 of them at the end (etcdutl, hasChecksum)
  expect(database.length % 512).toBe(32);
  const digest = createHash('sha256').update(database.subarray(0, -32)).digest();
  expect(digest.equals(database.subarray(-32))).toBe(true);
});

describe('health.yml', () => {
  /** The window only costs time. */
  const once = { 'metrics-window: 35s': 'metrics-window: 0s' };
  const issues = (): Issue[] => repositoryIn(join(folder, 'repository.json')).issues;

  test('opens no issue for a healthy cluster', async () => {
    await runExample('health', { event: 'schedule' }, once);
    expect(issues()).toEqual([]);
  });

  test('opens one issue while a member is down, brings it up to date, and closes it afterwards', async () => {
    const stopEtcd = `systemctl stop kubelet && crictl stop "$(crictl ps --quiet --name '^etcd$')"`;
    await lab.sh('infra2', stopEtcd);
    await runExample('health', { event: 'schedule', fails: true }, once);
    const opened = issues();
    expect(opened).toMatchObject([{ title: 'etcd is not healthy', labels: ['etcd-health'], state: 'open' }]);
    expect(opened[0]?.body).toMatch(/infra2|2 of 3/);

    await runExample('health', { event: 'schedule', fails: true }, once);
    expect(issues()).toMatchObject([{ number: 1, state: 'open', comments: [] }]);

    await lab.sh('infra2', 'systemctl start kubelet');
    await waitReady(lab, 'infra2');
    await runExample('health', { event: 'schedule' }, once);
    expect(issues()).toMatchObject([
      { state: 'closed', comments: [expect.stringContaining('Healthy again')] },
    ]);
  });
});

test('private-network.yml examines the hosts, then deploys', async () => {
  const { text } = await runExample('private-network');
  expect(text).toMatch(/preflight\S* .*was examined[^]*deploy\S* .*The cluster is healthy/);
});

test('bastion.yml reaches the hosts through another one', async () => {
  const bastion = `${lab.sshUser}@${addressOf('infra3')}`;
  const { text } = await runExample('bastion', {
    secrets: { SSH_PRIVATE_KEY: labKey(lab), SSH_BASTION_PRIVATE_KEY: labKey(lab) },
    variables: { SSH_BASTION: bastion },
  });
  expect(text).toContain(`this runner → ${bastion}:22 → `);
  expect(text).toContain('The cluster is healthy; nothing was changed.');
});

test('air-gapped.yml brings a host its images', async () => {
  const { etcd, pause, archive } = await exportImages(lab, 'infra4', folder);
  await lab.sh('infra4', `crictl rmi ${etcd} ${pause}`);
  execFileSync('gzip', ['-1', archive]);
  const fetched = `${archive}.gz`;
  const run = (sha256: string, fails = false): ReturnType<typeof runWorkflow> =>
    runExample('air-gapped', {
      fails,
      variables: {
        ETCD_HOSTS: addressOf('infra4'),
        ETCD_IMAGES_URL: pathToFileURL(fetched).href,
        ETCD_IMAGES_SHA256: sha256,
      },
    });
  expect((await run('0'.repeat(64), true)).text).not.toContain('Main Deploy');
  const { text } = await run(createHash('sha256').update(readFileSync(fetched)).digest('hex'));
  expect(text.match(/ imported, sha256:/g)).toHaveLength(2);
  expect(text).toContain('The cluster is healthy (create).');
  await lab.reset('infra4');
});

/** The three hosts as an inventory. */
function inventory(): Record<string, { readonly address: string }> {
  return Object.fromEntries(MEMBERS.map((name) => [name, { address: addressOf(name) }]));
}

test('terraform.yml takes the hosts out of the state', async () => {
  const { text } = await runExample('terraform', {
    files: { 'infrastructure/etcd-hosts.json': JSON.stringify(inventory()) },
    standIns: { 'hashicorp/setup-terraform@5e8dbf3c6d9deaf4193ca7a8fb23f2ac83bb6c85': DOES_NOTHING },
  });
  expect(text).toContain('The cluster is healthy');
});

describe('pull-request.yml', () => {
  const run = (event: string, payload?: unknown): ReturnType<typeof runWorkflow> =>
    runExample('pull-request', {
      event,
      ...(payload !== undefined && { payload }),
      files: { 'etcd/hosts.yaml': JSON.stringify({ hosts: inventory() }) },
    });
  const from = (repository: string): unknown => ({
    pull_request: { number: 7, head: { repo: { full_name: repository } } },
  });

  test('plans, and changes nothing', async () => {
    const { text } = await run('pull_request', from('octo-org/workspace'));
    expect(text).toContain('This was a dry run: nothing was changed on any host.');
    expect(text).not.toContain('Main Deploy');
  });

  test('does nothing for a fork', async () => {
    const { text } = await run('pull_request', from('fork/workspace'));
    expect(text).not.toMatch(/Main (?:Plan|Deploy)/);
  });

  test('deploys the merged change', async () => {
    const { text } = await run('push');
    expect(text).toContain('The cluster is healthy');
    expect(text).not.toContain('Main Plan');
  });
});

test('several-clusters.yml makes each cluster of its matrix', async () => {
  const { text } = await runExample(
    'several-clusters',
    { inputs: { bootstrap: 'auto' } },
    {
      'infra0=10.0.1.6, infra1=10.0.1.7, infra2=10.0.1.8': addressOf('infra3'),
      'infra0=10.0.2.6, infra1=10.0.2.7, infra2=10.0.2.8': addressOf('infra4'),
    },
  );
  expect(text.match(/The cluster is healthy \(create\)\./g)).toHaveLength(2);
});

test('restore-drill.yml takes a backup and restores it on a spare host; a failure opens an issue', async () => {
  await lab.reset('infra5');
  const { file, recipient } = identityOf();
  const options = {
    event: 'schedule',
    secrets: { ...secrets(), DRILL_IDENTITY: readFileSync(file, 'utf8') },
    variables: { DRILL_RECIPIENT: recipient, DRILL_HOST: addressOf('infra5') },
  } as const;
  const { text } = await runExample('restore-drill', options);
  expect(text).toMatch(
    /the restored etcd has revision \d+, \d+ keys and the hash at revision \d+, as the backup/,
  );
  expect(text).not.toContain('AGE-SECRET-KEY');
  const opened = (): Issue[] =>
    repositoryIn(join(folder, 'repository.json')).issues.filter(({ labels }) =>
      labels.includes('etcd-drill'),
    );
  expect(opened()).toEqual([]);
  const member = { ...options, variables: { ...options.variables, DRILL_HOST: addressOf('infra0') } };
  await runExample('restore-drill', { ...member, fails: true });
  expect(opened()).toHaveLength(1);
});

describe('backup-s3.yml', () => {
  /** The policies of docs/backup.md: of the role that writes, and of the one that reads. */
  const [writing, reading] = codeBlocks(read('docs/backup.md'), 'json').map(
    (block) => (JSON.parse(block) as { readonly Statement: readonly Statement[] }).Statement,
  );
  const BUCKET = 'example-backups';
  const variablesOfStore = {
    BACKUP_BUCKET: BUCKET,
    BACKUP_ROLE: 'arn:aws:iam::123456789012:role/etcd-backup',
    RESTORE_ROLE: 'arn:aws:iam::123456789012:role/etcd-restore',
    AWS_REGION: 'eu-central-1',
  };
  const standIns = {
    'aws-actions/configure-aws-credentials@ec61189d14ec14c8efccab744f656cffd0e33f37': read(
      'test/github/configure-aws-credentials-stand-in.yml',
    ),
  };
  let keys: readonly string[] = [];

  /** The server; the store of this block is made before each of its tests. */
  function s3(): ObjectStore {
    if (store === undefined) throw new Error('there is no server of S3');
    return store;
  }

  beforeAll(async () => {
    store = await ObjectStore.start(lab, ['etcd-backup', 'etcd-restore']);
    await store.makeBucket(BUCKET, { 'etcd-backup': writing ?? [], 'etcd-restore': reading ?? [] });
  });
  afterAll(async () => {
    await store?.stop();
    store = undefined;
  });

  test('leaves a backup and its manifest in the bucket, which the owner of the bucket cannot delete', async () => {
    const before = Date.now();
    await runExample('backup-s3', {
      event: 'schedule',
      standIns,
      variables: { ...variablesOfStore, BACKUP_RECIPIENTS: identityOf().recipient },
    });
    const list = await s3().ask('owner', 's3api', 'list-object-versions', '--bucket', BUCKET);
    const { Versions: versions } = JSON.parse(list) as {
      readonly Versions: readonly { readonly Key: string; readonly VersionId: string }[];
    };
    keys = versions.map(({ Key: key }) => key).toSorted();
    const name = /^etcd\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-revision-\d+\.db\.age$/;
    expect(keys).toEqual([expect.stringMatching(name), `${String(keys[0])}.json`]);
    const removal = { Objects: versions.map(({ Key, VersionId }) => ({ Key, VersionId })) };
    const [answer, ...locks] = await Promise.all([
      s3().ask('owner', 's3api', 'delete-objects', '--bucket', BUCKET, '--delete', JSON.stringify(removal)),
      ...keys.map((key) =>
        s3().ask('owner', 's3api', 'get-object-retention', '--bucket', BUCKET, '--key', key),
      ),
    ]);
    const refused = { Code: 'AccessDenied', Message: expect.stringContaining('object lock') };
    const { Deleted: deleted, Errors: errors } = JSON.parse(answer) as Record<string, unknown>;
    expect(deleted).toBeUndefined();
    expect(errors).toEqual([expect.objectContaining(refused), expect.objectContaining(refused)]);
    for (const lock of locks) {
      const { Retention: retention } = JSON.parse(lock) as {
        readonly Retention: { readonly Mode: string; readonly RetainUntilDate: string };
      };
      expect(retention.Mode).toBe('COMPLIANCE');
      expect(Date.parse(retention.RetainUntilDate) - before).toBeGreaterThan(29.9 * 86_400_000);
    }
  });

  test('and restore.yml, with the steps of docs/restore.md, plans from there', async () => {
    const [steps = ''] = codeBlocks(read('docs/restore.md'), 'yaml').filter((block) =>
      block.includes('aws s3 cp'),
    );
    const edited = read('workflows-examples/restore.yml')
      .replace(/^ {6}run-id:[^]*?\n\n/m, '      key: { type: string, required: true }\n\n')
      .replaceAll('actions: read', 'id-token: write')
      .replaceAll(/^ {6}- name: Download the backup\n[^]*?\n\n/gm, `${steps.replaceAll(/^/gm, '      ')}\n`);
    expect(await exampleProblems(edited)).toEqual([]);
    const { text } = await runWorkflow(edited, {
      job: 'plan',
      standIns,
      inputs: { key: keys[0] ?? '' },
      secrets: { ...secrets(), BACKUP_IDENTITY: readFileSync(identityOf().file, 'utf8') },
      variables: { ...variablesOfStore, ETCD_HOSTS: addressOf('infra5') },
    });
    const [, revision = ''] = /revision-(\d+)/.exec(keys[0] ?? '') ?? [];
    expect(text).toMatch(
      new RegExp(`verify restored data: \\d+ keys of revision ${revision} on every member`),
    );
    expect(text).toContain('nothing has been changed');
  });
});

test('restore.yml plans, and restores the artifact of a run onto reinstalled hosts', async () => {
  await Promise.all(MEMBERS.map((name) => lab.reset(name)));
  const { text } = await runExample('restore', {
    inputs: { 'run-id': '1700', artifact: 'etcd-backup' },
    secrets: { ...secrets(), BACKUP_IDENTITY: readFileSync(identityOf().file, 'utf8') },
  });
  expect(text).toMatch(/apply\S* .*The cluster is healthy \(restore\)\./);
});

/** There is no server here that these could write to. */
const ONLY_LINTED = ['workflows-examples/backup-azure.yml', 'workflows-examples/backup-gcs.yml'];

test('no example was left out', () => {
  expect([...executed, ...ONLY_LINTED].toSorted()).toEqual(filesBelow('workflows-examples', '.yml'));
});
