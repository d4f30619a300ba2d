import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Lab } from '../../lab/client.ts';
import { copyWithExample } from '../docs/worked-example.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { assertOneClusterHealthy, leaderOf } from './support/cluster.ts';
import { containerIds, waitReady } from './support/etcd.ts';
import { finding, logOf, succeeded } from './support/expect-run.ts';
import { cutPower, stepsOf } from './support/faults.ts';
import { LONGEST_AWAY_MS, LONGEST_GAP_MS } from './support/limits.ts';
import { leftoversOfAll } from './support/leftovers.ts';
import { ReadyWatch } from './support/ready-watch.ts';
import { lostWrites, Writer } from './support/writer.ts';

jest.setTimeout(15 * 60_000);

const PKI = '/etc/kubernetes/pki';

let lab: Lab;
let authority: string;
/** Inputs of the tests so far, which the cluster already has. */
let settled: Record<string, string> = {};

beforeAll(async () => {
  lab = await freshLab();
  succeeded(await deploy());
  authority = await assertOneClusterHealthy(lab);
});
afterAll(() => lab.down());

function deploy(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  return runInLab(lab, deployInputs(lab, { ...settled, ...changes }));
}

/** Deploys a change, after which the cluster is healthy and a second run finds nothing to do. */
async function converge(changes: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  settled = { ...settled, ...changes };
  const run = succeeded(await deploy());
  expect(run.outputs).toMatchObject({ verdict: 'converge', changed: 'true', healthy: 'true' });
  return run;
}

async function expectSettled(): Promise<void> {
  expect(await assertOneClusterHealthy(lab)).toBe(authority);
  expect(await leftoversOfAll(lab)).toEqual([]);
  expect(succeeded(await deploy()).outputs).toMatchObject({ verdict: 'unchanged', changed: 'false' });
}

async function onAll(script: string): Promise<string[]> {
  const said = await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, script)));
  return said.map((text) => text.trim());
}

describe('changed flags of etcd', () => {
  test('all members restart one by one, the leader last, and clients hardly notice', async () => {
    const before = await containerIds(lab);
    const leader = await leaderOf(lab);
    const writer = await Writer.start(lab);
    const watch = new ReadyWatch(lab);
    const run = await converge({ 'extra-args': 'snapshot-count: 5000' });
    const away = await watch.stop();
    const { acknowledged, longestGapMs, gaps, errors } = await writer.stop();

    const restarts = stepsOf(run).filter(({ title }) => title === 'restart member');
    expect(restarts.map(({ host }) => host).toSorted()).toEqual(['infra0', 'infra1', 'infra2']);
    expect(restarts.at(-1)?.host).toBe(leader);
    const after = await containerIds(lab);
    for (const [index, id] of after.entries()) expect(id).not.toBe(before[index]);
    expect(await onAll('grep -c -- --snapshot-count=5000 /etc/kubernetes/manifests/etcd.yaml')).toEqual(
      lab.hosts.map(() => '1'),
    );

    expect(await lostWrites(lab, acknowledged)).toEqual([]);
    // With the observations, so that a failure shows more than a number.
    expect({ gaps, errors, tooLong: longestGapMs > LONGEST_GAP_MS }).toEqual({
      gaps,
      errors,
      tooLong: false,
    });
    for (const [host, ms] of Object.entries(away)) {
      expect({ host, ms, wasAway: ms > 300 }).toEqual({ host, ms, wasAway: true });
      expect({ host, ms, tooLong: ms > LONGEST_AWAY_MS }).toEqual({ host, ms, tooLong: false });
    }
    await expectSettled();
  });

  test('a flag that etcd does not take: the first member goes back, the others are not touched', async () => {
    const before = await containerIds(lab);
    const manifests = await onAll('sha256sum < /etc/kubernetes/manifests/etcd.yaml');
    const writer = await Writer.start(lab);
    const run = await deploy({ 'extra-args': 'no-such-flag: 1' });
    const { acknowledged, longestGapMs, gaps } = await writer.stop();
    expect(run.conclusion).toBe('failure');
    expect(logOf(run)).toMatch(
      finding('infra[012]', 'no-such-flag.*old manifest is back and the member is ready'),
    );
    const failed = /\[(infra[012])\] restart member:/.exec(logOf(run))?.[1];
    const after = await containerIds(lab);
    lab.hosts.forEach(({ name }, index) => {
      expect([name, after[index] === before[index]]).toEqual([name, name !== failed]);
    });
    expect(await onAll('sha256sum < /etc/kubernetes/manifests/etcd.yaml')).toEqual(manifests);
    expect(await assertOneClusterHealthy(lab)).toBe(authority);
    expect(await lostWrites(lab, acknowledged)).toEqual([]);
    expect({ gaps, tooLong: longestGapMs > LONGEST_GAP_MS }).toEqual({ gaps, tooLong: false });
    // The summary lists every host.
    for (const { name } of lab.hosts) expect(run.summary).toContain(name);

    expect(succeeded(await deploy()).outputs).toMatchObject({ healthy: 'true' });
    expect(await containerIds(lab)).toEqual(after);
    await expectSettled();
  });
});

test('the operation of the worked example moves leadership, in a cluster that a deploy would change', async () => {
  const copy = copyWithExample();
  try {
    execFileSync(process.execPath, ['scripts/build.ts'], { cwd: copy, stdio: 'inherit' });
    const changed = deployInputs(lab, {
      ...settled,
      'heartbeat-interval': '150',
      'election-timeout': '1500',
    });
    const dryRun = succeeded(await runInLab(lab, { ...changed, 'dry-run': 'true' }));
    expect(dryRun.outputs).toMatchObject({ verdict: 'converge', changed: 'false' });

    const [leader, before] = [await leaderOf(lab), await containerIds(lab)];
    const manifests = await onAll('sha256sum < /etc/kubernetes/manifests/etcd.yaml');
    const writer = await Writer.start(lab);
    const run = succeeded(await runInLab(lab, { ...changed, operation: 'step-down' }, { action: copy }));
    const { acknowledged, longestGapMs, gaps } = await writer.stop();
    expect(run.outputs).toMatchObject({ verdict: 'step-down', changed: 'true', healthy: 'true' });
    expect(run.outputs['leader']).toBe(await leaderOf(lab));
    expect(run.outputs['leader']).not.toBe(leader);
    expect(run.summary).toContain('led by another member');
    expect(await containerIds(lab)).toEqual(before);
    expect(await onAll('sha256sum < /etc/kubernetes/manifests/etcd.yaml')).toEqual(manifests);
    expect(await lostWrites(lab, acknowledged)).toEqual([]);
    expect({ gaps, tooLong: longestGapMs > LONGEST_GAP_MS }).toEqual({ gaps, tooLong: false });
    await expectSettled();
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

// kubelet ends a pod whose cgroup it does not find, which happens after it reports itself healthy.
test('a runtime with another cgroup driver: kubelets move their pods one by one, and no write is lost', async () => {
  const before = await containerIds(lab);
  const leader = await leaderOf(lab);
  await onAll(
    "sed -i 's/SystemdCgroup = true/SystemdCgroup = false/' /etc/containerd/config.toml && systemctl restart containerd",
  );
  const writer = await Writer.start(lab);
  const watch = new ReadyWatch(lab);
  const run = await converge();
  const mostAway = await watch.mostAway();
  const { acknowledged } = await writer.stop();
  expect(mostAway).toBe(1);
  const after = await containerIds(lab);
  expect(after.filter((id) => before.includes(id))).toEqual([]);
  const kubelets = stepsOf(run).filter(({ title }) => title === 'start kubelet');
  expect(kubelets.map(({ host }) => host).at(-1)).toBe(leader);
  expect(await lostWrites(lab, acknowledged)).toEqual([]);
  expect(await onAll('cat /proc/$(pidof etcd)/cgroup | grep -c kubepods.slice || true')).toEqual([
    '0',
    '0',
    '0',
  ]);
  await expectSettled();
});

describe('changes without a restart of etcd', () => {
  let before: string[];
  beforeAll(async () => {
    before = await containerIds(lab);
  });

  test('kubelet: its configuration', async () => {
    const kubelets = await onAll('systemctl show kubelet -p MainPID --value');
    const configured = settled['kubelet-config'] ?? deployInputs(lab)['kubelet-config'] ?? '';
    await converge({ 'kubelet-config': `${configured}\nmaxPods: 20`.trim() });
    for (const [index, pid] of (await onAll('systemctl show kubelet -p MainPID --value')).entries()) {
      expect(pid).not.toBe(kubelets[index]);
    }
    expect(await containerIds(lab)).toEqual(before);
    await expectSettled();
  });

  test('a leaf that is missing is delivered again', async () => {
    const stays = await lab.sh('infra1', `sha256sum ${PKI}/etcd/peer.crt`);
    await lab.sh('infra1', `rm ${PKI}/etcd/server.crt ${PKI}/etcd/server.key`);
    await converge();
    expect(await lab.sh('infra1', `sha256sum ${PKI}/etcd/peer.crt`)).toBe(stays);
    expect(await containerIds(lab)).toEqual(before);
    await expectSettled();
  });

  test('modes and owners', async () => {
    await lab.sh('infra2', `chmod 644 ${PKI}/etcd/peer.key; chown 1000:1000 ${PKI}/etcd/server.crt`);
    await lab.sh('infra0', 'chmod 755 /var/lib/etcd');
    await converge();
    const modes = `stat -c '%a %u:%g' ${PKI}/etcd/peer.key ${PKI}/etcd/server.crt /var/lib/etcd`;
    expect(await onAll(modes)).toEqual(lab.hosts.map(() => '600 0:0\n644 0:0\n700 0:0'));
    expect(await containerIds(lab)).toEqual(before);
    await expectSettled();
  });

  test('leaves that end soon: the listeners serve the new ones, and the copies are reminded of', async () => {
    const onDisk = `openssl x509 -noout -serial -in ${PKI}/etcd`;
    const old = await onAll(`${onDisk}/server.crt; ${onDisk}/peer.crt`);
    const longer = { 'certificate-validity-days': '500', 'renew-before-days': '400' };
    const run = succeeded(await deploy(longer));
    expect(run.outputs).toMatchObject({ verdict: 'converge', changed: 'true', healthy: 'true' });
    const renewed = await onAll(`${onDisk}/server.crt; ${onDisk}/peer.crt`);
    expect(await servedSerials()).toEqual(renewed);
    for (const [index, serials] of renewed.entries()) expect(serials).not.toBe(old[index]);
    expect(await containerIds(lab)).toEqual(before);
    expect(stepsOf(run).filter(({ title }) => title === 'verify served certificates')).toHaveLength(3);

    const warnings = (of: ActionRun): string =>
      of.annotations.flatMap(({ level, message }) => (level === 'warning' ? [message] : [])).join('\n');
    expect(warnings(run)).toMatch(/apiserver-etcd-client\.crt is renewed by this run/);
    // The reminder stays until the copies are confirmed by their fingerprints.
    const again = succeeded(await deploy());
    expect(warnings(again)).toMatch(/it is not confirmed that the control plane has a copy/);
    const fingerprints = await onAll(
      `openssl x509 -in ${PKI}/apiserver-etcd-client.crt -noout -fingerprint -sha256 | sed 's/.*=//'`,
    );
    const confirmed = succeeded(await deploy({ 'client-certificate-copied': fingerprints.join(',') }));
    expect(warnings(confirmed)).not.toMatch(/control plane/);
    await expectSettled();
  });

  /** Returns the serials that the client listener and the peer listener of each member serve now. */
  function servedSerials(): Promise<string[]> {
    const served = (address: string, port: number, pair: string): string =>
      `openssl s_client -connect ${address}:${port} -cert ${PKI}/etcd/${pair}.crt -key ${PKI}/etcd/${pair}.key < /dev/null 2> /dev/null | openssl x509 -noout -serial`;
    return Promise.all(
      lab.hosts.map(async ({ name, address }) => {
        const script = `${served(address, 2379, 'healthcheck-client')}; ${served(address, 2380, 'peer')}`;
        return (await lab.sh(name, script)).trim();
      }),
    );
  }
});

test('the power of the leader is cut in the middle: the run stops and says so, nothing is lost, the next one finishes', async () => {
  const leader = await leaderOf(lab);
  settled = { ...settled, 'extra-args': 'snapshot-count: 6000' };
  const writer = await Writer.start(lab);
  const run = await cutPower(lab, deployInputs(lab, settled), leader, {
    atLine: /\] done: restart member/,
  });
  const { acknowledged } = await writer.stop();
  expect([run.reached, run.conclusion]).toEqual([true, 'failure']);
  expect(logOf(run)).toContain(`[${leader}]`);
  expect(stepsOf(run).filter(({ host, title }) => host === leader && title === 'restart member')).toEqual([]);

  await lab.start(leader);
  await waitReady(lab, leader, 90);
  expect(await lostWrites(lab, acknowledged)).toEqual([]);
  const next = succeeded(await deploy());
  expect(next.outputs).toMatchObject({ healthy: 'true', changed: 'true' });
  expect(await lostWrites(lab, acknowledged)).toEqual([]);
  await expectSettled();
});
