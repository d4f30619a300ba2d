import type { Plan } from '../cluster/plan.ts';
import { httpsUrl } from '../kubeadm/urls.ts';
import { renderExternalEtcdConfig } from '../kubeadm/kubeadm-config.ts';
import type { HealthReport } from '../etcd/health.ts';
import type { Log } from '../log.ts';
import { ProofFailed } from '../road/prove.ts';
import type { Outcome } from '../road/road.ts';
import type { Timeline } from '../road/timeline.ts';
import type { Settings } from '../settings/settings.ts';
import { artifactFiles } from './artifact-files.ts';
import { uploadArtifact, type UploadedArtifact } from './artifacts.ts';
import { certificateReports, firstToExpire } from './certificates.ts';
import type { Failure } from './failure.ts';
import { writeOutputs, type Outputs } from './outputs.ts';
import type { Redactor } from './redaction.ts';
import type { AuthorityReport, RunReport } from './run-report.ts';
import { writeSummary } from './write-summary.ts';

/** What every report of a run is made with. */
export interface ReportMeans {
  readonly redactor: Redactor;
  readonly log: Log;
  readonly timeline: Timeline;
  readonly startedAt: Date;
}

/** Publishes a run that did what it was asked for: log, outputs, artifact, job summary. */
export async function publish(outcome: Outcome, settings: Settings, means: ReportMeans): Promise<void> {
  const { plan, health, publicFiles, authority } = outcome;
  const { log, redactor } = means;
  logHealth(health, log);
  log.info(outcome.changed ? 'The cluster is healthy.' : 'The cluster is healthy; nothing was changed.');
  const certificates = certificateReports(publicFiles, means.startedAt);
  const externalEtcdConfig = renderExternalEtcdConfig(plan.shape);
  const outputs: Partial<Outputs> = {
    ...healthOutputs(health, plan),
    changed: outcome.changed,
    'ca-certificate': authority.certificatePem,
    'ca-fingerprint': authority.fingerprint,
    'certificates-expire-at': firstToExpire(certificates)?.notAfter ?? '',
    'external-etcd-config': externalEtcdConfig,
  };
  // What the next steps of a workflow need is there before an upload that may take its time.
  writeOutputs(outputs, redactor, log);
  const artifact = settings.artifacts.upload
    ? await upload({ publicFiles, health, externalEtcdConfig }, settings, means)
    : undefined;
  writeOutputs({ 'artifact-id': artifact?.id ?? '', 'artifact-url': artifact?.url ?? '' }, redactor, log);
  const report: RunReport = {
    ...commonReport(settings, means),
    outcome: 'succeeded',
    changed: outcome.changed,
    findings: [
      ...health.findings,
      ...settings.warnings.map((warning) => ({ ...warning, severity: 'warn' as const })),
    ],
    health,
    certificates,
    authority: authorityReport(plan, authority.fingerprint),
    externalEtcdConfig,
    connections: outcome.connections,
    ...(artifact === undefined ? {} : { artifact: { name: settings.artifacts.name, url: artifact.url } }),
  };
  await writeSummary(report, redactor, log);
}

/** Publishes a run that failed: what is known of the cluster, and the job summary with all findings. */
export async function publishFailure(
  error: unknown,
  failure: Failure,
  settings: Settings | undefined,
  means: ReportMeans,
): Promise<void> {
  const { log, redactor, timeline } = means;
  const health = error instanceof ProofFailed ? error.health : undefined;
  const changed = timeline.entries.some(({ changes }) => changes);
  const outputs: Partial<Outputs> = { healthy: false, changed, ...(health && { 'health-report': health }) };
  writeOutputs(outputs, redactor, log);
  if (health !== undefined) logHealth(health, log);
  const report: RunReport = {
    ...commonReport(settings, means),
    outcome: 'failed',
    failure: failure.title,
    changed,
    findings: failure.findings,
    certificates: [],
    ...(health === undefined ? {} : { health }),
  };
  await writeSummary(report, redactor, log);
}

function commonReport(
  settings: Settings | undefined,
  { timeline, startedAt }: ReportMeans,
): Pick<RunReport, 'operation' | 'clusterName' | 'startedAt' | 'durationMs' | 'steps'> {
  return {
    operation: settings?.operation ?? '',
    clusterName: settings?.clusterName ?? '',
    startedAt: startedAt.toISOString(),
    durationMs: timeline.elapsedMs(),
    steps: timeline.entries,
  };
}

function logHealth(health: HealthReport, log: Log): void {
  for (const { message, roundTripMs } of health.endpoints) {
    log.info(
      roundTripMs === null
        ? message
        : `${message} (round trip of the connection ${roundTripMs.toFixed(1)} ms)`,
    );
  }
}

function healthOutputs(health: HealthReport, plan: Plan): Partial<Outputs> {
  const { members, clientPort } = plan.shape;
  return {
    healthy: health.healthy,
    endpoints: members.map(({ address }) => httpsUrl(address, clientPort)),
    members: health.members,
    leader: health.leader?.name ?? '',
    'cluster-id': health.clusterId ?? '',
    'health-report': health,
  };
}

async function upload(
  known: Parameters<typeof artifactFiles>[0],
  { artifacts }: Settings,
  { redactor, log, timeline }: ReportMeans,
): Promise<UploadedArtifact | undefined> {
  return timeline.record({ stage: 'Report', title: 'upload artifact', changes: false }, () =>
    uploadArtifact({
      files: artifactFiles(known),
      name: artifacts.name,
      redactor,
      log,
      ...(artifacts.retentionDays === undefined ? {} : { retentionDays: artifacts.retentionDays }),
    }),
  );
}

/** What the report says of the CA's key: the one thing that cannot be made again. */
function authorityReport(plan: Plan, fingerprint: string): AuthorityReport {
  const copy = 'Copy it to a safe place: without it no certificate can be issued again.';
  switch (plan.authority.from) {
    case 'input':
      return {
        fingerprint,
        origin: 'input',
        keyCustody: `Its key is among the workflow's secrets and on ${plan.keyKeeper} (/etc/kubernetes/pki/etcd/ca.key).`,
      };
    case 'made':
      return {
        fingerprint,
        origin: 'made',
        keyCustody: `Its key exists only once, on ${plan.keyKeeper} (/etc/kubernetes/pki/etcd/ca.key). ${copy}`,
      };
    default:
      return {
        fingerprint,
        origin: 'host',
        keyCustody: `As far as the action knows, its key exists only on ${plan.keyKeeper} (/etc/kubernetes/pki/etcd/ca.key). ${copy}`,
      };
  }
}
