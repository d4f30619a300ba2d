import { certificateChecks } from '../../checks/certificates.ts';
import type { Check } from '../../checks/check.ts';
import { clockChecks, clockOffsets, type HostClock } from '../../checks/clock.ts';
import { controlPlaneChecks } from '../../checks/control-plane.ts';
import { dataChecks } from '../../checks/data.ts';
import { disksInService } from '../../checks/disk.ts';
import { endpointChecks } from '../../checks/endpoint.ts';
import { fileChecks } from '../../checks/files.ts';
import type { CertificateDocument, HealthDocument, MemberDocument } from '../../checks/health-document.ts';
import { hostChecks } from '../../checks/host.ts';
import { certificateDocuments, healthDocument } from '../../checks/make-document.ts';
import { figuresOf, metricsChecks, p99Of, peersOf } from '../../checks/metrics.ts';
import { clusterChecks, membershipChecks, quorumChecks } from '../../checks/quorum.ts';
import { releasesInService } from '../../checks/releases.ts';
import { checkingOperation } from '../../engine/operation.ts';
import { hostAndPort } from '../../etcd/endpoint.ts';
import { seen } from '../../etcd/health/observation.ts';
import type { HealthFacts, HostObservation, MemberFacts } from '../../facts/health.ts';
import { EVERY_OPERATION } from '../../inputs/groups.ts';
import type { HealthThresholds } from '../../inputs/run/health.ts';
import { CA_CERTIFICATE, leafFiles } from '../../kubeadm/paths.ts';
import { observeHealth } from './observe/observe-health.ts';
import { lastBackupChecks } from '../../checks/last-backup.ts';
import { publishCheckup } from './report/publish.ts';
import { highest, milliseconds } from '../../text/units.ts';

/** Judges the whole cluster, its hosts and its certificates, and changes nothing. */
export const health = checkingOperation({
  name: 'health',
  summary: 'Checks a highly available external etcd cluster for kubeadm, over SSH, and changes nothing',
  icon: 'activity',
  inputs: [...EVERY_OPERATION, 'health', 'artifact'],
  outputs: ['login', 'cluster', 'change', 'findings', 'health-check', 'artifact'],
  // with an installed probe, the login user needs no shell of root
  access: (settings) => ({
    effect: 'reads',
    as: settings.health.probe === undefined ? 'root' : 'login',
  }),
  // a host that cannot be reached is part of the report
  reach: 'none',
  // it changes nothing and has its deadline
  survivesFault: true,
  observe: observeHealth,
  check: (facts, { clusterName, health: { thresholds, metricsWindowSeconds } }, { timeline }) =>
    assessDeeply(facts, thresholds, {
      clusterName,
      durationMs: timeline.elapsedMs(),
      metricsWindowSeconds: metricsWindowSeconds === 0 ? null : metricsWindowSeconds,
    }),
  report: publishCheckup,
});

/** What is known of a health check in addition to its facts. */
export interface RunFigures {
  readonly clusterName: string;
  readonly durationMs: number;
  /** Null: a single sample of the metrics. */
  readonly metricsWindowSeconds: number | null;
}

/** Judges all observations. */
export function assessDeeply(
  facts: HealthFacts,
  thresholds: HealthThresholds,
  { clusterName, durationMs, metricsWindowSeconds }: RunFigures,
): HealthDocument {
  const offsets = clockOffsets(clocksOf(facts));
  return healthDocument(facts, {
    checkedAt: facts.now.toISOString(),
    durationMs: Math.round(durationMs),
    clusterName,
    checks: ALL_CHECKS.flatMap((run) => run(facts, thresholds)),
    revision: highest(facts.members.flatMap(({ hash }) => seen(hash)?.hashRevision ?? [])),
    certificates: everyCertificate(facts),
    thresholds,
    metricsWindowSeconds,
    more: (member: MemberFacts) => ({
      localReadMs: milliseconds(seen(member.localReadNs)),
      ...metricsFigures(member, facts),
      clockOffsetMs: offsets.get(member.name) ?? null,
      ...hostFigures('seen' in member.host ? member.host.seen : undefined),
    }),
  });
}

/** The certificates that a member's host has by the guide. */
export const CERTIFICATE_PATHS: readonly string[] = [
  CA_CERTIFICATE,
  ...leafFiles()
    .filter(({ part }) => part === 'certificate')
    .map(({ path }) => path),
];

/** Every certificate that could be read, on the disks and as served. */
function everyCertificate(facts: HealthFacts): CertificateDocument[] {
  const { now, clientPort, peerPort } = facts;
  return facts.members.flatMap(({ name, address, host, served }) => {
    const files = 'seen' in host ? host.seen.facts.files : new Map<string, never>();
    const onDisk = CERTIFICATE_PATHS.flatMap((path) =>
      certificateDocuments(files.get(path)?.text, { member: name, place: 'disk', where: path }, now),
    );
    const places = [
      { place: 'client', port: clientPort, certificate: served.client },
      { place: 'peer', port: peerPort, certificate: served.peer },
    ] as const;
    const presented = places.flatMap(({ place, port, certificate }) =>
      'seen' in certificate
        ? certificateDocuments(
            certificate.seen.pem,
            { member: name, place, where: hostAndPort(address, port) },
            now,
          )
        : [],
    );
    return [...onDisk, ...presented];
  });
}

function metricsFigures(
  member: MemberFacts,
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
  host: HostObservation | undefined,
): Pick<MemberDocument, 'sshRoundTripMs' | 'diskFreeBytes' | 'diskSizeBytes' | 'restarts'> {
  const running = host?.more.containers.find((container) => container.running);
  return {
    sshRoundTripMs: host?.roundTripMs ?? null,
    diskFreeBytes: host?.more.filesystem?.freeBytes ?? null,
    diskSizeBytes: host?.more.filesystem?.sizeBytes ?? null,
    restarts: running?.attempt ?? null,
  };
}

/** Makes the checks of one part of the facts. Pure; a check of something that was not observed is `unknown`, or left out if another check reports why. */
export type RunChecks = (facts: HealthFacts, thresholds: HealthThresholds) => Check[];

/** All that there is. */
const ALL_CHECKS: readonly RunChecks[] = [
  quorumChecks,
  clusterChecks,
  membershipChecks,
  dataChecks,
  lastBackupChecks,
  endpointChecks,
  metricsChecks,
  releasesInService,
  hostChecks,
  fileChecks,
  diskChecks,
  (facts, { clockWarningMs }) =>
    clockChecks(clocksOf(facts), { warningMs: clockWarningMs, failureMs: CLOCK_FAILURE_MS }),
  certificateChecks,
  controlPlaneChecks,
];

function diskChecks({ members }: HealthFacts, thresholds: HealthThresholds): Check[] {
  return members.flatMap(({ name, host }) =>
    'seen' in host ? disksInService(name, host.seen, thresholds) : [],
  );
}

/** A cluster that runs is far from broken at the limit of a deploy; beyond this leases, logs and certificates are not to be trusted. */
const CLOCK_FAILURE_MS = 300_000;

function clocksOf({ members }: HealthFacts): HostClock[] {
  return members.flatMap(({ name, host }) => ('seen' in host ? [{ name, clock: host.seen.more.clock }] : []));
}
