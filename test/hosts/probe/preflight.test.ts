import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PreflightFacts } from '../../../src/facts/preflight.ts';
import { parsePreflightProbe } from '../../../src/hosts/probe/parse-preflight.ts';
import { preflightProbe } from '../../../src/hosts/probe/preflight-script.ts';
import { IncompleteProbeError } from '../../../src/hosts/probe/sections.ts';
import { recorded, withSections } from './recorded.ts';

/**
 * Answers of real hosts: one after the installation of kubeadm's packages; a member; a member whose cluster was
 * partitioned, with 60 ms to another host, a drop-in that overrides ours, and the guide's copies of keys.
 */
function answerOf(host: 'pristine' | 'member' | 'left-over'): string {
  return recorded(`preflight-${host}`);
}

const withSection = (name: string, text: string): string =>
  withSections(answerOf('pristine'), { [name]: text });

describe('recorded answers', () => {
  test('an empty host', () => {
    const facts = parsePreflightProbe(answerOf('pristine'));
    expect(facts).toMatchObject({
      kubeletVersion: { text: 'v1.34.4', minor: 34 },
      cgroups: 'v1',
      swaps: [],
      memoryBytes: 24684092 * 1024,
      processors: 2,
      execStartDropIns: ['/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf'],
      filesystem: { type: 'ext4', mountPoint: '/', readOnly: false, dataDirBytes: 0 },
      leftoverKeys: [],
    });
    expect(facts).not.toHaveProperty('member');
    expect(facts).not.toHaveProperty('kubeletCgroupDriver');
    // Nothing listens there yet: each attempt was refused, and took a round trip all the same.
    expect(facts.connectTimes.map(({ microseconds }) => microseconds.length)).toEqual([5, 5, 5, 5]);
  });

  test('a member', () => {
    const facts = parsePreflightProbe(answerOf('member'));
    expect(facts).toMatchObject({
      kubeletCgroupDriver: {
        driver: 'systemd',
        from: '/etc/systemd/system/kubelet.service.d/etcd-kubelet-config.yaml',
      },
      member: { version: '3.6.5' },
      filesystem: { dataDirBytes: expect.any(Number) },
    });
    expect(facts.filesystem?.dataDirBytes).toBeGreaterThan(100 * 1024 ** 2); // two preallocated segments
    const { walFsync } = facts.member ?? {};
    expect(walFsync?.buckets).toHaveLength(15);
    expect(walFsync?.buckets.at(-1)).toEqual({ le: Infinity, count: walFsync?.count });
    // A member logs each connection without a TLS handshake, so there are fewer.
    expect(facts.connectTimes.map(({ microseconds }) => microseconds.length)).toEqual([2, 2, 2, 2]);
  });

  test('silence of one host, a far one, and what the guide leaves behind', () => {
    const facts = parsePreflightProbe(answerOf('left-over'));
    expect(facts.connectTimes.map(({ address }) => address)).toEqual(['10.77.0.12', '10.77.0.12']);
    expect(
      facts.connectTimes.flatMap(({ microseconds }) => microseconds).every((time) => time > 60_000),
    ).toBe(true);
    expect(facts.execStartDropIns).toContain('/etc/systemd/system/kubelet.service.d/99-local.conf');
    // It only sets Environment.
    expect(facts.execStartDropIns).not.toContain('/etc/systemd/system/kubelet.service.d/30-env.conf');
    expect(facts.leftoverKeys).toContain('/tmp/10.77.0.11/pki/etcd/ca.key');
    expect(facts.leftoverKeys).toContain('/home/ubuntu/pki/etcd/peer.key');
    // /tmp/10.77.0.10 was a link to /etc/kubernetes, ~/pki/private/client.key an unrelated key.
    expect(facts.leftoverKeys.some((path) => /10\.77\.0\.10|private/.test(path))).toBe(false);
  });

  test('no key comes along, only names', () => {
    expect(answerOf('left-over')).not.toContain('PRIVATE KEY');
  });
});

describe('an answer that is no answer', () => {
  test.each([
    ['cut off', answerOf('pristine').slice(0, -30)],
    ['without its last section', answerOf('pristine').replace(/\n\S+ end\n$/, '')],
    ['empty', ''],
  ])('%s', (_, answer) => {
    expect(() => parsePreflightProbe(answer)).toThrow(IncompleteProbeError);
  });
});

// A user may write anything into files of his own; only the mark of this answer makes a section.
test('text in the form of a section is none without the mark', () => {
  const forged = parsePreflightProbe(withSection('leftovers', 'x end\n0\nswaps\n/dev/forged'));
  expect(forged.swaps).toEqual([]);
  expect(forged.leftoverKeys).toContain('/dev/forged');
});

// Ubuntu 25.10's stat calls it UNKNOWN (0x63677270), and an empty answer tells nothing.
test.each([
  ['v1', 'v1'],
  ['v2', 'v2'],
  ['UNKNOWN (0x63677270)', 'unknown'],
  ['', 'unknown'],
])('an answer of "%s" is cgroup %s', (text, cgroups) => {
  expect(parsePreflightProbe(withSection('cgroup', text)).cgroups).toBe(cgroups);
});

test.each([
  ['v2', ['cgroup.controllers', 'cgroup.procs', 'system.slice/cgroup.procs']],
  ['v1', ['memory/cgroup.procs', 'systemd/cgroup.procs']],
  ['v1', ['memory/cgroup.procs', 'unified/cgroup.controllers', 'unified/cgroup.procs']], // both, as systemd mounts them
  ['unknown', []],
])('cgroup %s is derived from the files %j', async (cgroups, files) => {
  const root = mkdtempSync(join(tmpdir(), 'cgroups-'));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  const question = {
    address: '10.0.0.6',
    peers: [],
    ports: [],
    metricsPort: 1,
    resolvConf: '/etc/resolv.conf',
    dataDir: '/nonexistent',
  };
  const script = preflightProbe(question).script.replaceAll('/sys/fs/cgroup', root);
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script]);
  rmSync(root, { recursive: true });
  expect(parsePreflightProbe(stdout).cgroups).toBe(cgroups);
});

test('left-over keys are named up to a number, and that there are more is reported', () => {
  const keys = Array.from({ length: 101 }, (_, index) => `/home/u${index}/pki/ca.key`);
  const facts = (text: readonly string[]): PreflightFacts =>
    parsePreflightProbe(withSection('leftovers', text.join('\n')));
  expect(facts(keys)).toMatchObject({ leftoverKeys: keys.slice(0, 100), moreLeftoverKeys: true });
  expect(facts(keys.slice(1))).not.toHaveProperty('moreLeftoverKeys');
});

test('swap', () => {
  const text = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/swap.img file\t\t4194300\t\t0\t\t-2';
  expect(parsePreflightProbe(withSection('swaps', text)).swaps).toEqual([
    { device: '/swap.img', bytes: 4194300 * 1024 },
  ]);
});

test.each([
  ['0', 1],
  ['0-3', 4],
  ['0-1,4,6-7', 5],
  ['', undefined],
])('processors "%s" are %s', (ranges, count) => {
  expect(parsePreflightProbe(withSection('processors', ranges)).processors).toBe(count);
});

test.each([
  ['default /var/lib/kubelet/config.yaml', { driver: 'cgroupfs', from: '/var/lib/kubelet/config.yaml' }],
  ['systemd --cgroup-driver', { driver: 'systemd', from: '--cgroup-driver' }],
  ['default ', { driver: 'cgroupfs', from: 'its default' }],
])('cgroup driver "%s"', (line, expected) => {
  expect(parsePreflightProbe(withSection('cgroup-driver', line)).kubeletCgroupDriver).toEqual(expected);
});

test('a read-only mount with a space in its name', () => {
  const answer = withSection('mount', 'xfs /dev/sdb1 /data\\x20disk ro,noatime');
  expect(parsePreflightProbe(answer).filesystem).toMatchObject({
    type: 'xfs',
    source: '/dev/sdb1',
    mountPoint: '/data disk',
    readOnly: true,
  });
});

test('an option that only begins like ro', () => {
  const answer = withSection('mount', 'overlay overlay / rw,rootcontext=x');
  expect(parsePreflightProbe(answer).filesystem?.readOnly).toBe(false);
});

test.each([
  ['Kubernetes v1.34.4', 'v1.34.4', undefined],
  ['WARNING: this host is managed by Puppet\nKubernetes v1.34.4', 'v1.34.4', undefined],
  [
    'bash: /usr/bin/kubelet: cannot execute binary file: Exec format error\nit ended with exit code 126',
    undefined,
    'bash: /usr/bin/kubelet: cannot execute binary file: Exec format error / it ended with exit code 126',
  ],
  ['', undefined, ''],
])('kubelet says %j', (said, version, instead) => {
  const facts = parsePreflightProbe(withSection('kubelet-version', said));
  expect(facts.kubeletVersion?.text).toBe(version);
  expect(facts.kubeletSaid).toBe(instead);
});

test('where findmnt is missing there is no filesystem', () => {
  expect(parsePreflightProbe(withSection('mount', ''))).not.toHaveProperty('filesystem');
});

describe('the script', () => {
  test('only reads', () => {
    const probe = preflightProbe({
      address: '10.0.0.6',
      peers: ['10.0.0.7'],
      metricsPort: 2381,
      ports: [2379],
      dataDir: '/data',
      resolvConf: '/etc/resolv.conf',
    });
    expect(probe.effect).toBe('reads');
    // For a here-string or here-document bash before 5.1 writes a temporary file.
    expect(probe.script).not.toMatch(/<<|mktemp/);
  });

  test('answers on this machine', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "it's a data dir-"));
    writeFileSync(join(dataDir, 'file'), Buffer.alloc(100_000, 1));
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const open = (server.address() as AddressInfo).port;
      const closed = 1; // tcpmux, which is unused
      const { script } = preflightProbe({
        address: '127.0.0.2',
        peers: ['127.0.0.1'],
        metricsPort: 2381,
        ports: [open, closed],
        dataDir,
        resolvConf: join(dataDir, 'file'),
        walDir: join(dataDir, 'wal', 'that is not there'),
      });
      const env = { ...process.env, LC_ALL: 'C' };
      const { stdout, stderr } = await promisify(execFile)(
        'bash',
        ['-c', `set -euo pipefail; { ${script}\n}`],
        { env },
      );
      const facts = parsePreflightProbe(stdout);
      expect(stderr).toBe('');
      expect(facts.memoryBytes).toBeGreaterThan(100 * 1024 ** 2);
      expect(facts.processors).toBeGreaterThan(0);
      expect(facts.filesystem?.dataDirBytes).toBeGreaterThanOrEqual(100_000);
      expect(facts.filesystem?.freeBytes).toBeGreaterThan(0);
      expect(facts.walFilesystem).toMatchObject({
        mountPoint: facts.filesystem?.mountPoint,
        dataDirBytes: 0,
      });
      expect(facts.resolvConf).toEqual({ path: join(dataDir, 'file'), state: 'file' });
      expect(facts.room?.map(({ path }) => path)).toEqual(['/run', '/etc/kubernetes', '/etc/systemd/system']);
      const tries = new Map(facts.connectTimes.map(({ port, microseconds }) => [port, microseconds.length]));
      expect([tries.get(open), tries.get(closed)]).toEqual([2, 5]);
    } finally {
      server.close();
      rmSync(dataDir, { recursive: true });
    }
  });
});
