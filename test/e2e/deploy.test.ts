import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Lab } from '../../lab/client.ts';
import type { HealthDocument } from '../../src/checks/health-document.ts';
import { findingErrors, reportErrors } from '../checks/schema.ts';
import { ResultsService, type StoredArtifact } from '../github/results-service.ts';
import type { ActionRun } from '../github/runner.ts';
import { deployInputs, freshLab, runInLab } from './support/action-in-lab.ts';
import { containerIds, get, put, waitReady } from './support/etcd.ts';
import {
  filesWith,
  hostFilesWith,
  piecesOf,
  privateKeys,
  seenIn,
  watchProcesses,
} from './support/secrets.ts';

jest.setTimeout(15 * 60_000);

let lab: Lab;
let run: ActionRun;
let artifacts: readonly StoredArtifact[];
let processes: { arguments: string; environments: string };
const workFolder = mkdtempSync(join(tmpdir(), 'etcd-ha-e2e-'));

beforeAll(async () => {
  lab = await freshLab();
  const service = await ResultsService.start({ wrap: (argv) => lab.inRunner(argv) });
  const watch = watchProcesses();
  try {
    const inputs = deployInputs(lab, { 'upload-artifacts': 'true', 'cluster-name': 'payments' });
    run = await runInLab(lab, inputs, { artifacts: service.env, workFolder });
    artifacts = await service.artifacts();
  } finally {
    processes = watch.stop();
    await service.stop();
  }
});

afterAll(async () => {
  rmSync(workFolder, { recursive: true, force: true });
  await lab.down();
});

/** Evaluated when a test runs; prints the log of an unexpected run. */
function expectSuccess(of: ActionRun): void {
  if (of.conclusion !== 'success') throw new Error(`the run was no success:\n${of.log.join('\n')}`);
}

describe('from nothing to a healthy cluster', () => {
  test('the run succeeds, and post has nothing to say', () => {
    expectSuccess(run);
    expect(run.post?.annotations).toEqual([]);
    expect(run.annotations).toEqual([]);
  });

  test('outputs tell the whole cluster, and none is dropped by the runner', () => {
    const report = JSON.parse(run.outputs['health-report'] ?? '') as HealthDocument;
    expect(reportErrors(report)).toEqual([]);
    expect(report).toMatchObject({ healthy: true, status: expect.stringMatching(/^(ok|warn)$/) });
    expect(report.memberList.map(({ name }) => name).toSorted()).toEqual(['infra0', 'infra1', 'infra2']);
    expect(JSON.parse(run.outputs['members'] ?? '')).toEqual(report.members);
    expect(findingErrors(JSON.parse(run.outputs['findings'] ?? ''))).toEqual([]);
    expect(run.outputs).toMatchObject({
      healthy: 'true',
      changed: 'true',
      endpoints: lab.hosts.map(({ address }) => `https://${address}:2379`).join(','),
      leader: expect.stringMatching(/^infra[012]$/),
      'cluster-id': report.cluster.id,
      'ca-certificate': expect.stringContaining('BEGIN CERTIFICATE'),
      'ca-fingerprint': expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    });
    expect(Date.parse(run.outputs['certificates-expire-at'] ?? '')).toBeGreaterThan(
      Date.now() + 364 * 86_400_000,
    );
    expect(parse(run.outputs['external-etcd-config'] ?? '')).toMatchObject({ kind: 'ClusterConfiguration' });
    expect(run.droppedOutputs).toEqual([]);
  });

  test('the log has the lines of `etcdctl endpoint health`', () => {
    for (const { address } of lab.hosts) {
      expect(run.log.join('\n')).toMatch(
        new RegExp(`https://${address}:2379 is healthy: successfully committed proposal: took = [\\d.]+m?s`),
      );
    }
  });

  test('the summary says the verdict first, where each thing was done, and who keeps the key of the CA', () => {
    expect(run.summary.split('\n')[0]).toMatch(/healthy/);
    expect(run.summary).toMatch(/start member/);
    expect(run.summary).toMatch(/exists only once, on infra0/);
  });

  test('each cluster has a token of its own', async () => {
    const flag = await lab.sh(
      'infra0',
      "grep -o 'initial-cluster-token=.*' /etc/kubernetes/manifests/etcd.yaml",
    );
    expect(flag.trim()).toMatch(/^initial-cluster-token=etcd-[0-9a-f]{24}$/);
  });
});

describe("the guide's files on each host", () => {
  const LEAVES = ['apiserver-etcd-client', 'etcd/healthcheck-client', 'etcd/peer', 'etcd/server'];

  test.each([0, 1, 2])('tree, modes and owners on infra%d', async (index) => {
    const listed = await lab.sh(
      `infra${index}`,
      "cd /etc/kubernetes/pki && find . -type f -printf '%P %m %U:%G\\n' | sort",
    );
    const pairs = LEAVES.flatMap((name) => [`${name}.crt 644 0:0`, `${name}.key 600 0:0`]);
    const authority = ['etcd/ca.crt 644 0:0', ...(index === 0 ? ['etcd/ca.key 600 0:0'] : [])];
    expect(listed.trim().split('\n').toSorted()).toEqual([...pairs, ...authority].toSorted());
  });

  test('manifest, data dir and configuration are as private as kubeadm makes them', async () => {
    const modes = await lab.sh(
      'infra1',
      'stat -c "%a %n" /etc/kubernetes/manifests/etcd.yaml /var/lib/etcd /etc/kubernetes/etcd-ha-action /etc/kubernetes/etcd-ha-action/kubeadmcfg.yaml',
    );
    expect(
      modes
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['600', '700', '700', '600']);
  });

  test('openssl finds every certificate good under the one CA', async () => {
    for (const { name } of lab.hosts) {
      for (const leaf of LEAVES) {
        const said = await lab.sh(
          name,
          `cd /etc/kubernetes/pki && openssl verify -CAfile etcd/ca.crt ${leaf}.crt &&
           [ "$(openssl x509 -in ${leaf}.crt -noout -pubkey)" = "$(openssl pkey -in ${leaf}.key -pubout)" ] && echo same key`,
        );
        expect(said).toMatch(/: OK\nsame key/);
      }
    }
  });

  test('kubeadm reads their expiry', async () => {
    const table = await lab.sh(
      'infra0',
      'kubeadm certs check-expiration --config /etc/kubernetes/etcd-ha-action/kubeadmcfg.yaml 2>/dev/null',
    );
    for (const name of ['etcd-server', 'etcd-peer', 'etcd-healthcheck-client', 'apiserver-etcd-client']) {
      expect(table).toMatch(new RegExp(`^${name} .* 36[45]d .* etcd-ca `, 'm'));
    }
  });

  test("systemd reads the drop-in without a word of complaint, unlike the guide's own file", async () => {
    const said = await lab.sh(
      'infra0',
      'systemctl daemon-reload; journalctl -b --no-pager -o cat | grep -c "Assignment outside of section" || true',
    );
    expect(said.trim()).toBe('0');
  });

  test('nothing is left in /tmp, in home, or aside', async () => {
    for (const { name } of lab.hosts) {
      const left = await lab.sh(
        name,
        "find /tmp /home/ubuntu /root /run /etc/kubernetes /etc/systemd -xdev \\( -name '*etcd-ha-action*' -o -name 'kubeadmcfg*' -o -name pki \\) " +
          "-not -path '/etc/kubernetes/etcd-ha-action*' -not -path /etc/kubernetes/pki",
      );
      // The folder of the lock, in memory; the lock itself is released.
      expect(left.trim()).toBe('/run/etcd-ha-action');
      expect((await lab.sh(name, 'ls /run/etcd-ha-action')).split('\n')).not.toContain('lock.json');
    }
  });
});

describe('no private key leaves its place', () => {
  let pieces: string[];
  beforeAll(async () => {
    const keys = await privateKeys(lab);
    expect(keys).toHaveLength(14); // 3 × 4 leaves, the CA, the login
    pieces = piecesOf(keys);
  });

  test('the scan finds a key where there is one', async () => {
    expect(seenIn((await privateKeys(lab)).join('\n'), pieces)).toBe(true);
    await lab.sh('infra2', 'cp /etc/kubernetes/pki/etcd/peer.key /var/tmp/planted');
    expect(await hostFilesWith(lab, 'infra2', pieces)).toEqual(['/var/tmp/planted']);
    await lab.sh('infra2', 'rm /var/tmp/planted');
  });

  test('log, outputs, state, summary', () => {
    // The runner consumes the mask commands and never shows them.
    const printed = run.rawLog.filter((line) => !line.startsWith('::add-mask::'));
    const places = {
      printed,
      log: run.log,
      outputs: run.outputs,
      state: run.state,
      summary: run.summary,
      debug: run.debugLog,
    };
    for (const [place, content] of Object.entries(places)) {
      expect([place, seenIn(JSON.stringify(content), pieces)]).toEqual([place, false]);
    }
  });

  test('artifacts hold only public files', () => {
    expect(artifacts).toHaveLength(1);
    const entries = artifacts[0]?.entries ?? [];
    const ofHost = (name: string): string[] => [
      `${name}/kubeadmcfg.yaml`,
      `${name}/manifests/etcd.yaml`,
      ...['apiserver-etcd-client', 'etcd/ca', 'etcd/healthcheck-client', 'etcd/peer', 'etcd/server'].map(
        (leaf) => `${name}/pki/${leaf}.crt`,
      ),
    ];
    expect(entries.map(({ name }) => name).toSorted()).toEqual(
      [
        ...lab.hosts.flatMap(({ name }) => ofHost(name)),
        'audit.json',
        'external-etcd.yaml',
        'health-report.json',
        'plan.json',
      ].toSorted(),
    );
    for (const { content } of entries) {
      const text = content.toString('latin1');
      expect(text).not.toContain('PRIVATE KEY');
      expect(seenIn(text, pieces)).toBe(false);
    }
    expect(run.outputs['artifact-id']).toBe(String(artifacts[0]?.id));
  });

  test('arguments and environments of all processes, on the runner and on the hosts', () => {
    expect(processes.arguments).toContain('kubelet'); // it did see the hosts
    expect(seenIn(processes.arguments, pieces)).toBe(false);
    expect(seenIn(processes.environments, pieces)).toBe(false);
  });

  test("the runner's disk", () => {
    expect(filesWith(workFolder, pieces)).toEqual([]);
  });

  test.each([0, 1, 2])('every file of infra%d outside the pki tree', async (index) => {
    expect(await hostFilesWith(lab, `infra${index}`, pieces)).toEqual([]);
  });
});

describe('a cluster that lives', () => {
  test('a value written through one member is read through another', async () => {
    await put(lab, 'infra0', 'first', 'one');
    expect(await get(lab, 'infra2', 'first')).toBe('one');
  });

  test('a second run changes nothing and says so', async () => {
    const before = await containerIds(lab);
    const files =
      'find /etc/kubernetes /etc/systemd/system/kubelet.service.d -type f -printf "%p %T@ %i\\n" | sort; systemctl show kubelet -p MainPID';
    const filesBefore = await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, files)));
    // In another order, which no longer matters.
    const hosts = lab.hosts
      .map(({ address }) => address)
      .toReversed()
      .join(',');
    const again = await runInLab(lab, deployInputs(lab, { 'cluster-name': 'payments', hosts }));
    expectSuccess(again);
    expect(again.outputs).toMatchObject({
      changed: 'false',
      healthy: 'true',
      'ca-fingerprint': run.outputs['ca-fingerprint'],
      'cluster-id': run.outputs['cluster-id'],
    });
    expect(await containerIds(lab)).toEqual(before);
    expect(await Promise.all(lab.hosts.map(({ name }) => lab.sh(name, files)))).toEqual(filesBefore);
  });

  test('a host that reboots rejoins by itself', async () => {
    await lab.reboot('infra1');
    await waitReady(lab, 'infra1');
    expect(await get(lab, 'infra1', 'first')).toBe('one');
  });

  test('inputs that ask for another cluster than runs are refused, and nothing is touched', async () => {
    const before = await containerIds(lab);
    const other = await runInLab(
      lab,
      deployInputs(lab, { 'cluster-name': 'payments', 'client-port': '12379' }),
    );
    expect(other.conclusion).toBe('failure');
    expect(other.log.join('\n')).toMatch(
      /\[infra0\] client-port: its member was set up with other values: .*listen-client-urls/,
    );
    const renamed = await runInLab(lab, deployInputs(lab));
    expect(renamed.log.join('\n')).toMatch(/belongs to the cluster "payments", not to "etcd"/);
    expect(await containerIds(lab)).toEqual(before);
  });
});
