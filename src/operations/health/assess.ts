import { certificateChecks } from '../../checks/certificates.ts';
import { type Check, type CheckStatus, worstFirst, worstOf } from '../../checks/check.ts';
import { controlPlaneChecks } from '../../checks/control-plane.ts';
import { dataChecks, releaseChecks } from '../../checks/data.ts';
import { endpointChecks, leaderIndexOf } from '../../checks/endpoint.ts';
import { fileChecks } from '../../checks/files.ts';
import { hostChecks } from '../../checks/host.ts';
import { clockOffsets, machineChecks } from '../../checks/machine.ts';
import { figuresOf, metricsChecks, p99Of, peersOf } from '../../checks/metrics.ts';
import { clusterChecks, membershipChecks, quorumChecks } from '../../checks/quorum.ts';
import { failureToleranceOf, viewOf } from '../../checks/view.ts';
import { hostAndPort } from '../../etcd/endpoint.ts';
import { leads } from '../../etcd/health/endpoint.ts';
import { assessMembers } from '../../etcd/health/members.ts';
import { seen } from '../../etcd/health/observation.ts';
import { type ClusterView, memberName } from '../../etcd/health/view.ts';
import type { EtcdId } from '../../etcd/messages.ts';
import type { HealthFacts, HostSight, MemberSight } from '../../facts/health.ts';
import type { HealthThresholds } from '../../inputs/thresholds.ts';
import { leafFiles } from '../../kubeadm/file-tree.ts';
import { CA_CERTIFICATE } from '../../kubeadm/paths.ts';
import { daysLeft } from '../../pki/certificate.ts';
import { inspectCertificate } from '../../pki/inspect.ts';
import {
  type CertificateDocument,
  HEALTH_DOCUMENT_VERSION,
  type HealthDocument,
  type MemberDocument,
} from './document.ts';
import { summaryLine } from './summary-line.ts';

/** What is known of a check besides what it saw. */
export interface RunFigures {
  readonly clusterName: string;
  readonly durationMs: number;
  /** Null: one look at the metrics. */
  readonly metricsWindowSeconds: number | null;
}

/** Judges everything that was seen. */
export function assessDeeply(
  facts: HealthFacts,
  thresholds: HealthThresholds,
  { clusterName, durationMs, metricsWindowSeconds }: RunFigures,
): HealthDocument {
  const view = viewOf(facts);
  const checks = worstFirst(ALL_CHECKS.flatMap((run) => run(facts, thresholds)));
  const status = overall(checks);
  const members = memberDocuments(facts, checks);
  const failureTolerance = failureToleranceOf(facts) ?? null;
  const leader = view.leader === null ? null : memberName(view, view.leader);
  return {
    schemaVersion: HEALTH_DOCUMENT_VERSION,
    checkedAt: facts.now.toISOString(),
    durationMs: Math.round(durationMs),
    clusterName,
    status,
    healthy: status === 'ok' || status === 'warn',
    summary: summaryLine({ clusterName, status, members, leader, failureTolerance, checks }),
    failureTolerance,
    cluster: { id: view.clusterId, leader, raftTerm: highestTerm(view), revision: highestRevision(facts) },
    members,
    memberList: assessMembers(view),
    checks,
    certificates: certificateDocuments(facts),
    thresholds,
    metricsWindowSeconds,
  };
}

/** One that fails is told even where the rest is unknown; without the quorum nothing is known. */
function overall(checks: readonly Check[]): CheckStatus {
  if (checks.some(({ status }) => status === 'fail')) return 'fail';
  if (checks.some(({ name, status }) => name === 'quorum' && status === 'unknown')) return 'unknown';
  return worstOf(checks.map(({ status }) => status).filter((status) => status !== 'unknown'));
}

function highestTerm({ own }: ClusterView): number | null {
  return highest(own.flatMap(({ status }) => seen(status)?.raftTerm ?? []));
}

function highestRevision({ members }: HealthFacts): number | null {
  return highest(members.flatMap(({ hash }) => seen(hash)?.hashRevision ?? []));
}

function highest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}

/** The certificates that a member's host has by the guide. */
export const CERTIFICATE_PATHS: readonly string[] = [
  CA_CERTIFICATE,
  ...leafFiles()
    .filter(({ part }) => part === 'certificate')
    .map(({ path }) => path),
];

/** Every certificate that could be read, on the disks and as served. */
function certificateDocuments(facts: HealthFacts): CertificateDocument[] {
  const { now, clientPort, peerPort } = facts;
  return facts.members.flatMap(({ name, address, host, served }) => {
    const files = 'seen' in host ? host.seen.facts.files : new Map<string, never>();
    const onDisk = CERTIFICATE_PATHS.flatMap((path) =>
      documentOf(files.get(path)?.text, { member: name, place: 'disk', where: path }, now),
    );
    const places = [
      { place: 'client', port: clientPort, sight: served.client },
      { place: 'peer', port: peerPort, sight: served.peer },
    ] as const;
    const presented = places.flatMap(({ place, port, sight }) =>
      'seen' in sight
        ? documentOf(sight.seen.pem, { member: name, place, where: hostAndPort(address, port) }, now)
        : [],
    );
    return [...onDisk, ...presented];
  });
}

/** None for what is no certificate: that is the certificates' check to tell. */
function documentOf(
  pem: string | undefined,
  place: Pick<CertificateDocument, 'member' | 'place' | 'where'>,
  now: Date,
): CertificateDocument[] {
  if (pem === undefined) return [];
  try {
    const { subject, isCa, notBefore, notAfter, serial, fingerprint } = inspectCertificate(pem);
    return [
      {
        ...place,
        subject,
        isCa,
        notBefore: notBefore.toISOString(),
        notAfter: notAfter.toISOString(),
        daysLeft: daysLeft(notAfter, now),
        serial: serial.toString(16),
        fingerprint,
      },
    ];
  } catch {
    return [];
  }
}

/** Every expected member with its figures. */
function memberDocuments(facts: HealthFacts, checks: readonly Check[]): MemberDocument[] {
  const { leader } = viewOf(facts);
  const leaderIndex = leaderIndexOf(facts);
  const offsets = clockOffsets(facts.members);
  return facts.members.map((member) => {
    const own = checks.filter(({ member: name }) => name === member.name).map(({ status }) => status);
    return {
      name: member.name,
      address: member.address,
      status: worstOf(own),
      ...statusFigures(member, leader, leaderIndex),
      askedThrough: member.askedThrough,
      readMs: milliseconds(seen(member.endpoint.readNs)),
      localReadMs: milliseconds(seen(member.localReadNs)),
      roundTripMs: milliseconds(seen(member.endpoint.roundTripNs)),
      ...metricsFigures(member, facts),
      clockOffsetMs: offsets.get(member.name) ?? null,
      ...hostFigures('seen' in member.host ? member.host.seen : undefined),
    };
  });
}

function statusFigures(
  { endpoint }: MemberSight,
  leader: EtcdId | null,
  leaderIndex: number | undefined,
): Pick<
  MemberDocument,
  | 'role'
  | 'reachable'
  | 'memberId'
  | 'version'
  | 'raftIndex'
  | 'raftAppliedIndex'
  | 'raftLag'
  | 'dbSizeBytes'
  | 'dbSizeInUseBytes'
> {
  const status = seen(endpoint.status);
  const isLeader = status !== undefined && leads(status, leader);
  return {
    role: status === undefined ? null : status.isLearner ? 'learner' : isLeader ? 'leader' : 'follower',
    reachable: status !== undefined,
    memberId: status?.memberId ?? null,
    version: status?.version ?? null,
    raftIndex: status?.raftIndex ?? null,
    raftAppliedIndex: status?.raftAppliedIndex ?? null,
    raftLag:
      status === undefined || leaderIndex === undefined ? null : Math.max(0, leaderIndex - status.raftIndex),
    dbSizeBytes: status?.dbSize ?? null,
    dbSizeInUseBytes: status?.dbSizeInUse ?? null,
  };
}

function metricsFigures(
  member: MemberSight,
  facts: HealthFacts,
): Pick<MemberDocument, 'quotaBytes' | 'walFsync' | 'backendCommit' | 'peers' | 'leaderChanges'> {
  const metrics = figuresOf(member, facts.now)?.metrics;
  return {
    quotaBytes: metrics?.quotaBytes ?? null,
    walFsync: p99Of(metrics?.walFsync) ?? null,
    backendCommit: p99Of(metrics?.backendCommit) ?? null,
    peers: peersOf(member, facts),
    leaderChanges: metrics?.leaderChanges ?? null,
  };
}

function hostFigures(
  host: HostSight | undefined,
): Pick<MemberDocument, 'sshRoundTripMs' | 'diskFreeBytes' | 'diskSizeBytes' | 'restarts'> {
  const running = host?.more.containers.find((container) => container.running);
  return {
    sshRoundTripMs: host?.roundTripMs ?? null,
    diskFreeBytes: host?.more.filesystem?.freeBytes ?? null,
    diskSizeBytes: host?.more.filesystem?.sizeBytes ?? null,
    restarts: running?.attempt ?? null,
  };
}

function milliseconds(nanoseconds: number | undefined): number | null {
  return nanoseconds === undefined ? null : nanoseconds / 1e6;
}

/** Judges one side of what was seen. Pure; what was not seen is `unknown`, or left out where another check tells why. */
export type RunChecks = (facts: HealthFacts, thresholds: HealthThresholds) => Check[];

/** All that there is. */
const ALL_CHECKS: readonly RunChecks[] = [
  quorumChecks,
  clusterChecks,
  membershipChecks,
  dataChecks,
  endpointChecks,
  metricsChecks,
  releaseChecks,
  hostChecks,
  fileChecks,
  machineChecks,
  certificateChecks,
  controlPlaneChecks,
];
