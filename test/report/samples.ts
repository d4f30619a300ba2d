import type { PlanDocument } from '../../src/plan/document.ts';
import type { HealthDocument } from '../../src/checks/health-document.ts';
import { verificationDocument } from '../../src/checks/make-document.ts';
import { assessHealth, type EndpointHealth, type HealthReport } from '../../src/etcd/health/health.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { observation, PORTS } from '../etcd/observations.ts';
import { thresholds } from '../operations/health/example-documents.ts';

function endpoint(index: number, changes: Partial<EndpointHealth> = {}): EndpointHealth {
  return {
    name: `infra${index}`,
    endpoint: `https://10.0.0.${6 + index}:2379`,
    healthy: true,
    trouble: null,
    message: `https://10.0.0.${6 + index}:2379 is healthy: successfully committed proposal: took = 1.2ms`,
    tookMs: 1.234 + index,
    roundTripMs: 0.31,
    memberId: `8e9e05c5216469${index}d`,
    version: '3.6.5',
    isLeader: index === 1,
    isLearner: false,
    dbSizeBytes: 20480,
    dbSizeInUseBytes: 16384,
    raftTerm: 2,
    raftIndex: 12,
    raftAppliedIndex: 12,
    ...changes,
  };
}

export const healthy: HealthReport = {
  healthy: true,
  checkedAt: '2026-11-23T17:00:10.000Z',
  clusterId: '3b0f53c30a7f2c38',
  leader: { name: 'infra1', id: '8e9e05c52164691d' },
  raftTerm: 2,
  endpoints: [endpoint(0), endpoint(1), endpoint(2)],
  members: [0, 1, 2].map((index) => ({
    id: `8e9e05c5216469${index}d`,
    name: `infra${index}`,
    peerUrls: [`https://10.0.0.${6 + index}:2380`],
    clientUrls: [`https://10.0.0.${6 + index}:2379`],
    isLearner: false,
    started: true,
    expected: true,
  })),
  findings: [],
  observations: [],
};

const unseen = {
  trouble: 'read-failed' as const,
  isLeader: null,
  isLearner: null,
  tookMs: null,
  roundTripMs: null,
  version: null,
  memberId: null,
};

export const unhealthy: HealthReport = {
  ...healthy,
  healthy: false,
  endpoints: [endpoint(0), endpoint(1), endpoint(2, { ...unseen, healthy: false, message: 'no answer' })],
  findings: [
    {
      code: 'alarm-nospace',
      status: 'warn',
      host: 'infra0',
      at: 'disk',
      fact: 'the database is 90 % full.',
      fix: 'defragment it.',
    },
    {
      code: 'etcd-unreachable',
      status: 'fail',
      host: 'infra2',
      at: 'health',
      fact: 'nothing answers at https://10.0.0.8:2379.',
      cause: 'the member is down.',
      fix: 'look at its log: crictl logs …',
    },
  ],
};

/** The health report of a deploy that has verified a healthy cluster of three. */
export const healthDocument: HealthDocument = verificationDocument(
  assessHealth(
    [0, 1, 2].map((index) => observation(index)),
    PORTS,
    new Date('2026-11-23T17:00:10.000Z'),
  ),
  { ...PORTS, clusterName: 'etcd', durationMs: 4321, thresholds, certificates: [] },
);

/** A plan that says nothing but its verdict. */
export const plan: PlanDocument = {
  schemaVersion: 1,
  operation: 'deploy',
  clusterName: 'etcd',
  verdict: 'create',
  meaning: 'set up a new cluster',
  reasons: ['none of the hosts holds anything of etcd'],
  members: [0, 1, 2].map((index) => ({ name: `infra${index}`, address: `10.0.0.${6 + index}` })),
  hosts: [],
  membership: [],
  stages: [],
  afterVerify: [],
  warnings: [],
  digest: '5e'.repeat(32),
};

const fingerprint = Array(32).fill('AB').join(':');

export const succeeded: RunReport = {
  done: 'set up by this run',
  operation: 'deploy',
  clusterName: 'etcd',
  outcome: 'succeeded',
  changed: true,
  startedAt: '2026-11-23T17:00:00.000Z',
  durationMs: 4321,
  steps: [
    ...[0, 1, 2].map((index) => ({
      stage: 'Observe',
      title: 'connect',
      host: `infra${index}`,
      startedMs: 10 * index,
      durationMs: 200 + 50 * index,
      outcome: 'done' as const,
    })),
    {
      stage: 'Verify',
      title: 'health of the whole cluster',
      startedMs: 4000,
      durationMs: 90,
      outcome: 'done',
    },
  ],
  plan,
  progress: [],
  findings: [],
  health: healthy,
  certificates: ['infra0', 'infra1', 'infra2'].flatMap((host) => [
    {
      host,
      path: '/etc/kubernetes/pki/etcd/ca.crt',
      subject: 'CN=etcd-ca',
      isCa: true,
      notAfter: '2036-11-20T17:00:00.000Z',
      daysLeft: 3650,
      fingerprint,
    },
    {
      host,
      path: '/etc/kubernetes/pki/etcd/server.crt',
      subject: `CN=${host}`,
      isCa: false,
      notAfter: '2027-11-23T17:00:00.000Z',
      daysLeft: 365,
      fingerprint: fingerprint.replaceAll('AB', 'CD'),
    },
  ]),
  authority: {
    fingerprint,
    origin: 'made',
    keyCustody:
      'Its key lies on infra0 only, in /etc/kubernetes/pki/etcd/ca.key: keep a copy in a safe place.',
  },
  externalEtcdConfig: 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n',
  connections: [{ host: 'infra0', connections: 1, channels: 9, bytesSent: 45_678, bytesReceived: 912 }],
  artifact: { name: 'etcd-ha-etcd-1-0badcafe', url: 'https://github.com/o/r/actions/runs/1/artifacts/2' },
};
