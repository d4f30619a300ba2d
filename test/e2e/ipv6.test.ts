import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy } from './support/cluster.ts';
import { containerIds, get, put } from './support/etcd.ts';
import { logOf, succeeded } from './support/expect-run.ts';
import { changesSince, snapshotHosts } from './support/snapshot.ts';

jest.setTimeout(20 * 60_000);

let lab: Lab;
let first: ActionRun;
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
  first = await run();
});
afterAll(async () => {
  rmSync(workFolder, { recursive: true, force: true });
  await lab.down();
});

const PORTS = { client: 12379, peer: 12380, metrics: 12381 } as const;

/** The hosts as a file of the repository has them. */
const INVENTORY = 'etcd/hosts.yaml';

function run(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  const folder = join(workFolder, 'work/workspace/workspace', dirname(INVENTORY));
  mkdirSync(folder, { recursive: true });
  const hosts = lab.hosts.map(({ name, address }, index) => ({ name, address, ssh: LOGINS[index] ?? {} }));
  writeFileSync(join(folder, basename(INVENTORY)), stringify({ hosts }));
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
    ...changes,
  };
  return runInLab(lab, deployInputs(lab, inputs), { workFolder });
}

/** Where clients find the members. */
function endpoints(): string[] {
  return lab.hosts.map(({ address }) => `https://[${address}]:${PORTS.client}`);
}

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

test('run again it changes nothing, and its members are judged healthy', async () => {
  const before = await snapshotHosts(lab);
  const containers = await containerIds(lab);
  const again = succeeded(await run());
  expect(again.outputs).toMatchObject({ verdict: 'unchanged', changed: 'false' });
  // five hosts share the machine's processors and disk: how long something takes is not what is judged here
  const patient = Object.fromEntries(
    ['latency', 'peer-latency', 'fsync', 'commit'].map((what) => [`${what}-warning-ms`, '60000'] as const),
  );
  const health = succeeded(await run({ operation: 'health', 'fail-on': 'warn', ...patient }));
  expect(health.outputs).toMatchObject({ status: 'ok', 'failure-tolerance': '2' });
  expect(await changesSince(lab, before)).toEqual([]);
  expect(await containerIds(lab)).toEqual(containers);
});

test('a changed metrics port restarts one member at a time, each seen ready on its new port', async () => {
  const changed = succeeded(await run({ 'metrics-port': '2381' }));
  expect(changed.outputs).toMatchObject({ verdict: 'converge', changed: 'true' });
  await assertOneClusterHealthy(lab, PORTS);
  expect(await get(lab, 'infra2', 'written', PORTS.client)).toBe('on-infra0');
});

test('a host that is given by a port that nothing listens on is named with address and port', async () => {
  const inventory = lab.hosts.map(({ name, address }) => `${name}=${address}`).join(',');
  const failed = await run({ hosts: inventory, inventory: '', 'ssh-port': '23' });
  expect(failed.conclusion).toBe('failure');
  expect(logOf(failed)).toMatch(/\[infra0\] connect: \[fd00:77::10\]:23 refuses connections/);
});
