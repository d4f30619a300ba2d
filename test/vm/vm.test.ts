import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Lab } from '../../lab/client.ts';
import type { HealthDocument } from '../../src/checks/health-document.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from '../e2e/support/action-in-lab.ts';
import { caFingerprints, leaderOf } from '../e2e/support/cluster.ts';
import { get, put } from '../e2e/support/etcd.ts';
import { succeeded } from '../e2e/support/expect-run.ts';
import { allHealthy, checkHealthOf, checkIn, troubles } from '../e2e/support/health.ts';

/**
 * Tests that containers cannot run: hosts with a kernel, cgroup v2, sysctls and a clock of their own, on which the
 * newest kubelet starts with the action's configuration alone. QEMU emulates each instruction, so everything is slow.
 */
jest.setTimeout(60 * 60_000);

/** A processor of these hosts is ten times slower than a real one: a leader needs more time, as on a slow network. */
const SLOW_CLUSTER = {
  'heartbeat-interval': '1000',
  'election-timeout': '10000',
  'ssh-connect-timeout': '2m',
};
/** Slowness of this kind is no finding here. */
const SLOW_HOSTS = {
  'latency-warning-ms': '10000',
  'fsync-warning-ms': '5000',
  'commit-warning-ms': '5000',
  'peer-latency-warning-ms': '10000',
  deadline: '5m',
  'ssh-connect-timeout': '2m',
};
const AHEAD_MS = 90_000;

let lab: Lab;
let created: ActionRun;
beforeAll(async () => {
  lab = await timed('up', () => freshLab({ kind: 'vm', kubernetes: '1.37' }));
  await timed('calm', calm);
  created = succeeded(await deploy());
});
afterAll(() => lab.down());

/** After its start a host reads and compiles its programs for the first time, which takes such a processor a minute. */
async function calm(): Promise<void> {
  for (const { name } of lab.hosts) {
    await lab.sh(
      name,
      'until timeout 60 crictl images > /dev/null && kubeadm version > /dev/null && kubelet --version > /dev/null; do sleep 1; done',
    );
  }
}

function deploy(): Promise<ActionRun> {
  const inputs = deployInputs(lab, SLOW_CLUSTER);
  expect(inputs).not.toHaveProperty('kubelet-config');
  return timed('deploy', () => runInLab(lab, inputs, { timeoutMs: 30 * 60_000 }));
}

async function health(): Promise<HealthDocument> {
  const { report } = await timed('health', () => checkHealthOf(lab, SLOW_HOSTS));
  return report;
}

/** Prints the duration: the figures of lab/README.md. */
async function timed<T>(what: string, body: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await body();
  process.stderr.write(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
  return result;
}

test('a deploy without any kubelet-config makes a healthy cluster on cgroup v2', async () => {
  const kernels = await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, 'stat -fc %T /sys/fs/cgroup')));
  expect(new Set(kernels.map((kind) => kind.trim()))).toEqual(new Set(['cgroup2fs']));
  expect(created.outputs).toMatchObject({ verdict: 'create', changed: 'true', healthy: 'true' });
  await allHealthy(lab, 300);
  // One host after the other: etcdctl itself takes such a processor for seconds.
  expect(new Set(await caFingerprints(lab)).size).toBe(1);
});

test('it outlives a power cut right after a write was acknowledged, and the same run changes nothing', async () => {
  const cut = await leaderOf(lab);
  await put(lab, cut, 'kept', 'over-the-power-cut');
  await lab.kill(cut);
  await timed('start after a power cut', () => lab.start(cut));
  await allHealthy(lab, 300);
  expect(await get(lab, cut, 'kept')).toBe('over-the-power-cut');
  const run = succeeded(await deploy());
  expect(run.outputs).toMatchObject({ verdict: 'unchanged', changed: 'false', healthy: 'true' });
});

test('a healthy cluster is said to be so', async () => {
  const report = await health();
  expect(troubles(report)).toEqual([]);
  expect(report.status).toBe('ok');
});

test("one host's clock is pushed: the health check tells that host, and nothing else of it", async () => {
  const [pushed = ''] = lab.hosts.map(({ name }) => name).filter((name) => name !== 'infra0');
  await lab.setClock(pushed, AHEAD_MS);
  try {
    // Every 30 s a member requests its peers' time (rafthttp's prober), and logs by how much its own clock is ahead of
    // theirs.
    await lab.sh(
      pushed,
      `for i in $(seq 60); do crictl logs --tail 200 "$(crictl ps -q --name '^etcd$')" 2>&1 | grep -q 'high clock drift' && exit 0; sleep 3; done; exit 1`,
    );
    const report = await health();
    expect(troubles(report)).toEqual([`warn ${pushed} clock`]);
    const told = checkIn(report, 'clock', pushed, 'warn');
    // an emulated processor answers late: the report says by how much it may be wrong
    const [, amount = '', unit] =
      /s ahead of the median of all hosts \(± ([\d.]+) (ms|s)\)\.$/.exec(told.measured) ?? [];
    const uncertaintyMs = Number(amount) * (unit === 's' ? 1000 : 1);
    expect(uncertaintyMs).toBeLessThan(15_000);
    expect(told.fix).toMatch(/\S/);
    const offset = report.members.find(({ name }) => name === pushed)?.clockOffsetMs ?? 0;
    expect(Math.abs(offset - AHEAD_MS)).toBeLessThan(1500 + uncertaintyMs);
  } finally {
    await lab.setClock(pushed, 0);
  }
  expect(troubles(await health())).toEqual([]);
});
