import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { addedPaths } from '../../lab/disks/golden.ts';
import { packagedPaths } from '../../lab/disks/package-lists.ts';
import { ordinary } from '../../lab/variants/variant.ts';
import type { Lab } from '../../lab/client.ts';
import type { ActionRun } from '../github/runner.ts';
import { additions, means } from '../lab/additions.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy, leaderOf } from './support/cluster.ts';
import { DEADLINE, withCrictl } from './support/crictl.ts';
import { etcdctl, put } from './support/etcd.ts';
import { finding, logOf, succeeded } from './support/expect-run.ts';
import { memberProcesses } from './support/processes.ts';
import { expectRollingChange } from './support/rolling-change.ts';
import { ReadyWatch } from './support/ready-watch.ts';
import { lostWrites, Writer } from './support/writer.ts';

/*
 * Hosts with their packages' defaults, and with administrators' changes. Unreadable facts are unknown: they must
 * neither look absent, nor cost a running member.
 */
jest.setTimeout(10 * 60_000);

const MIB = 1024 * 1024;

let lab: Lab;
/** Inputs of the tests so far, which the cluster already has. */
let settled: Record<string, string> = {};

beforeAll(async () => {
  lab = await freshLab();
});
afterAll(() => lab.down());

const names = (): string[] => lab.hosts.map(({ name }) => name);

function deploy(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  settled = { ...settled, ...changes };
  return runInLab(lab, deployInputs(lab, settled));
}

async function expectUnchanged(): Promise<void> {
  const before = await memberProcesses(lab);
  expect(succeeded(await deploy()).outputs).toMatchObject({
    verdict: 'unchanged',
    changed: 'false',
    healthy: 'true',
  });
  expect(await memberProcesses(lab)).toEqual(before);
}

/** A change that restarts all members. */
function rollingChange(changes: Readonly<Record<string, string>>): Promise<void> {
  return expectRollingChange(lab, () => deploy(changes));
}

/** Uses etcd's own tools, so crictl must work again. */
async function whole(acknowledged: readonly string[]): Promise<void> {
  await assertOneClusterHealthy(lab);
  expect(await lostWrites(lab, acknowledged)).toEqual([]);
}

describe('the hosts of the lab', () => {
  test('have what their packages bring, with its modes, and beyond it only what lab/README.md lists', async () => {
    const added = await addedPaths(lab.kubernetes, ordinary(), () => undefined);
    const modes = new Map(added.map(({ path, mode }) => [path, mode]));
    const packaged = new Map(packagedPaths.map(({ path, mode }) => [path, mode]));
    for (const [path, mode] of packaged) expect([path, modes.get(path)]).toEqual([path, mode]);
    const entries = additions();
    const more = [...modes.keys()].filter((path) => !packaged.has(path));
    expect(more.filter((path) => !entries.some((entry) => means(entry, path)))).toEqual([]);
    const vain = entries.filter((entry) => !more.some((path) => means(entry, path)));
    expect(vain).toEqual([]);
  });

  test('answer crictl with warnings, and run containerd with its own defaults', async () => {
    const { stdout, stderr } = await lab.exec('infra0', 'crictl ps -o json');
    expect(JSON.parse(stdout)).toMatchObject({ containers: [] });
    expect(stderr).toContain('/etc/crictl.yaml');
    const changed = await lab.sh(
      'infra0',
      "containerd config default | diff - /etc/containerd/config.toml | grep '^>' | tr -s ' '",
    );
    expect(changed.trim().split('\n').toSorted()).toEqual([
      '> SystemdCgroup = true',
      '> restrict_oom_score_adj = true',
    ]);
  });
});

describe('on ordinary hosts', () => {
  test('a deploy, and the same once more', async () => {
    // Small, so that it is soon full.
    const run = succeeded(await deploy({ 'extra-args': `quota-backend-bytes: ${16 * MIB}` }));
    expect(run.outputs).toMatchObject({ verdict: 'create', changed: 'true', healthy: 'true' });
    expect(run.annotations).toEqual([]);
    await assertOneClusterHealthy(lab);
    await expectUnchanged();
  });

  test.each([
    ['fails', 'the leader alone'],
    ['fails', 'all hosts'],
    ['hangs', 'the leader alone'],
    ['hangs', 'all hosts'],
  ] as const)('crictl %s on %s: a change is refused, with host, program and words', async (fault, where) => {
    const hosts = where === 'all hosts' ? names() : [await leaderOf(lab)];
    const writer = await Writer.start(lab);
    const before = await memberProcesses(lab);
    const files = await treeOfAll();
    const wish = settled;
    const run = await withCrictl(lab, hosts, fault, () =>
      deploy({ 'extra-args': `${settled['extra-args'] ?? ''}\nsnapshot-count: 7000` }),
    );
    settled = wish;
    const { acknowledged } = await writer.stop();
    expect([run.conclusion, run.outputs['changed'], run.outputs['verdict']]).toEqual([
      'failure',
      'false',
      'refuse',
    ]);
    for (const host of hosts) expect(logOf(run)).toMatch(finding(host, 'crictl'));
    if (fault === 'fails') expect(logOf(run)).toContain(DEADLINE);
    expect(await memberProcesses(lab)).toEqual(before);
    expect(await treeOfAll()).toEqual(files);
    await whole(acknowledged);
  });

  test('crictl says more on standard error: members restart one by one all the same', async () => {
    await withCrictl(lab, names(), 'warns', () =>
      rollingChange({ 'extra-args': `quota-backend-bytes: ${16 * MIB}\nsnapshot-count: 8000` }),
    );
  });

  test('crictl says more in front of its answer: whatever the run makes of it, no member goes outside its gate', async () => {
    const writer = await Writer.start(lab);
    const watch = new ReadyWatch(lab);
    const before = await memberProcesses(lab);
    const wish = settled;
    const run = await withCrictl(lab, ['infra1'], 'chats', () =>
      deploy({ 'extra-args': `quota-backend-bytes: ${16 * MIB}\nsnapshot-count: 9000` }),
    );
    const mostAway = await watch.mostAway();
    const { acknowledged } = await writer.stop();
    if (run.conclusion === 'success') {
      expect(mostAway).toBe(1);
    } else {
      settled = wish;
      expect(logOf(run)).toMatch(finding('infra1', 'crictl'));
      expect(await memberProcesses(lab)).toEqual(before);
    }
    await whole(acknowledged);
  });

  test('2,000 files below /etc/kubernetes change nothing', async () => {
    await lab.sh(
      'infra1',
      'for d in $(seq 100); do mkdir -p /etc/kubernetes/pki-backup-$d; touch $(printf "/etc/kubernetes/pki-backup-$d/f%s.crt " $(seq 20)); done',
    );
    await expectUnchanged();
  });

  test('the quota is reached, and a larger one is the way out', async () => {
    const tool = etcdctl(lab.hosts[0]?.address ?? '');
    await lab.sh(
      'infra0',
      `head -c 700000 /dev/zero | tr '\\0' x > /run/big; for i in $(seq 40); do ${tool.replace('crictl exec', 'crictl exec -i')} put big$i < /run/big > /dev/null 2>&1 || break; done; rm /run/big; ${tool} alarm list | grep -q NOSPACE`,
    );
    const before = await memberProcesses(lab);
    const run = await deploy({ 'extra-args': `quota-backend-bytes: ${64 * MIB}` });
    // The alarm stays raised until it is disarmed, and a cluster that refuses writes is not healthy.
    expect(run.outputs).toMatchObject({ changed: 'true', healthy: 'false' });
    expect(logOf(run)).toContain('disarm');
    const after = await memberProcesses(lab);
    for (const [index, processes] of after.entries()) expect(processes).not.toBe(before[index]);
    await lab.sh('infra0', `${tool} alarm disarm`);
    await put(lab, 'infra0', 'after', 'the-quota');
    // This run completes the verification and the record of the unhealthy one, and restarts no member again.
    expect(succeeded(await deploy()).outputs).toMatchObject({ healthy: 'true' });
    expect(await memberProcesses(lab)).toEqual(after);
    await expectUnchanged();
  });
});

describe('links and mounts in the tree', () => {
  beforeAll(async () => {
    settled = {};
    await Promise.all(names().map((host) => lab.reset(host)));
    await lab.sh(
      'infra0',
      'mkdir /opt/k; mv /etc/kubernetes /opt/k/; ln -s /opt/k/kubernetes /etc/kubernetes',
    );
    await lab.sh('infra1', 'mkdir /etc/kubernetes/pki; mount -t tmpfs -o mode=755 tmpfs /etc/kubernetes/pki');
    await lab.sh('infra2', 'mkdir -m 700 /srv/etcd-data; ln -s /srv/etcd-data /var/lib/etcd');
  });

  test('a deploy, the same once more, and a change', async () => {
    expect(succeeded(await deploy()).outputs).toMatchObject({ verdict: 'create', healthy: 'true' });
    await assertOneClusterHealthy(lab);
    await expectUnchanged();
    await rollingChange({ 'extra-args': 'snapshot-count: 8000' });
    await expectUnchanged();
    const kinds = [
      lab.sh('infra0', 'readlink /etc/kubernetes'),
      lab.sh('infra1', 'stat -f -c %T /etc/kubernetes/pki'),
      lab.sh('infra2', 'readlink /var/lib/etcd'),
    ];
    expect((await Promise.all(kinds)).map((kind) => kind.trim())).toEqual([
      '/opt/k/kubernetes',
      'tmpfs',
      '/srv/etcd-data',
    ]);
  });
});

/** Returns every file that a deploy writes, with its modification time. */
function treeOfAll(): Promise<string[]> {
  const roots = '/etc/kubernetes /etc/systemd/system /etc/default';
  return Promise.all(
    names().map((host) => lab.sh(host, `find ${roots} -type f -printf '%p %T@ %C@ %m\\n' | sort`)),
  );
}
