import { readFileSync } from 'node:fs';
import {
  type Check,
  CHECK_TITLES,
  type CheckName,
  checkOf,
  worstFirst,
  worstOf,
} from '../../../src/checks/check.ts';
import type {
  CertificateDocument,
  HealthDocument,
  MemberDocument,
} from '../../../src/checks/health-document.ts';
import type { HealthThresholds } from '../../../src/inputs/run/health.ts';

const CHECKED_AT = '2026-11-24T05:17:00.000Z';
const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

/** The defaults of the inputs. */
export const thresholds: HealthThresholds = {
  certificateWarningDays: 30,
  certificateFailureDays: 7,
  latencyWarningMs: 100,
  fsyncWarningMs: 10,
  commitWarningMs: 25,
  peerLatencyWarningMs: 50,
  dbQuotaWarningPercent: 80,
  dbQuotaFailurePercent: 95,
  diskFreeWarningPercent: 15,
  clockWarningMs: 500,
  raftLagWarning: 1000,
  backupWarningSeconds: 0,
};

const NAMES = ['infra0', 'infra1', 'infra2'];
const address = (name: string): string => `10.0.0.${6 + NAMES.indexOf(name)}`;

function member(name: string): MemberDocument {
  const index = NAMES.indexOf(name);
  return {
    name,
    address: address(name),
    status: 'ok',
    role: index === 1 ? 'leader' : 'follower',
    reachable: true,
    askedThrough: null,
    memberId: ['8e9e05c52164694d', '91bc3c398fb3c146', 'fd422379fda50e48'][index] ?? null,
    version: '3.6.5',
    readMs: [2.41, 1.52, 3.08][index] ?? null,
    localReadMs: [0.61, 0.58, 0.7][index] ?? null,
    roundTripMs: [0.42, 0.39, 0.47][index] ?? null,
    sshRoundTripMs: [0.35, 0.33, 0.4][index] ?? null,
    raftIndex: 182_734 - index,
    raftAppliedIndex: 182_734 - index,
    raftLag: index,
    dbSizeBytes: (212 + index) * MIB,
    dbSizeInUseBytes: (187 + index) * MIB,
    quotaBytes: 2048 * MIB,
    walFsync: { p99Ms: [3.6, 2.9, 4.4][index] ?? 0, samples: 48_211 },
    backendCommit: { p99Ms: [7.1, 6.6, 8.2][index] ?? 0, samples: 20_118 },
    peers: NAMES.filter((other) => other !== name).map((other) => ({
      name: other,
      p99Ms: 1.2 + 0.4 * NAMES.indexOf(other),
      samples: 2_880,
    })),
    leaderChanges: 2,
    clockOffsetMs: [0.4, 0, -1.1][index] ?? null,
    diskFreeBytes: 31_000 * MIB,
    diskSizeBytes: 40_000 * MIB,
    restarts: 0,
  };
}

const FILES: readonly [string, string, number][] = [
  ['/etc/kubernetes/pki/etcd/ca.crt', 'CN=etcd-ca', 3_640],
  ['/etc/kubernetes/pki/etcd/server.crt', 'CN=', 355],
  ['/etc/kubernetes/pki/etcd/peer.crt', 'CN=', 355],
  ['/etc/kubernetes/pki/etcd/healthcheck-client.crt', 'CN=kube-etcd-healthcheck-client', 355],
  ['/etc/kubernetes/pki/apiserver-etcd-client.crt', 'CN=kube-apiserver-etcd-client', 355],
];

function certificatesOf(name: string): CertificateDocument[] {
  const one = (
    place: CertificateDocument['place'],
    where: string,
    subject: string,
    daysLeft: number,
  ): CertificateDocument => ({
    member: name,
    place,
    where,
    subject: subject === 'CN=' ? `CN=${name}` : subject,
    isCa: subject === 'CN=etcd-ca',
    notBefore: '2026-11-14T05:12:00.000Z',
    notAfter: new Date(Date.parse(CHECKED_AT) + daysLeft * DAY_MS + 1_000).toISOString(),
    daysLeft,
    serial: `3d${NAMES.indexOf(name)}${where.length.toString(16)}a0`,
    fingerprint: Array.from({ length: 32 }, (_, i) =>
      ((i * 37 + where.length) % 256).toString(16).padStart(2, '0'),
    )
      .join(':')
      .toUpperCase(),
  });
  return [
    ...FILES.map(([path, subject, days]) => one('disk', path, subject, days)),
    one('client', `${address(name)}:2379`, 'CN=', 355),
    one('peer', `${address(name)}:2380`, 'CN=', 355),
  ];
}

const OF_THE_CLUSTER: ReadonlySet<CheckName> = new Set([
  'quorum',
  'leader',
  'cluster-id',
  'membership',
  'alarms',
  'data',
  'backup',
  'versions',
  'authority',
  'control-plane',
]);

/** The checks of health as docs/health.md lists them, in the order of the registry. */
export const HEALTH_CHECKS: readonly CheckName[] = (Object.keys(CHECK_TITLES) as CheckName[]).filter((name) =>
  readFileSync('docs/health.md', 'utf8')
    .split('\n')
    .some((line) => line.startsWith('| `') && (line.split('|')[1] ?? '').includes(`\`${name}\``)),
);

function goodChecks(): Check[] {
  return HEALTH_CHECKS.flatMap((name) =>
    OF_THE_CLUSTER.has(name)
      ? [checkOf(name, null)('ok', { measured: `${CHECK_TITLES[name]}: as expected.` })]
      : NAMES.map((host) =>
          checkOf(name, host)('ok', {
            measured: `${CHECK_TITLES[name]} of ${host}: 1.2 ms.`,
            threshold: 'at most 100 ms',
          }),
        ),
  );
}

/** Three healthy members. */
export function healthyDocument(): HealthDocument {
  return {
    schemaVersion: 1,
    checkedAt: CHECKED_AT,
    durationMs: 1_284,
    clusterName: 'production',
    status: 'ok',
    healthy: true,
    summary:
      '3 of 3 members healthy, infra1 leads, can lose 1 more member; first certificate ends in 355 days.',
    failureTolerance: 1,
    cluster: { id: 'cdf818194e3a8c32', leader: 'infra1', raftTerm: 4, revision: 171_203 },
    members: NAMES.map(member),
    memberList: NAMES.map((name) => ({
      id: member(name).memberId ?? '',
      name,
      peerUrls: [`https://${address(name)}:2380`],
      clientUrls: [`https://${address(name)}:2379`],
      isLearner: false,
      started: true,
      expected: true,
    })),
    checks: goodChecks(),
    certificates: NAMES.flatMap(certificatesOf),
    thresholds,
    metricsWindowSeconds: null,
  };
}

/**
 * infra2 is down and its host cannot be reached, infra0 has a slow disk and a certificate that expires in five days.
 */
export function degradedDocument(): HealthDocument {
  const healthy = healthyDocument();
  const lost = 'infra2';
  const bad: Check[] = [
    checkOf('endpoint', lost)('fail', {
      code: 'etcd-unreachable',
      measured: 'infra2 (https://10.0.0.8:2379) does not answer: connection refused, asked through infra0.',
      cause: 'etcd is not running on that host.',
      fix: 'Log in to infra2 and look at `crictl ps -a --name etcd` and `crictl logs`.',
    }),
    checkOf('certificate', 'infra0')('fail', {
      code: 'certificate-ends-soon',
      subject: '/etc/kubernetes/pki/etcd/server.crt',
      measured: '/etc/kubernetes/pki/etcd/server.crt ends on 2026-11-29T05:17:01.000Z, in 5 days.',
      threshold: 'at least 7 days',
      cause: 'It was not renewed.',
      fix: 'Run the operation `deploy` with the inputs of this cluster: it renews without a restart.',
    }),
    checkOf('quorum', null)('warn', {
      code: 'quorum-at-risk',
      measured: '2 of 3 members are healthy: no more member may fail.',
      threshold: 'at least 1 member to spare',
      fix: 'Bring infra2 back first.',
    }),
    checkOf('wal-fsync', 'infra0')('warn', {
      code: 'disk-slow',
      measured: 'fsync of the log takes 48 ms at the 99th percentile (812 in 10 s).',
      threshold: 'at most 10 ms',
      cause: 'The disk is slow, or shared with others <b>&amp;</b> busy | loaded.',
      fix: 'Give etcd an SSD of its own.',
    }),
    checkOf('host', lost)('warn', {
      code: 'ssh-host-unreachable',
      measured: 'infra2 (10.0.0.8) cannot be reached over SSH: connection timed out.',
      fix: 'Look whether the machine is up.',
    }),
  ];
  const unknownNames = new Set<CheckName>([
    'kubelet',
    'manifest',
    'clock',
    'disk-space',
    'modes',
    'pod',
    'drop-in',
  ]);
  const rest = healthy.checks
    .filter(
      ({ name, member: of, subject }) =>
        !bad.some((b) => b.name === name && b.member === of && subject === null),
    )
    .filter(({ name, member: of }) => of !== lost || unknownNames.has(name))
    .map((check) =>
      check.member === lost
        ? checkOf(check.name, lost)('unknown', {
            measured: 'Could not be looked at: no SSH connection to infra2.',
          })
        : check,
    );
  const checks = worstFirst([...bad, ...rest]);
  const members = healthy.members.map((one): MemberDocument => {
    const status = worstOf(checks.filter(({ member: of }) => of === one.name).map((check) => check.status));
    if (one.name === 'infra0') return { ...one, status, walFsync: { p99Ms: 48, samples: 812 }, readMs: 61.4 };
    if (one.name !== lost) return { ...one, status };
    return {
      ...one,
      status,
      role: null,
      reachable: false,
      askedThrough: 'infra0',
      memberId: null,
      version: null,
      readMs: null,
      localReadMs: null,
      roundTripMs: null,
      sshRoundTripMs: null,
      raftIndex: null,
      raftAppliedIndex: null,
      raftLag: null,
      dbSizeBytes: null,
      dbSizeInUseBytes: null,
      quotaBytes: null,
      walFsync: null,
      backendCommit: null,
      peers: [],
      leaderChanges: null,
      clockOffsetMs: null,
      diskFreeBytes: null,
      diskSizeBytes: null,
      restarts: null,
    };
  });
  const fiveDays = new Date(Date.parse(CHECKED_AT) + 5 * DAY_MS + 1_000).toISOString();
  return {
    ...healthy,
    status: 'fail',
    healthy: false,
    summary: '2 of 3 members healthy, infra1 leads, no more member may fail; infra2 does not answer.',
    failureTolerance: 0,
    members,
    checks,
    certificates: healthy.certificates
      .filter(({ member: of }) => of !== lost)
      .map((one) =>
        one.member === 'infra0' && one.where.endsWith('/server.crt')
          ? { ...one, notAfter: fiveDays, daysLeft: 5 }
          : one,
      ),
    metricsWindowSeconds: 10,
  };
}
