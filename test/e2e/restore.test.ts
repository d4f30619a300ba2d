import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lab/client.ts';
import { buildFamily } from '../../lab/programs/build.ts';
import { age } from '../../lab/programs/families.ts';
import type { BackupManifest } from '../../src/backup/manifest.ts';
import type { ActionRun } from '../github/runner.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { read } from '../docs/repository.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { fill, type Identity, newIdentity } from './support/backups.ts';
import { etcdctl, get, put } from './support/etcd.ts';
import { expectRefusal, finding, logOf, succeeded } from './support/expect-run.ts';
import { loseRunner } from './support/faults.ts';
import { changesSince, snapshotHosts } from './support/snapshot.ts';

jest.setTimeout(10 * 60_000);

let lab: Lab;
let folder: string;
let identity: Identity;
/** The cluster that was lost. */
let lost: ActionRun;
let manifest: BackupManifest;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'restores-'));
  const ages = await buildFamily(age, (line) => void process.stderr.write(`${line}\n`));
  identity = newIdentity(join(ages, 'age-keygen'), folder);
  lab = await freshLab();
  lost = succeeded(await runInLab(lab, deployInputs(lab)));
  await fill(lab);
  await put(lab, 'infra1', 'last', 'word');
  const backup = await runInLab(lab, {
    ...deployInputs(lab),
    operation: 'backup',
    'backup-recipients': identity.recipient,
    'backup-path': join(folder, 'etcd.db.age'),
  });
  manifest = JSON.parse(
    readFileSync(succeeded(backup).outputs['backup-manifest'] ?? '', 'utf8'),
  ) as BackupManifest;
  await put(lab, 'infra1', 'last', 'word-after-the-backup');
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await lab.down();
});

function inputs(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ...deployInputs(lab),
    operation: 'restore',
    'restore-from': join(folder, 'etcd.db.age'),
    'backup-identity': readFileSync(identity.file, 'utf8'),
    ...changes,
  };
}

async function restored(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  const plan = succeeded(await runInLab(lab, inputs({ ...changes, 'dry-run': 'true' })));
  const approved = { 'approved-plan': plan.outputs['plan-digest'] ?? '' };
  return runInLab(lab, inputs({ ...changes, ...approved }));
}

test('the members of a cluster take no restore and no drill', async () => {
  const before = await snapshotHosts(lab);
  expectRefusal(await runInLab(lab, inputs({ 'dry-run': 'true' })), [
    finding('infra0', 'it belongs to a cluster'),
    finding('infra2', 'it belongs to a cluster'),
  ]);
  const drill = inputs({ drill: 'true', hosts: lab.hosts[0]?.address ?? '' });
  expectRefusal(await runInLab(lab, drill), [finding('infra0', 'it is a member of a cluster')]);
  expect(await changesSince(lab, before)).toEqual([]);
});

test('a drill restores the backup on a spare host, compares it, and leaves nothing there', async () => {
  await Promise.all(lab.hosts.map(({ name }) => lab.reset(name)));
  const before = await snapshotHosts(lab);
  const run = succeeded(await runInLab(lab, inputs({ drill: 'true', hosts: lab.hosts[0]?.address ?? '' })));
  expect(run.outputs).toMatchObject({ verdict: 'drill' });
  expect(logOf(run)).toContain(`${manifest.keys} keys`);
  expect(run.summary).toMatch(/restored and compared on a spare host/);
  expect(`${logOf(run)}\n${run.summary}`).not.toMatch(/is healthy/);
  const changes = await changesSince(lab, before);
  // the image stays, and what a boot clears away; a folder's time tells that something was in it
  const stays = / image | file \/run\/etcd-ha-action| file \/etc\/kubernetes: d \d+ 0:0 size/;
  expect(changes.filter((change) => !stays.test(change))).toEqual([]);
});

test('a restore without an approved plan changes nothing, nor does one without the right key', async () => {
  const before = await snapshotHosts(lab);
  expectRefusal(await runInLab(lab, inputs()), [
    /is not approved, and this operation carries out no other plan/,
  ]);
  const other = await runInLab(lab, inputs({ 'backup-identity': '', 'dry-run': 'true' }));
  expect(other.conclusion).toBe('failure');
  expect(logOf(other)).not.toMatch(/^Connecting to/m);
  expect(await changesSince(lab, before)).toEqual([]);
});

test('a restore that is cut off keeps a deploy out, and goes on to a cluster with the data of the backup', async () => {
  const plan = succeeded(await runInLab(lab, inputs({ 'dry-run': 'true' })));
  const approved = { 'approved-plan': plan.outputs['plan-digest'] ?? '' };
  const cut = await loseRunner(lab, inputs(approved), { atLine: /done: restore database/ });
  expect([cut.reached, cut.conclusion]).toEqual([true, 'lost']);
  expectRefusal(await runInLab(lab, deployInputs(lab)), [/restore was cut off/]);

  const run = succeeded(await restored());
  expect(run.outputs).toMatchObject({ verdict: 'restore', healthy: 'true', changed: 'true' });
  expect(run.outputs['cluster-id']).not.toBe(lost.outputs['cluster-id']);
  expect(await get(lab, 'infra0', 'last')).toBe('word');
  expect(await get(lab, 'infra2', '/registry/secrets/7')).toBe('changed');
  expect(await get(lab, 'infra1', '/registry/secrets/2')).toBe('');
  const [host] = lab.hosts;
  const tool = etcdctl(host?.address ?? '');
  const all = `${tool} get '' --prefix --count-only --write-out fields`;
  expect(await lab.sh('infra0', all)).toMatch(new RegExp(`"Count" : ${manifest.keys}\\b`));
  // a client that knows an old revision lists anew
  const old = await lab.sh('infra0', `${tool} get last --rev ${manifest.revision} 2>&1 || true`);
  expect(old).toContain('required revision has been compacted');
  for (const { name } of lab.hosts) {
    expect(await lab.sh(name, 'ls -A --ignore=lost+found /var/lib/etcd')).toBe('member\n');
    expect(await lab.sh(name, 'ls -d /etc/kubernetes/etcd-ha-action/restore 2>&1 || true')).toMatch(
      /No such file/,
    );
  }
  expect(logOf(run)).toMatch(/restore-clients-outdated/);
});

let lastFingerprint: string | undefined;

test('a deploy finds the restored cluster as it should be', async () => {
  const { outputs } = succeeded(await runInLab(lab, deployInputs(lab)));
  lastFingerprint = outputs['ca-fingerprint'];
  expect(outputs).toMatchObject({
    verdict: 'unchanged',
    healthy: 'true',
  });
});

test('a runner that is lost after the start of the members leaves nothing that a deploy does not take away', async () => {
  const [script = ''] = codeBlocks(read('docs/restore.md').split('## On the same hosts')[1] ?? '', 'sh');
  await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, script)));
  const plan = succeeded(await runInLab(lab, inputs({ 'dry-run': 'true' })));
  const approved = { 'approved-plan': plan.outputs['plan-digest'] ?? '' };
  const cut = await loseRunner(lab, inputs(approved), { atLine: /done: verify restored data/ });
  expect([cut.reached, cut.conclusion]).toEqual([true, 'lost']);
  const deployed = succeeded(await runInLab(lab, deployInputs(lab)));
  expect(deployed.outputs).toMatchObject({ healthy: 'true', 'ca-fingerprint': lastFingerprint });
  expect(await get(lab, 'infra1', 'last')).toBe('word');
  for (const { name } of lab.hosts) {
    expect(await lab.sh(name, 'ls -A --ignore=lost+found /var/lib/etcd')).toBe('member\n');
    expect(await lab.sh(name, 'ls /var/lib/etcd-before-restore')).toBe('member\n');
  }
  // now it is a cluster like any other, and not to be restored
  expectRefusal(await runInLab(lab, inputs({ 'dry-run': 'true' })), [
    finding('infra0', 'it belongs to a cluster'),
  ]);
});
