import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import { buildFamily } from '../../lab/programs/build.ts';
import { age, familiesOf } from '../../lab/programs/families.ts';
import { defaultKubernetesVersion } from '../../lab/settings.ts';
import type { BackupManifest } from '../../src/backup/manifest.ts';
import type { ActionRun } from '../github/runner.ts';
import { ResultsService } from '../github/results-service.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { fill, newIdentity, type Identity } from './support/backups.ts';
import { put, waitReady } from './support/etcd.ts';
import { finding, logOf, succeeded } from './support/expect-run.ts';
import { loseRunner } from './support/faults.ts';
import { changesSince, snapshotHosts } from './support/snapshot.ts';
import { Writer } from './support/writer.ts';

jest.setTimeout(10 * 60_000);

let lab: Lab;
let folder: string;
/** Paths of programs of the lab. */
let programs: { readonly age: string; readonly etcdutl: string };
let identity: Identity;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backups-'));
  const built = (line: string): void => void process.stderr.write(`${line}\n`);
  const ages = await buildFamily(age, built);
  const etcd = familiesOf[defaultKubernetesVersion].find(({ name }) => name.startsWith('etcd-'));
  if (etcd === undefined) throw new Error('the hosts have no etcd');
  programs = {
    age: join(ages, 'age'),
    etcdutl: join(await buildFamily(etcd, built), 'etcdutl'),
  };
  identity = newIdentity(join(ages, 'age-keygen'), folder);
  lab = await freshLab();
  succeeded(await runInLab(lab, deployInputs(lab)));
  await fill(lab);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await lab.down();
});

function without(all: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}

function inputs(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...without(deployInputs(lab), ['kubelet-config']),
    operation: 'backup',
    'backup-recipients': identity.recipient,
    'backup-path': join(mkdtempSync(join(folder, 'run-')), 'etcd.db.age'),
    ...changes,
  };
}

function manifestOf(run: ActionRun): BackupManifest {
  return JSON.parse(readFileSync(run.outputs['backup-manifest'] ?? '', 'utf8')) as BackupManifest;
}

function decrypted(run: ActionRun): string {
  const file = join(mkdtempSync(join(folder, 'plain-')), 'etcd.db');
  execFileSync(programs.age, ['-d', '-i', identity.file, '-o', file, run.outputs['backup-path'] ?? '']);
  return file;
}

const json = (command: string, argv: readonly string[]): Record<string, unknown> =>
  JSON.parse(execFileSync(command, argv, { encoding: 'utf8' })) as Record<string, unknown>;

test('a backup under load is whole, encrypted, and equal to what the members have; no host is changed', async () => {
  const before = await snapshotHosts(lab);
  const writer = await Writer.start(lab);
  const run = succeeded(await runInLab(lab, inputs()));
  const { acknowledged, longestGapMs } = await writer.stop();
  expect(run.outputs).toMatchObject({
    verdict: 'backup',
    changed: 'false',
    healthy: 'true',
    'backup-verified': 'true',
  });
  expect(acknowledged.length).toBeGreaterThan(20);
  expect(longestGapMs).toBeLessThan(2_000);
  const changes = await changesSince(lab, before);
  const isNote = / \/etc\/kubernetes\/etcd-ha-action(?:\/last-backup\.json)?:/;
  expect(changes.filter((change) => !isNote.test(change))).toEqual([]);
  expect(changes.filter((change) => change.includes('last-backup.json'))).toHaveLength(3);

  const manifest = manifestOf(run);
  const validate = new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync('docs/backup-manifest.v1.schema.json', 'utf8')) as object,
  );
  expect(validate(manifest) ? [] : validate.errors).toEqual([]);
  const path = run.outputs['backup-path'] ?? '';
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(manifest.file.sha256);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path).includes('/registry/secrets/')).toBe(false);
  expect(manifest.comparison.members.map(({ result }) => result)).toEqual(['equal', 'equal', 'equal']);
  expect(run.summary).toContain(`revision ${manifest.revision}`);

  // etcd's own tool says the same of the decrypted file, and accepts it for a restore
  const plain = decrypted(run);
  const status = json(programs.etcdutl, ['snapshot', 'status', plain, '-w', 'json']);
  expect(status).toMatchObject({ revision: manifest.revision, totalKey: manifest.keys });
  expect(Number(status['hash']).toString(16)).toBe(manifest.hash);
  const restored = join(folder, 'restored');
  execFileSync(programs.etcdutl, ['snapshot', 'restore', plain, '--data-dir', restored], { stdio: 'ignore' });
  expect(existsSync(join(restored, 'member/snap/db'))).toBe(true);
});

test('a health check reports the age of the backup, or that there is none', async () => {
  const own = without(inputs({ operation: 'health' }), ['backup-recipients', 'backup-path']);
  const fresh = succeeded(await runInLab(lab, { ...own, 'backup-warning-age': '1h' }));
  const report = JSON.parse(fresh.outputs['health-report'] ?? '') as {
    checks: { name: string; status: string; measured: string }[];
  };
  const check = report.checks.find(({ name }) => name === 'backup');
  expect(check?.status).toBe('ok');
  expect(check?.measured).toContain('etcd.db.age');
  const forget = 'rm /etc/kubernetes/etcd-ha-action/last-backup.json';
  await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, forget)));
  const missing = succeeded(await runInLab(lab, { ...own, 'backup-warning-age': '1h' }));
  expect(missing.outputs['findings']).toContain('backup-missing');
});

test('the artifact has the encrypted file and its manifest, and nothing else of the database', async () => {
  const service = await ResultsService.start({ wrap: (argv) => lab.inRunner(argv) });
  try {
    const own = without(inputs({ 'upload-artifacts': 'true' }), ['backup-path']);
    const run = succeeded(await runInLab(lab, own, { artifacts: service.env }));
    const [artifact] = await service.artifacts();
    const backups = (artifact?.entries ?? []).filter(({ name }) => name.startsWith('backup/'));
    expect(backups.map(({ name }) => name).toSorted()).toEqual([
      'backup/etcd.db.age',
      'backup/etcd.db.age.json',
    ]);
    const file = backups.find(({ name }) => name === 'backup/etcd.db.age')?.content ?? Buffer.alloc(0);
    expect(createHash('sha256').update(file).digest('hex')).toBe(run.outputs['backup-sha256']);
    expect(run.outputs['artifact-id']).toBe(String(artifact?.id));
  } finally {
    await service.stop();
  }
});

test('a dry run names the member and the recipients, and writes nothing', async () => {
  const wanted = inputs({ 'dry-run': 'true' });
  const run = succeeded(await runInLab(lab, wanted));
  expect(run.outputs['verdict']).toBe('backup');
  expect(run.outputs['backup-path']).toBeUndefined();
  expect(logOf(run)).toContain(`encrypted to ${identity.recipient}`);
  expect(existsSync(wanted['backup-path'] ?? '')).toBe(false);
});

test('an existing file is not overwritten', async () => {
  const wanted = inputs();
  writeFileSync(wanted['backup-path'] ?? '', 'precious');
  const run = await runInLab(lab, wanted);
  expect(run.conclusion).toBe('failure');
  expect(readFileSync(wanted['backup-path'] ?? '', 'utf8')).toBe('precious');
});

test('a lost runner leaves no file under the name of a backup, and the same run succeeds afterwards', async () => {
  const wanted = inputs();
  const lost = await loseRunner(lab, wanted, { atLine: /Backup: / });
  expect(lost.conclusion).toBe('lost');
  expect(existsSync(wanted['backup-path'] ?? '')).toBe(false);
  expect(succeeded(await runInLab(lab, wanted)).outputs['backup-verified']).toBe('true');
});

test('without a majority the one member that is left is backed up, and the run says what that is worth', async () => {
  const stop = `systemctl stop kubelet && crictl stop "$(crictl ps --quiet --name '^etcd$')"`;
  await put(lab, 'infra2', 'last', 'word');
  for (const host of ['infra0', 'infra1']) await lab.sh(host, stop);
  const run = succeeded(await runInLab(lab, inputs()));
  expect(run.outputs).toMatchObject({ healthy: 'false', 'backup-verified': 'false' });
  expect(manifestOf(run)).toMatchObject({ source: 'infra2', verified: false });
  expect(logOf(run)).toMatch(finding('infra2', 'the cluster has no majority'));
  for (const host of ['infra0', 'infra1']) await lab.sh(host, 'systemctl start kubelet');
  for (const host of ['infra0', 'infra1']) await waitReady(lab, host);
});

test('a host that is down is a warning', async () => {
  await lab.kill('infra0');
  const run = succeeded(await runInLab(lab, inputs()));
  expect(run.outputs).toMatchObject({ healthy: 'false', 'backup-verified': 'true' });
  await lab.start('infra0');
});
