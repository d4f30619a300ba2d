import type { EndpointObservation } from '../../../src/etcd/health/observation.ts';
import type { HashKv } from '../../../src/etcd/messages.ts';
import type { Histogram, MemberMetrics } from '../../../src/etcd/metrics.ts';
import type {
  ControlPlaneFacts,
  HealthFacts,
  HealthHostFacts,
  MemberFacts,
} from '../../../src/facts/health.ts';
import type { HostFacts } from '../../../src/facts/host.ts';
import { leafPath } from '../../../src/kubeadm/paths.ts';
import { inspectCertificate } from '../../../src/pki/inspect.ts';
import { leafProfileNames } from '../../../src/pki/leaf.ts';
import { CP0, hostWith } from '../../cluster/control-plane/example.ts';
import { finishedCluster, MEMBERS, NOW } from '../../cluster/example.ts';
import { etcdFailure, member, observation } from '../../etcd/observations.ts';

const HOSTS = finishedCluster();
const ENTRIES = MEMBERS.map(({ address }, index) =>
  member(index, { peerUrls: [`https://${address}:2380`], clientUrls: [`https://${address}:2379`] }),
);

/** Returns the member list of the sample with entries added or changed. */
export function memberList(
  change: (entries: typeof ENTRIES) => typeof ENTRIES,
): EndpointObservation['memberList'] {
  return { seen: { clusterId: 'c1', members: change(ENTRIES) } };
}

/** Returns a histogram with all observations in one bucket, whose upper bound is given. */
export function histogram(count: number, seconds: number): Histogram {
  return {
    buckets: [
      { le: seconds / 2, count: 0 },
      { le: seconds, count },
      { le: Infinity, count },
    ],
    sumSeconds: count * seconds * 0.75,
    count,
  };
}

/** Metrics of one member that has run for a day. */
export function metrics(index: number, changes: Partial<MemberMetrics> = {}): MemberMetrics {
  const others = [0, 1, 2].filter((other) => other !== index);
  return {
    version: '3.6.5',
    walFsync: histogram(10_000, 0.004),
    backendCommit: histogram(10_000, 0.008),
    peerRoundTrips: new Map(others.map((other) => [`a${other}`, histogram(2_880, 0.002)])),
    leaderChanges: 1,
    quotaBytes: 2 * 1024 ** 3,
    startedAt: NOW.getTime() / 1000 - 86_400,
    ...changes,
  };
}

/** Facts that only a health check reads on a host. */
export function hostMore(index: number, changes: Partial<HealthHostFacts> = {}): HealthHostFacts {
  const files = HOSTS[index]?.files;
  return {
    clock: { offsetMs: 0, uncertaintyMs: 5 },
    filesystem: {
      type: 'ext4',
      source: '/dev/sda1',
      mountPoint: '/',
      readOnly: false,
      sizeBytes: 40 * 1024 ** 3,
      freeBytes: 30 * 1024 ** 3,
      inodes: 1_000_000,
      freeInodes: 900_000,
      dataDirBytes: 100 * 1024 ** 2,
    },
    kubeletHealthz: 'ok',
    containers: [
      {
        id: 'c'.repeat(64),
        running: true,
        attempt: 0,
        startedAt: new Date(NOW.getTime() - 86_400_000).toISOString(),
      },
    ],
    lastLog: [],
    publicKeys: new Map(
      leafProfileNames.map((name) => [
        leafPath(name, 'key'),
        inspectCertificate(files?.get(leafPath(name, 'certificate'))?.text ?? '').publicKeySha256,
      ]),
    ),
    ...changes,
  };
}

/** Differences from a healthy cluster, for one member. */
export interface SampleChanges {
  readonly endpoint?: Partial<EndpointObservation>;
  readonly host?: (host: HostFacts) => HostFacts;
  readonly more?: Partial<HealthHostFacts>;
  /** The image that the host's kubeadm ships; default: the observed one. */
  readonly shippedImage?: string;
  readonly member?: Partial<MemberFacts>;
}

/** A healthy cluster of three that infra1 leads, with changes by the index of the member. */
export function healthFacts(changes: Readonly<Record<number, SampleChanges>> = {}): HealthFacts {
  return {
    now: NOW,
    clientPort: 2379,
    peerPort: 2380,
    dataDir: '/var/lib/etcd',
    members: MEMBERS.map(({ name, address }, index) =>
      memberWith(index, name, address, changes[index] ?? {}),
    ),
    controlPlane: [controlPlaneFacts()],
  };
}

/** A control-plane host with all necessary files, with changes. */
export function controlPlaneFacts(
  change: (host: HostFacts) => HostFacts = (same) => same,
  more: Partial<HealthHostFacts> = {},
): ControlPlaneFacts {
  const facts = change(hostWith());
  const path = leafPath('apiserverEtcdClient', 'certificate');
  const certificate = inspectCertificate(hostWith().files.get(path)?.text ?? '');
  const publicKeys = new Map([[leafPath('apiserverEtcdClient', 'key'), certificate.publicKeySha256]]);
  return { ...CP0, host: { seen: { facts, more: { ...hostMore(0), publicKeys, ...more } } } };
}

function memberWith(
  index: number,
  name: string,
  address: string,
  { endpoint = {}, host = (same) => same, more = {}, shippedImage, member: changed = {} }: SampleChanges,
): MemberFacts {
  const found = HOSTS[index];
  if (found === undefined) throw new Error(`no host ${index}`);
  const facts = host(found);
  const shipped = shippedImage ?? found.etcdImage;
  const served = (profile: 'server' | 'peer'): MemberFacts['served']['client'] => ({
    seen: { pem: found.files.get(leafPath(profile, 'certificate'))?.text ?? '', trusted: true },
  });
  return {
    name,
    address,
    host: {
      seen: {
        facts,
        more: hostMore(index, more),
        roundTripMs: 0.4,
        ...(shipped !== undefined && { shippedImage: shipped }),
      },
    },
    askedThrough: null,
    endpoint: observation(index, { address, memberList: memberList((entries) => entries), ...endpoint }),
    localReadNs: { seen: 700_000 },
    livez: { seen: { ok: true, checks: [{ name: 'serializable_read', ok: true }] } },
    readyz: { seen: { ok: true, checks: [{ name: 'linearizable_read', ok: true }] } },
    hash: { seen: hash(index) },
    metrics: { seen: { latest: metrics(index) } },
    served: { client: served('server'), peer: served('peer') },
    ...changed,
  };
}

/** HashKV of one member. */
export function hash(index: number, changes: Partial<HashKv> = {}): HashKv {
  return { memberId: `a${index}`, hash: 1234, compactRevision: 5, hashRevision: 9, revision: 9, ...changes };
}

/** A member that does not answer. */
export function silent(
  index: number,
  kind: Parameters<typeof etcdFailure>[0] = 'unreachable',
): SampleChanges {
  const failed = { failure: etcdFailure(kind, 'connection refused', index) };
  const notPresented = {
    failure: { code: 'served-certificate-unseen' as const, fact: 'connection refused' },
  };
  return {
    endpoint: { status: failed, memberList: failed, roundTripNs: failed, readNs: failed, alarms: failed },
    member: {
      localReadNs: failed,
      livez: failed,
      readyz: failed,
      hash: failed,
      metrics: failed,
      served: { client: notPresented, peer: notPresented },
    },
  };
}
