import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Check } from '../../src/checks/check.ts';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { containerIds, get, put } from './support/etcd.ts';
import { expectRefusal, finding, logOf, succeeded } from './support/expect-run.ts';
import { patientHealth } from './support/health.ts';
import { changesSince, snapshotHosts } from './support/snapshot.ts';

jest.setTimeout(20 * 60_000);

let lab: Lab;
let first: ActionRun;
let before: Preflights;
const workFolder = mkdtempSync(join(tmpdir(), 'etcd-ha-ipv6-'));

/** Five members, each reached in a way of its own: by the defaults, another port, another user, another address. */
const LOGINS = [{}, { port: 2222 }, { user: 'deploy' }, { address: 'fd00:77::113' }, {}] as const;

beforeAll(async () => {
  lab = await freshLab({ hosts: 5, family: 'ipv6' });
  await lab.sh(
    'infra1',
    "printf 'Port 22\\nPort 2222\\n' > /etc/ssh/sshd_config.d/20-ports.conf; systemctl restart ssh",
  );
  await lab.sh(
    'infra2',
    `set -e
     useradd --create-home --shell /bin/bash deploy
     install -d -o deploy -m 700 /home/deploy/.ssh
     install -o deploy -m 600 /home/ubuntu/.ssh/authorized_keys /home/deploy/.ssh
     echo 'deploy ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/91-deploy
     rm /home/ubuntu/.ssh/authorized_keys`,
  );
  await lab.sh('infra3', 'ip addr add fd00:77::113/64 dev eth0 nodad');
  await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, MOUNT)));
  // as far away as another continent, from the runner and from each other
  for (const { name } of lab.hosts) await lab.delay(name, 80);
  before = await preflights();
  first = await run();
  for (const { name } of lab.hosts) await lab.delay(name, 0);
});
afterAll(async () => {
  rmSync(workFolder, { recursive: true, force: true });
  await lab.down();
});

const PORTS = { client: 12379, peer: 12380, metrics: 12381 } as const;

/** The log's own disk: a mount point, as another disk would be. */
const WAL_DIR = '/mnt/wal';
const MOUNT = `mkdir -p /var/wal-disk ${WAL_DIR} && mount --bind /var/wal-disk ${WAL_DIR}`;

/** The hosts, and what kubeadm has no field for, as files of the repository have them. */
const INVENTORY = 'etcd/hosts.yaml';
const PATCHES = 'etcd/patches';
const PATCH = {
  'etcd0+strategic.yaml': 'metadata:\n  annotations:\n    example.org/owner: platform\n',
  'etcd1+json.yaml':
    '- { op: replace, path: /spec/containers/0/livenessProbe/failureThreshold, value: 12 }\n',
};

function run(
  changes: Readonly<Record<string, string>> = {},
  patches: Readonly<Record<string, string>> = PATCH,
): Promise<ActionRun> {
  const workspace = join(workFolder, 'work/workspace/workspace');
  rmSync(join(workspace, PATCHES), { recursive: true, force: true });
  mkdirSync(join(workspace, PATCHES), { recursive: true });
  const hosts = lab.hosts.map(({ name, address }, index) => ({ name, address, ssh: LOGINS[index] ?? {} }));
  writeFileSync(join(workspace, INVENTORY), stringify({ hosts }));
  for (const [name, text] of Object.entries(patches)) writeFileSync(join(workspace, PATCHES, name), text);
  const known = lab.knownHosts
    .replaceAll('fd00:77::11 ', '[fd00:77::11]:2222 ')
    .replaceAll('fd00:77::13 ', 'fd00:77::113 ');
  const inputs = {
    hosts: '',
    inventory: INVENTORY,
    'ssh-known-hosts': known,
    'client-port': String(PORTS.client),
    'peer-port': String(PORTS.peer),
    'metrics-port': String(PORTS.metrics),
    'wal-dir': WAL_DIR,
    patches: PATCHES,
    ...changes,
  };
  return runInLab(lab, deployInputs(lab, inputs), { workFolder });
}

/** Where clients find the members. */
function endpoints(): string[] {
  return lab.hosts.map(({ address }) => `https://[${address}]:${PORTS.client}`);
}

interface Preflights {
  readonly good: ActionRun;
  readonly bad: ActionRun;
  readonly misfit: ActionRun;
  /** What they have changed on the hosts. */
  readonly changes: readonly string[];
}

/** Patches that only the kubeadm of a host can tell to be wrong: what the pod must not lose, and what it does not have. */
const BAD = { 'etcd+merge.yaml': 'spec: { hostNetwork: false }\n' };
const MISFIT = { 'etcd+json.yaml': '- { op: remove, path: /spec/nodeName }\n' };

async function preflights(): Promise<Preflights> {
  const preflight = { operation: 'preflight' };
  const untouched = await snapshotHosts(lab);
  const good = await run(preflight);
  const bad = await run(preflight, BAD);
  const misfit = await run(preflight, MISFIT);
  return { good, bad, misfit, changes: await changesSince(lab, untouched) };
}

/** Findings of preflight about patches, host and fact each. */
function toldOfPatches({ outputs }: ActionRun): string[] {
  const findings = JSON.parse(outputs['findings'] ?? '[]') as Check[];
  return findings
    .filter(({ name, status }) => name === 'patches' && status === 'fail')
    .map(({ member, measured }) => `${member ?? ''}: ${measured}`);
}

function onEachHost(words: string): unknown[] {
  return lab.hosts.map(({ name }) => expect.stringContaining(`${name}: ${words}`));
}

test('preflight has the kubeadm of each host try the patches, and leaves nothing there', async () => {
  expect(toldOfPatches(before.good)).toEqual([]);
  expect(toldOfPatches(before.bad)).toEqual(
    onEachHost('with the patches the pod is not as it has to be: hostNetwork is not true'),
  );
  expect(toldOfPatches(before.misfit)).toEqual(onEachHost('kubeadm cannot apply the patches: '));
  expect(before.changes).toEqual([]);
  expect(await lab.sh('infra0', 'ls /run | grep -c "^etcd-ha-action\\." || true')).toBe('0\n');
});

test('five members that have no IPv4 become one healthy cluster', async () => {
  succeeded(first);
  expect(first.annotations).toEqual([]);
  expect(first.outputs).toMatchObject({
    verdict: 'create',
    endpoints: endpoints().join(','),
  });
  expect(parse(first.outputs['external-etcd-config'] ?? '')).toMatchObject({
    etcd: { external: { endpoints: endpoints() } },
  });
  await assertOneClusterHealthy(lab, PORTS);
  expect(await lab.sh('infra0', 'ip -4 -o addr show scope global')).toBe('');
  await put(lab, 'infra0', 'written', 'on-infra0', PORTS.client);
  expect(await get(lab, 'infra4', 'written', PORTS.client)).toBe('on-infra0');
});

test('the log is on its own disk, and the pod is what kubeadm makes of it with the patches', async () => {
  const seen = await lab.sh(
    'infra3',
    `ls ${WAL_DIR}/wal | grep -c '\\.wal$'; ls /var/lib/etcd/member; stat -c '%a %U' ${WAL_DIR}`,
  );
  expect(seen).toMatch(/^[1-9]\d*\nsnap\n700 root\n$/);
  const manifest: unknown = parse(await lab.sh('infra3', 'cat /etc/kubernetes/manifests/etcd.yaml'));
  expect(manifest).toMatchObject({
    metadata: { annotations: { 'example.org/owner': 'platform' } },
    spec: { containers: [{ livenessProbe: { failureThreshold: 12 } }] },
  });
});

test('run again it changes nothing, and its members are judged healthy', async () => {
  const before = await snapshotHosts(lab);
  const containers = await containerIds(lab);
  const again = succeeded(await run());
  expect(again.outputs).toMatchObject({ verdict: 'unchanged', changed: 'false' });
  const health = succeeded(await run({ operation: 'health', 'fail-on': 'warn', ...patientHealth }));
  expect(health.outputs).toMatchObject({ status: 'ok', 'failure-tolerance': '2' });
  expect(await changesSince(lab, before)).toEqual([]);
  expect(await containerIds(lab)).toEqual(containers);
});

test('another metrics port and another patch restart one member at a time, each seen ready on its new port', async () => {
  const [first] = Object.entries(PATCH);
  const changed = succeeded(await run({ 'metrics-port': '2381' }, Object.fromEntries([first ?? ['', '']])));
  expect(changed.outputs).toMatchObject({ verdict: 'converge', changed: 'true' });
  const manifest = await lab.sh(
    'infra1',
    'cat /etc/kubernetes/manifests/etcd.yaml; ls /etc/kubernetes/etcd-ha-action/patches',
  );
  expect(manifest).toMatch(/failureThreshold: 8\n[^]*\n[0-9a-f]{16}\n$/);
  await assertOneClusterHealthy(lab, PORTS);
  expect(await get(lab, 'infra2', 'written', PORTS.client)).toBe('on-infra0');
});

test('a member whose log has lost its disk is not started', async () => {
  await lab.sh(
    'infra4',
    `systemctl stop kubelet; crictl stop "$(crictl ps -q --name '^etcd$')"; umount ${WAL_DIR}`,
  );
  const [first] = Object.entries(PATCH);
  const again = (): Promise<ActionRun> =>
    run({ 'metrics-port': '2381' }, Object.fromEntries([first ?? ['', '']]));
  expectRefusal(await again(), [finding('infra4', 'the folder of its log no longer holds a log')]);
  await lab.sh('infra4', MOUNT);
  expect(succeeded(await again()).outputs).toMatchObject({ verdict: 'repair', healthy: 'true' });
  await assertOneClusterHealthy(lab, PORTS);
});

test('a deploy with a bad patch refuses it on the host, and touches no member; preflight tells it before', async () => {
  const containers = await containerIds(lab);
  const manifests = (): Promise<string[]> =>
    Promise.all(lab.hosts.map(({ name }) => lab.sh(name, 'sha256sum /etc/kubernetes/manifests/etcd.yaml')));
  const found = await manifests();
  const preflight = await run({ operation: 'preflight', 'metrics-port': '2381' }, BAD);
  expect(toldOfPatches(preflight)).toEqual(onEachHost('with the patches'));
  const refused = await run({ 'metrics-port': '2381' }, BAD);
  expect(refused.conclusion).toBe('failure');
  expect(logOf(refused)).toMatch(
    /the patches break the pod: hostNetwork is not true.* The run did not use it/,
  );
  expect(await containerIds(lab)).toEqual(containers);
  expect(await manifests()).toEqual(found);
  succeeded(await run({ 'metrics-port': '2381' }));
  await assertOneClusterHealthy(lab, PORTS);
});

test('a host that is given by a port that nothing listens on is named with address and port', async () => {
  const inventory = lab.hosts.map(({ name, address }) => `${name}=${address}`).join(',');
  const failed = await run({ hosts: inventory, inventory: '', 'ssh-port': '23' });
  expect(failed.conclusion).toBe('failure');
  expect(logOf(failed)).toMatch(/\[infra0\] connect: \[fd00:77::10\]:23 refuses connections/);
});
