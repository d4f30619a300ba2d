import { describe, expect, test } from '@jest/globals';
import type { Check, CheckName } from '../../../src/checks/check.ts';
import type { HealthDocument } from '../../../src/checks/health-document.ts';
import type { HealthFacts } from '../../../src/facts/health.ts';
import type { FactName, HostFacts } from '../../../src/facts/host.ts';
import { CA_CERTIFICATE, ETCD_MANIFEST, KUBELET_DROP_IN, leafPath } from '../../../src/kubeadm/paths.ts';
import { assessDeeply } from '../../../src/operations/health/health.ts';
import { clientPair, handedOverFiles, hostWith } from '../../cluster/control-plane/example.ts';
import {
  fileFact,
  leavesOf,
  NOW,
  otherCa,
  ownCa,
  recordedAs,
  withFiles,
  withoutFiles,
} from '../../cluster/example.ts';
import { etcdFailure, member, status } from '../../etcd/observations.ts';
import { HEALTH_CHECKS, thresholds } from './example-documents.ts';
import {
  controlPlaneFacts,
  hash,
  healthFacts,
  histogram,
  hostMore,
  memberList,
  metrics,
  type SampleChanges,
  silent,
} from './sample-facts.ts';

const RUN = { clusterName: 'etcd', durationMs: 812.4, metricsWindowSeconds: null };

function assess(facts: HealthFacts): HealthDocument {
  return assessDeeply(facts, thresholds, RUN);
}

/** Returns all checks that are not ok, as `STATUS MEMBER NAME SUBJECT`. */
function bad(document: HealthDocument): string[] {
  return document.checks
    .filter((check) => check.status !== 'ok')
    .map((check) => [check.status, check.member ?? '-', check.name, check.subject ?? ''].join(' ').trim());
}

function told(document: HealthDocument, name: CheckName): Check {
  const found = document.checks.find((check) => check.name === name && check.status !== 'ok');
  if (found === undefined) throw new Error(`${name} is ok`);
  return found;
}

describe('a healthy cluster', () => {
  const report = assess(healthFacts());

  test('is ok, and everything was observed', () => {
    expect(bad(report)).toEqual([]);
    expect(report).toMatchObject({ status: 'ok', healthy: true, failureTolerance: 1, durationMs: 812 });
    expect(new Set(report.checks.map(({ name }) => name))).toEqual(new Set(HEALTH_CHECKS));
    expect(report.summary).toBe(
      'etcd cluster "etcd" is healthy: 3 of 3 members answer, infra1 leads, it can lose 1 more member.',
    );
  });

  test('has its figures, and is JSON as it stands', () => {
    expect(report.members.map(({ role }) => role)).toEqual(['follower', 'leader', 'follower']);
    expect(report.members[0]).toMatchObject({ readMs: 16.283339, roundTripMs: 0.4, raftLag: 0, restarts: 0 });
    expect(report.members[0]?.walFsync).toMatchObject({ samples: 10_000 });
    expect(report.members[0]?.peers.map(({ name }) => name)).toEqual(['infra1', 'infra2']);
    expect(report.certificates).toHaveLength(3 * 7);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

const notAsked = { failure: etcdFailure('not-asked', 'no host could be reached') };
const sshDown = {
  host: {
    failure: {
      code: 'ssh-connection-refused' as const,
      fact: 'connection refused at port 22',
      fix: 'Start sshd.',
    },
  },
};
const unknownMember = (index: number): SampleChanges => ({
  ...silent(index, 'not-asked'),
  member: { ...silent(index, 'not-asked').member, ...sshDown },
});

describe('a missing observation is not a failure', () => {
  test('SSH down: the member, asked through another host, is well', () => {
    const report = assess(healthFacts({ 2: { member: { ...sshDown, askedThrough: 'infra0' } } }));
    expect(bad(report).filter((line) => !line.startsWith('unknown'))).toEqual(['warn infra2 host']);
    expect(bad(report).filter((line) => line.startsWith('unknown'))).toHaveLength(9);
    expect(told(report, 'host')).toMatchObject({
      fix: expect.stringMatching(/^Start sshd\. Until then a deploy leaves this host out/),
    });
    expect(report).toMatchObject({ status: 'warn', healthy: true, failureTolerance: 1 });
  });

  test('no host can be reached: nothing is known', () => {
    const report = assess(healthFacts({ 0: unknownMember(0), 1: unknownMember(1), 2: unknownMember(2) }));
    expect(report).toMatchObject({ status: 'unknown', healthy: false, failureTolerance: null });
    expect(bad(report).filter((line) => line.startsWith('fail'))).toEqual([]);
    expect(report.summary).toContain('could not be seen');
    expect(notAsked.failure.kind).toBe('not-asked');
  });

  test('no metrics, no hash, no probes: unknown, and the verdict stands', () => {
    const failed = { failure: etcdFailure('timeout', 'deadline', 0) };
    const report = assess(
      healthFacts({ 0: { member: { metrics: failed, hash: failed, livez: failed, readyz: failed } } }),
    );
    expect(bad(report)).toEqual([
      'unknown infra0 ready',
      'unknown infra0 alive',
      'unknown infra0 leader-changes',
      'unknown infra0 wal-fsync',
      'unknown infra0 backend-commit',
      'unknown infra0 peer-latency',
    ]);
    expect(report.status).toBe('ok');
  });
});

describe('members', () => {
  test('one does not answer: it fails, and none more may be lost', () => {
    const report = assess(healthFacts({ 2: silent(2) }));
    expect(bad(report).filter((line) => !line.startsWith('unknown infra2'))).toEqual([
      'fail infra2 endpoint',
      'warn - quorum',
    ]);
    expect(report).toMatchObject({ status: 'fail', failureTolerance: 0 });
    expect(report.members[2]).toMatchObject({ reachable: false, status: 'fail', readMs: null });
  });

  test('two do not answer: no quorum, with the warning not to remove anything', () => {
    const leaderless = {
      endpoint: {
        status: { seen: status(0, { leader: null, errors: ['etcdserver: no leader'] }) },
        readNs: { failure: etcdFailure('no-leader', 'no leader') },
        alarms: { failure: etcdFailure('no-leader', 'no leader') },
      },
    };
    const report = assess(healthFacts({ 0: leaderless, 1: silent(1), 2: silent(2) }));
    expect(report).toMatchObject({ status: 'fail', failureTolerance: -1 });
    expect(told(report, 'quorum')).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('Remove none'),
    });
    expect(report.summary).toContain('there is no quorum');
  });

  test('a learner does not count, a stranger that never started does', () => {
    const withEntry = (entry: Parameters<typeof member>[1]): HealthFacts => {
      const list = memberList((entries) => [
        ...entries,
        member(9, { id: 'f9', name: '', clientUrls: [], peerUrls: ['https://10.0.0.99:2380'], ...entry }),
      ]);
      return healthFacts({
        0: { endpoint: { memberList: list } },
        1: { endpoint: { memberList: list } },
        2: { endpoint: { memberList: list } },
      });
    };
    const learner = assess(withEntry({ isLearner: true }));
    expect(learner.failureTolerance).toBe(1);
    expect(told(learner, 'membership')).toMatchObject({
      measured: expect.stringMatching(/learner.*10\.0\.0\.99/),
      fix: expect.stringMatching(/etcdctl member remove f9.*certain/),
    });
    const stranger = assess(withEntry({}));
    expect(stranger.failureTolerance).toBe(0);
    expect(told(stranger, 'quorum').status).toBe('warn');
  });

  test('a member that was removed is named', () => {
    const list = memberList((entries) => entries.slice(0, 2));
    const report = assess(
      healthFacts({
        0: { endpoint: { memberList: list } },
        1: { endpoint: { memberList: list } },
        2: silent(2),
      }),
    );
    expect(told(report, 'membership')).toMatchObject({
      member: 'infra2',
      measured: expect.stringContaining('is not a member'),
    });
    expect(report.failureTolerance).toBe(0);
  });

  test('alarms: how to get out of it', () => {
    const raised = { endpoint: { alarms: { seen: [{ memberId: 'a0', alarm: 'NOSPACE' }] } } };
    const report = assess(healthFacts({ 0: raised, 1: raised, 2: raised }));
    expect(told(report, 'alarms').fix).toMatch(/compact.*defrag.*alarm disarm/s);
    expect(report.failureTolerance).toBe(1);
  });

  test.each([
    [
      { 2: { member: { hash: { seen: hash(2, { hash: 99 }) } } } },
      'fail',
      /infra2 holds other data than the rest/,
    ],
    // Another release may compute another hash of the same data, which is no reason to replace a member.
    [
      {
        2: {
          member: { hash: { seen: hash(2, { hash: 99 }) } },
          endpoint: { status: { seen: status(2, { version: '3.6.9' }) } },
        },
      },
      'warn',
      /infra2 holds other data than the rest .* They run different releases/,
    ],
    [{ 2: { member: { hash: { seen: hash(2, { hash: 99, compactRevision: 7 }) } } } }, 'ok', /./],
    [
      {
        1: { member: { hash: { seen: hash(1, { hash: 98, compactRevision: 6 }) } } },
        2: { member: { hash: { seen: hash(2, { hash: 99, compactRevision: 7 }) } } },
      },
      'unknown',
      /cannot be compared/,
    ],
  ])('data: %#', (changes, wanted, words) => {
    const [check] = assess(healthFacts(changes)).checks.filter(({ name }) => name === 'data');
    expect([check?.status, check?.measured]).toEqual([wanted, expect.stringMatching(words)]);
  });

  test('one far behind the leader, and one that does not apply what it has', () => {
    const report = assess(
      healthFacts({
        0: { endpoint: { status: { seen: status(0, { raftIndex: 90_000, raftAppliedIndex: 90_000 }) } } },
        1: { endpoint: { status: { seen: status(1, { raftIndex: 100_000, raftAppliedIndex: 100_000 }) } } },
        2: { endpoint: { status: { seen: status(2, { raftIndex: 100_000, raftAppliedIndex: 94_000 }) } } },
      }),
    );
    expect(bad(report)).toEqual(['fail infra2 lag', 'warn infra0 lag']);
  });
});

describe('disk and link are distinguished', () => {
  const slowDisk: SampleChanges = {
    member: { metrics: { seen: { latest: metrics(2, { walFsync: histogram(5_000, 0.06) }) } } },
  };
  const slowLinks = new Map([0, 1].map((other) => [`a${other}`, histogram(60, 0.2)]));

  test('a slow disk', () => {
    const report = assess(healthFacts({ 2: slowDisk }));
    expect(bad(report)).toEqual(['warn infra2 wal-fsync']);
    expect(told(report, 'wal-fsync').cause).toContain('The links of this member are not');
  });

  test('slow links of one member', () => {
    const toSlow = (index: number): SampleChanges => ({
      member: {
        metrics: {
          seen: {
            latest: metrics(index, {
              peerRoundTrips: new Map(
                [0, 1, 2]
                  .filter((other) => other !== index)
                  .map((other) => [`a${other}`, histogram(60, other === 2 ? 0.2 : 0.002)]),
              ),
            }),
          },
        },
      },
    });
    const report = assess(
      healthFacts({
        0: toSlow(0),
        1: toSlow(1),
        2: { member: { metrics: { seen: { latest: metrics(2, { peerRoundTrips: slowLinks }) } } } },
      }),
    );
    expect(bad(report)).toEqual([
      'warn infra0 peer-latency infra2',
      'warn infra1 peer-latency infra2',
      'warn infra2 peer-latency infra0',
      'warn infra2 peer-latency infra1',
    ]);
    expect(told(report, 'peer-latency').cause).toContain('all slow links are those of infra2');
  });

  test('a window counts only its own samples, and a handful of samples raises nothing', () => {
    const inWindow = (count: number): SampleChanges => ({
      member: {
        metrics: {
          seen: {
            latest: metrics(2, { walFsync: add(histogram(10_000, 0.004), histogram(count, 0.06)) }),
            earlier: { metrics: metrics(2), secondsBefore: 30 },
          },
        },
      },
    });
    const few = assess(healthFacts({ 2: inWindow(4) }));
    expect(bad(few)).toEqual([]);
    expect(
      few.checks.find(({ name, member: whose }) => name === 'wal-fsync' && whose === 'infra2')?.measured,
    ).toMatch(/4 samples in the last 30 s.*Too few/);
    expect(bad(assess(healthFacts({ 2: inWindow(40) })))).toEqual(['warn infra2 wal-fsync']);
  });

  test('a stall of the disk of more than a second fails', () => {
    const latest = metrics(2, { walFsync: histogram(500, 4) });
    expect(bad(assess(healthFacts({ 2: { member: { metrics: { seen: { latest } } } } })))).toEqual([
      'fail infra2 wal-fsync',
    ]);
  });
});

/** Adds two histograms, with the buckets of both. */
function add(
  one: ReturnType<typeof histogram>,
  other: ReturnType<typeof histogram>,
): ReturnType<typeof histogram> {
  const limits = [...new Set([...one.buckets, ...other.buckets].map(({ le }) => le))].toSorted(
    (a, b) => a - b,
  );
  const upTo = ({ buckets }: typeof one, le: number): number =>
    Math.max(0, ...buckets.filter((bucket) => bucket.le <= le).map(({ count }) => count));
  return {
    buckets: limits.map((le) => ({ le, count: upTo(one, le) + upTo(other, le) })),
    sumSeconds: one.sumSeconds + other.sumSeconds,
    count: one.count + other.count,
  };
}

describe('the database', () => {
  const ofSize = (dbSize: number, dbSizeInUse: number): HealthFacts =>
    healthFacts({ 0: { endpoint: { status: { seen: status(0, { dbSize, dbSizeInUse }) } } } });

  test.each([
    [1.7 * 1024 ** 3, 1.7 * 1024 ** 3, ['warn infra0 db-size']],
    [2 * 1024 ** 3, 2 * 1024 ** 3, ['fail infra0 db-size']],
    [1024 ** 3, 1024 ** 2, ['warn infra0 fragmentation']],
    [50 * 1024 ** 2, 1024 ** 2, []],
  ])('%d bytes, %d in use: %j', (size, inUse, wanted) => {
    expect(bad(assess(ofSize(size, inUse)))).toEqual(wanted);
  });
});

describe('hosts', () => {
  test('kubelet does not run, its health, its unit', () => {
    const off = {
      installed: true,
      active: false,
      subState: 'dead',
      enabled: true,
      dropIns: [KUBELET_DROP_IN],
    };
    expect(bad(assess(healthFacts({ 0: { host: (host) => ({ ...host, kubelet: off }) } })))).toEqual([
      'fail infra0 kubelet',
    ]);
    expect(bad(assess(healthFacts({ 0: { more: { kubeletHealthz: 'nope' } } })))).toEqual([
      'warn infra0 kubelet',
    ]);
  });

  test('a container that ends again and again is explained from its log', () => {
    const at = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();
    const lastLog = [
      '{"level":"info","msg":"starting initial corruption check"}',
      '{"level":"fatal","msg":"checkInitialHashKV failed","error":"etcdserver: found data inconsistency with peers"}',
    ];
    const ended = {
      id: 'e',
      running: false,
      attempt: 3,
      startedAt: at(2),
      finishedAt: at(1),
      exitCode: 1,
      reason: 'Error',
    };
    const report = assess(healthFacts({ 2: { ...silent(2), more: { containers: [ended], lastLog } } }));
    expect(told(report, 'pod')).toMatchObject({
      status: 'fail',
      measured: expect.stringMatching(
        /ended 1 min|60 s ago with exit code 1 \(Error\).*checkInitialHashKV failed: etcdserver: found data inconsistency/,
      ),
      cause: expect.stringContaining('corrupt'),
    });
    const running = { id: 'r', running: true, attempt: 4, startedAt: at(1) };
    expect(bad(assess(healthFacts({ 2: { more: { containers: [running, ended], lastLog } } })))).toEqual([
      'warn infra2 pod',
    ]);
    // Long ago, or a reboot: informative at most.
    const calm = { ...running, startedAt: at(300) };
    expect(bad(assess(healthFacts({ 2: { more: { containers: [calm, ended] } } })))).toEqual([]);
    const reboot = { ...ended, exitCode: 255, reason: 'Unknown' };
    expect(bad(assess(healthFacts({ 2: { more: { containers: [running, reboot] } } })))).toEqual([]);
  });

  test('manifest: gone, edited by flag, edited otherwise; a stray file; modes', () => {
    expect(
      bad(
        assess(healthFacts({ 1: { host: (host) => ({ ...host, ...withoutFiles(host, ETCD_MANIFEST) }) } })),
      ),
    ).toEqual(['fail infra1 manifest']);
    const text = (change: (text: string) => string): SampleChanges => ({
      host: (host) => ({
        ...host,
        ...withFiles(host, [fileFact(ETCD_MANIFEST, change(host.files.get(ETCD_MANIFEST)?.text ?? ''))]),
      }),
    });
    const flag = assess(
      healthFacts({
        1: text((manifest) => manifest.replace('- etcd', '- etcd\n        - --heartbeat-interval=250')),
      }),
    );
    expect(told(flag, 'manifest').measured).toContain(
      '--heartbeat-interval is set, and no input asks for it',
    );
    const comment = assess(healthFacts({ 1: text((manifest) => `${manifest}# mine\n`) }));
    expect(told(comment, 'manifest')).toMatchObject({
      status: 'warn',
      measured: expect.stringContaining('limits, probes or comments'),
    });
    const stray = fileFact('/etc/kubernetes/manifests/etcd.yaml.bak', 'x');
    expect(
      bad(assess(healthFacts({ 1: { host: (host) => ({ ...host, ...withFiles(host, [stray]) }) } }))),
    ).toEqual(['warn infra1 stray-files']);
    const key = leafPath('peer', 'key');
    const open: SampleChanges = {
      host: (host) => ({
        ...host,
        files: new Map(
          [...host.files].map(([path, file]) => [path, path === key ? { ...file, mode: '644' } : file]),
        ),
      }),
    };
    expect(told(assess(healthFacts({ 1: open })), 'modes')).toMatchObject({
      fix: expect.stringContaining(`chmod 600 ${key}`),
    });
    const without = {
      host: (host: Parameters<NonNullable<SampleChanges['host']>>[0]) => ({
        ...host,
        ...withoutFiles(host, KUBELET_DROP_IN),
      }),
    };
    expect(bad(assess(healthFacts({ 1: without })))).toEqual(['fail infra1 drop-in']);
  });

  test('disk and clock', () => {
    const { filesystem } = hostMore(0);
    if (filesystem === undefined) throw new Error('no filesystem');
    const free = (freeBytes: number): string[] =>
      bad(assess(healthFacts({ 0: { more: { filesystem: { ...filesystem, freeBytes } } } })));
    expect(free(5 * 1024 ** 3)).toEqual(['warn infra0 disk-space']);
    expect(free(100)).toEqual(['fail infra0 disk-space']);
    const log = (walFilesystem: typeof filesystem): string[] =>
      bad(assess(healthFacts({ 0: { more: { walFilesystem } } })));
    expect(log({ ...filesystem, mountPoint: '/mnt/wal', freeBytes: 100 })).toEqual([
      'fail infra0 disk-space wal-dir',
    ]);
    const mounted = (mountPoint: string): string[] => {
      const place = { path: '/var/lib/etcd', kind: 'folder', resolved: '/var/lib/etcd', mountPoint } as const;
      const host = (seen: HostFacts): HostFacts => ({
        ...recordedAs(seen, { mounts: { '/var/lib/etcd': '/var/lib/etcd' } }),
        places: [place],
      });
      return bad(assess(healthFacts({ 0: { host } })));
    };
    expect(mounted('/var/lib/etcd')).toEqual([]);
    expect(mounted('/')).toEqual(['fail infra0 disk-space']);
    // One disk for both is judged once.
    expect(log({ ...filesystem, freeBytes: 100 })).toEqual([]);
    expect(
      bad(assess(healthFacts({ 0: { more: { clock: { offsetMs: 120_000, uncertaintyMs: 20 } } } }))),
    ).toEqual(['warn infra0 clock']);
    // Uncertainty counts in the host's favour.
    expect(
      bad(assess(healthFacts({ 0: { more: { clock: { offsetMs: 600, uncertaintyMs: 200 } } } }))),
    ).toEqual([]);
  });
});

describe('certificates', () => {
  const days = (left: number): Date => new Date(NOW.getTime() - (365 - left) * 86_400_000 - 3_600_000);
  const renewed = async (left: number): Promise<string> =>
    (await leavesOf(ownCa, days(left))).get('infra1')?.server.certificatePem ?? '';
  const path = leafPath('server', 'certificate');
  const onDisk = (pem: string, where = path): SampleChanges => ({
    host: (host) => ({ ...host, ...withFiles(host, [fileFact(where, pem, '644')]) }),
    more: { publicKeys: new Map() },
  });
  const servedAs = (pem: string): SampleChanges['member'] => ({
    served: {
      client: { seen: { pem, trusted: true } },
      peer: { failure: { code: 'served-certificate-unseen', fact: 'not asked' } },
    },
  });

  test.each([
    [5, 'fail'],
    [20, 'warn'],
    [100, 'ok'],
    [-2, 'fail'],
  ])('%d days left: %s', async (left, wanted) => {
    const pem = await renewed(left);
    const report = assess(healthFacts({ 1: { ...onDisk(pem), member: { ...servedAs(pem) } } }));
    const found = report.checks.filter(({ name, subject }) => name === 'certificate' && subject === path);
    expect(found.map((check) => check.status)).toEqual(wanted === 'ok' ? [] : [wanted]);
  });

  test('renewed and not yet served', async () => {
    const report = assess(healthFacts({ 1: onDisk(await renewed(300)) }));
    expect(bad(report)).toEqual(['warn infra1 served-certificate client port 2379']);
    expect(told(report, 'served-certificate').measured).toContain(`another certificate than ${path}`);
  });

  test('another CA on one host: reported once for the cluster, and its leaves are invalid there', () => {
    const report = assess(healthFacts({ 2: onDisk(otherCa.certificatePem, CA_CERTIFICATE) }));
    expect(told(report, 'authority')).toMatchObject({
      status: 'fail',
      measured: expect.stringContaining('infra2'),
    });
    expect(
      bad(report)
        .filter((line) => line.includes('infra2'))
        .every((line) => line.includes('certificate')),
    ).toBe(true);
  });

  test('more than the CA in ca.crt: who else is trusted as a client is reported', () => {
    const bundle = `${ownCa.certificatePem}${otherCa.certificatePem}`;
    const report = assess(healthFacts({ 2: onDisk(bundle, CA_CERTIFICATE) }));
    expect(bad(report)).toEqual([`warn - authority ${CA_CERTIFICATE}`]);
    expect(told(report, 'authority').measured).toContain('more than one certificate on infra2');
  });

  test('a key that belongs to another certificate', () => {
    const publicKeys = new Map([[leafPath('server', 'key'), 'ab'.repeat(32)]]);
    const report = assess(healthFacts({ 0: { more: { publicKeys } } }));
    expect(told(report, 'certificate').measured).toContain('does not belong to it');
  });
});

test('one answer of three does not show a leader: unknown, and not that all agree', () => {
  const report = assess(healthFacts({ 1: silent(1), 2: silent(2) }));
  expect(told(report, 'leader')).toMatchObject({
    status: 'unknown',
    measured: 'Less than a majority of the members answers and names one leader.',
  });
  expect(report.cluster.leader).toBeNull();
});

test('a member that is cut off and believes in itself is not shown as a second leader', () => {
  const believes = { seen: status(0, { leader: 'a0', raftTerm: 1 }) };
  const report = assess(healthFacts({ 0: { endpoint: { status: believes } } }));
  expect(report.cluster.leader).toBe('infra1');
  expect(report.members.map(({ role }) => role)).toEqual(['follower', 'leader', 'follower']);
  expect(told(report, 'leader').measured).toContain('infra0 in term 1');
});

test('a container runtime that is silent says nothing of the containers: unknown, and no failure', () => {
  const words = 'it did not end within 12 s';
  const unseen = [{ what: 'containers', program: 'crictl ps', words } as const];
  const report = assess(
    healthFacts({ 1: { more: { containers: [] }, host: (host) => ({ ...host, unseen }) } }),
  );
  expect(bad(report)).toEqual(['unknown infra1 pod']);
  expect(told(report, 'pod').fix).toMatch(/crictl ps/);
  expect(told(report, 'pod').measured).toContain(words);
});

describe('what a program did not tell is unknown, and not missing', () => {
  const nothing = (what: FactName): Parameters<typeof healthFacts>[0] => ({
    1: {
      host: (host) => ({
        ...host,
        unseen: [{ what, program: 'a program', words: 'it ended with exit code 127' }],
        ...(what === 'files' && { files: new Map(), places: [] }),
        ...(what === 'kubelet' && {
          kubelet: { installed: false, active: false, subState: '', enabled: false, dropIns: [] },
        }),
      }),
    },
  });

  test.each<[FactName, readonly string[]]>([
    ['files', ['drop-in', 'manifest', 'modes', 'stray-files', 'certificate']],
    ['digests', ['drop-in', 'manifest']],
    ['data-dir', ['modes']],
    ['kubelet', ['drop-in', 'kubelet']],
    ['containers', ['pod']],
  ])('%s', (what, checks) => {
    const report = assess(healthFacts(nothing(what)));
    expect(bad(report).toSorted()).toEqual(checks.map((check) => `unknown infra1 ${check}`).toSorted());
    expect(report.status).toBe('ok');
  });

  test('the CA is compared on the hosts on which it was seen', () => {
    const { checks } = assess(healthFacts(nothing('files')));
    expect(checks.find(({ name }) => name === 'authority')?.status).toBe('ok');
  });
});

describe('hosts of the control plane', () => {
  const certificate = leafPath('apiserverEtcdClient', 'certificate');
  const key = leafPath('apiserverEtcdClient', 'key');
  const withHost = (...change: Parameters<typeof controlPlaneFacts>): HealthDocument =>
    assess({ ...healthFacts(), controlPlane: [controlPlaneFacts(...change)] });

  test('that have what they need are reported with the days that are left', () => {
    const check = withHost().checks.find(({ name }) => name === 'control-plane');
    expect(check).toMatchObject({ status: 'ok', member: null, subject: 'cp0' });
    expect(check?.measured).toMatch(/^cp0 .* ends in \d+ days\.$/);
    expect(assess({ ...healthFacts(), controlPlane: [] }).checks.map(({ name }) => name)).not.toContain(
      'control-plane',
    );
  });

  test('one that could not be observed is a warning', () => {
    const host = { failure: { code: 'ssh-host-unreachable' as const, fact: 'it does not answer.' } };
    const report = assess({ ...healthFacts(), controlPlane: [{ name: 'cp0', address: '10.0.0.20', host }] });
    expect(bad(report)).toEqual(['warn - control-plane cp0']);
    expect(report.healthy).toBe(true);
  });

  test.each([
    [
      'nothing was handed over',
      { files: new Map() },
      'fail',
      /lacks .*ca\.crt, .*client\.crt, .*client\.key/,
    ],
    ['the key is gone', (host: HostFacts) => withoutFiles(host, key), 'fail', /lacks \S+client\.key/],
    [
      'the CA of another cluster',
      (host: HostFacts) => withFiles(host, [fileFact(CA_CERTIFICATE, otherCa.certificatePem, '644')]),
      'fail',
      new RegExp(`another CA \\(SHA-256 ${otherCa.fingerprint}\\)`),
      /move these files/,
    ],
    [
      'no certificate',
      (host: HostFacts) => withFiles(host, [fileFact(certificate, 'gone', '644')]),
      'fail',
      /is not a readable certificate/,
    ],
    [
      'a key that others may read',
      (host: HostFacts) => withFiles(host, [fileFact(key, 'key', '644')]),
      'warn',
      /client\.key of cp0 has mode 644/,
    ],
  ])('%s', (_, change, status, measured, fix = /^Run the deploy with `control-plane-hosts`/) => {
    const report = withHost((host) => ({
      ...host,
      ...(typeof change === 'function' ? change(host) : change),
    }));
    expect(bad(report)).toEqual([`${status} - control-plane cp0`]);
    expect(told(report, 'control-plane').measured).toMatch(measured);
    expect(told(report, 'control-plane').fix).toMatch(fix);
  });

  test('the CA in a bundle with others is the CA, as it is for a deploy', () => {
    const bundle = `${otherCa.certificatePem}${ownCa.certificatePem}`;
    const report = withHost((host) => ({
      ...host,
      ...withFiles(host, [fileFact(CA_CERTIFICATE, bundle, '644')]),
    }));
    expect(bad(report)).toEqual([]);
  });

  test('a key that belongs to another certificate', () => {
    const report = withHost(undefined, { publicKeys: new Map([[key, 'ab'.repeat(32)]]) });
    expect(told(report, 'control-plane')).toMatchObject({
      status: 'fail',
      measured: expect.stringContaining('does not belong to'),
      fix: expect.stringMatching(/^Remove \S+client\.key there\. Run the deploy/),
    });
  });

  test.each([
    [5, 'fail'],
    [20, 'warn'],
    [-2, 'fail'],
  ])('a pair that has %d days left: %s', async (left, status) => {
    const pair = await clientPair(ownCa, new Date(NOW.getTime() - (365 - left) * 86_400_000 + 3_600_000));
    const report = withHost(() => hostWith(handedOverFiles(pair)), { publicKeys: new Map() });
    expect(bad(report)).toEqual([`${status} - control-plane cp0`]);
  });
});

test('a vulnerable release is a notice while the host ships it, else a warning', () => {
  const shipped = assess(healthFacts());
  expect(shipped.checks.find(({ name }) => name === 'release')).toMatchObject({
    status: 'ok',
    notice: expect.stringContaining('kubeadm ships'),
  });
  const old = assess(healthFacts({ 0: { shippedImage: 'registry.k8s.io/etcd:3.6.14-0' } }));
  expect(bad(old)).toEqual(['warn infra0 release']);
});
