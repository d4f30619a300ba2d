import type { TakenBackup } from '../backup/manifest.ts';
import { isFinding } from '../checks/check.ts';
import type { HealthDocument } from '../checks/health-document.ts';
import { certificateDocuments, verificationDocument } from '../checks/make-document.ts';
import { describeFinding, RunError, RefusedError } from '../findings.ts';
import { httpsUrl } from '../etcd/endpoint.ts';
import { type HealthReport, UnhealthyError } from '../etcd/health/health.ts';
import type { Plan } from '../plan/plan.ts';
import {
  type PlanOutcome,
  type PlanReport,
  type HostProgress,
  type ReportFinding,
  type RunRecord,
  type RunReport,
  certificateReports,
  firstToExpire,
} from './run-report.ts';
import { InterruptedError } from '../runner/end-of-run.ts';
import type { Log } from '../runner/log.ts';
import type { Timeline } from '../run/timeline.ts';
import type { Settings } from '../inputs/settings.ts';
import { duration } from '../text/units.ts';
import {
  type ArtifactFile,
  artifactFiles,
  backupFiles,
  uploadArtifact,
  type UploadedArtifact,
} from './artifacts.ts';
import { failStep, type Failure } from './failure.ts';
import {
  backupOutputs,
  ofGroups,
  type Outputs,
  planOutputs,
  verificationOutputs,
  writeOutputs,
} from './outputs.ts';
import type { OutputGroupName } from './outputs-table.ts';
import { planLines } from './plan-view.ts';
import type { Redactor } from '../runner/masking/redaction.ts';
import { writeSummary } from './summary.ts';

/** What every report of a run is made with. */
export interface Reporting {
  readonly redactor: Redactor;
  readonly log: Log;
  readonly timeline: Timeline;
  readonly record: RunRecord;
  readonly startedAt: Date;
}

/** Publishes a run that planned, and did what it was asked for: log, outputs, artifact, job summary. */
export async function publishPlan(
  outcome: PlanOutcome,
  own: PlanReport,
  settings: Settings,
  means: Reporting,
): Promise<void> {
  const { plan, document, health, publicFiles } = outcome;
  const { log, redactor, record } = means;
  const { authority, externalEtcdConfig } = own;
  if (outcome.dryRun) for (const line of planLines(document)) log.info(line);
  if (health !== undefined) logHealth(health, log);
  log.info(lastWord(outcome));
  const certificates = certificateReports(publicFiles, means.startedAt);
  const healthReport = health && documentOf(health, publicFiles, settings, means);
  const outputs: Partial<Outputs> = {
    ...planOutputs(record.document),
    ...(healthReport && verificationOutputs(healthReport, endpointsOf(plan, settings))),
    changed: outcome.changed,
    'certificates-expire-at': firstToExpire(certificates)?.notAfter ?? '',
    ...backupOutputs(record.backups),
    ...own.outputs,
  };
  // What the next steps of a workflow need is there before an upload that may take its time.
  writeOutputs(outputs, redactor, log);
  const { audit } = record;
  const [backup] = record.backups;
  const artifact = await uploadResults(
    {
      publicFiles,
      plan: document,
      ...(healthReport && { health: healthReport }),
      ...(externalEtcdConfig !== undefined && { externalEtcdConfig }),
      ...(audit && { audit }),
    },
    settings,
    means,
  );
  // What fails the step is no warning beside it; in a dry run it is no more than that.
  const failed = outcome.dryRun ? [] : outcome.unfinished;
  const warnings = [...plan.warnings, ...record.warnings, ...(own.warnings ?? [])].filter(
    (warning) => !failed.includes(warning),
  );
  const report: RunReport = {
    ...commonReport(settings, means),
    outcome: outcome.dryRun ? 'planned' : failed.length > 0 ? 'failed' : 'succeeded',
    ...(failed.length > 0 && { failure: own.unfinished }),
    changed: outcome.changed,
    done: plan.verdict.done,
    findings: [...failed, ...(health?.findings ?? []), ...[...settings.warnings, ...warnings].map(asWarning)],
    certificates,
    ...(health && { health }),
    ...(authority && { authority }),
    ...(externalEtcdConfig !== undefined && { externalEtcdConfig }),
    ...(backup && { backup }),
    connections: outcome.connections,
    ...(artifact && { artifact: { name: settings.artifacts.name, url: artifact.url } }),
  };
  for (const warning of warnings) log.warning(describeFinding(warning));
  if (failed.length > 0) failStep(new RunError(own.unfinished, failed), redactor, log);
  await writeSummary(report, redactor, log);
}

/**
 * Publishes a run that failed: what is known of the cluster, and the job summary with all findings.
 * @param groups of the outputs that its operation sets; absent: the run ended before it had one.
 */
export async function publishFailure(
  error: unknown,
  failure: Failure,
  settings: Settings | undefined,
  means: Reporting,
  groups?: readonly OutputGroupName[],
): Promise<void> {
  const { log, redactor, timeline, record } = means;
  const health = error instanceof UnhealthyError ? error.health : undefined;
  const healthReport = health && settings && documentOf(health, new Map(), settings, means);
  const changed = timeline.entries.some(({ changes }) => changes);
  const refused: Partial<Outputs> = error instanceof RefusedError ? { verdict: 'refuse' } : {};
  const outputs: Partial<Outputs> = {
    ...planOutputs(record.document),
    ...refused,
    healthy: false,
    changed,
    ...backupOutputs(record.backups),
    ...(healthReport && { findings: healthReport.checks.filter(isFinding), 'health-report': healthReport }),
  };
  writeOutputs(groups === undefined ? outputs : ofGroups(outputs, groups), redactor, log);
  if (health !== undefined) logHealth(health, log);
  for (const line of progressLines(record.progress)) log.info(line);
  const besides = [...(record.document?.leftOut ?? []), ...record.unfinished];
  for (const finding of besides) log.info(describeFinding(finding));
  // A run that was cancelled has only seconds left.
  const { audit, document } = record;
  const artifact =
    settings === undefined || audit === undefined || error instanceof InterruptedError
      ? undefined
      : await uploadResults(
          {
            publicFiles: new Map(),
            audit,
            ...(document && { plan: document }),
            ...(healthReport && { health: healthReport }),
          },
          settings,
          means,
        );
  const report: RunReport = {
    ...commonReport(settings, means),
    outcome: 'failed',
    failure: failure.title,
    changed,
    ...(record.backups[0] && { backup: record.backups[0] }),
    findings: [...failure.findings, ...besides],
    certificates: [],
    ...(health && { health }),
    ...(settings && artifact && { artifact: { name: settings.artifacts.name, url: artifact.url } }),
  };
  await writeSummary(report, redactor, log);
}

/** Reports the host keys that were accepted unverified, also after a failure: pin them for the next run. */
export function publishAcceptedKeys({ record, redactor, log }: Reporting): void {
  const lines = [...record.acceptedHostKeys];
  if (lines.length > 0) writeOutputs({ 'accepted-host-keys': lines.join('\n') }, redactor, log);
}

/** Uploads the results of a run; a run that has uploaded a backup has its artifact. The outputs name it. */
async function uploadResults(
  known: Parameters<typeof artifactFiles>[0],
  settings: Settings,
  means: Reporting,
): Promise<UploadedArtifact | undefined> {
  const [backup] = means.record.backups;
  const artifact = backup ? backup.artifact : await uploadFiles(artifactFiles(known), settings, means);
  const { id = '', url = '' } = artifact ?? {};
  writeOutputs({ 'artifact-id': id, 'artifact-url': url }, means.redactor, means.log);
  return artifact;
}

/**
 * Uploads files as the artifact of the run, unless the user does not want one.
 * @throws RunError, before anything is written, when a file may not leave.
 */
export async function uploadFiles(
  files: readonly ArtifactFile[],
  { artifacts }: Settings,
  { redactor, log, timeline }: Reporting,
): Promise<UploadedArtifact | undefined> {
  if (!artifacts.upload) return undefined;
  return timeline.record({ stage: 'Report', title: 'upload artifact', changes: false }, () =>
    uploadArtifact({ ...artifacts, files, redactor, log }),
  );
}

/** Uploads a backup and its manifest as one artifact. Returns undefined, after a warning, if that is impossible. */
export function uploadBackup(
  backup: TakenBackup,
  { artifacts }: Settings,
  means: Pick<Reporting, 'redactor' | 'log'> & { readonly signal: AbortSignal },
): Promise<UploadedArtifact | undefined> {
  return uploadArtifact({ ...artifacts, files: backupFiles(backup), ...means });
}

/** A finding that needs attention but does not fail the step. */
export function asWarning<T extends object>(finding: T): T & Pick<ReportFinding, 'status'> {
  return { ...finding, status: 'warn' };
}

function lastWord({ dryRun, changed, document, health }: PlanOutcome): string {
  if (dryRun) return 'This was a dry run: nothing was changed on any host.';
  if (health === undefined) return changed ? `Done (${document.verdict}).` : 'Nothing was changed.';
  const who = health.healthy ? 'The cluster is healthy' : 'A majority of the members is healthy';
  if (changed) return `${who} (${document.verdict}).`;
  return health.healthy ? 'The cluster is healthy; nothing was changed.' : 'Nothing was changed.';
}

/** What the report of every run says. */
export function commonReport(
  settings: Settings | undefined,
  { timeline, startedAt, record }: Reporting,
): Pick<RunReport, 'operation' | 'clusterName' | 'startedAt' | 'durationMs' | 'steps' | 'progress' | 'plan'> {
  return {
    operation: settings?.operation ?? '',
    clusterName: settings?.clusterName ?? '',
    startedAt: startedAt.toISOString(),
    durationMs: timeline.elapsedMs(),
    steps: timeline.entries,
    progress: record.progress,
    ...(record.document && { plan: record.document }),
  };
}

/** One line per host: the state in which a failed run has left it. */
function progressLines(progress: readonly HostProgress[]): string[] {
  return progress.map(({ host, done, failed, left }) => {
    const parts = [
      ...(done.length === 0 ? ['nothing done'] : [`done: ${done.join(', ')}`]),
      ...(failed.length === 0 ? [] : [`failed: ${failed.join(', ')}`]),
      ...(left.length === 0 ? [] : [`not started: ${left.join(', ')}`]),
    ];
    return `[${host}] ${parts.join('; ')}`;
  });
}

function logHealth(health: HealthReport, log: Log): void {
  for (const { message, roundTripMs } of health.endpoints) {
    log.info(
      roundTripMs === null ? message : `${message} (round trip of the connection ${duration(roundTripMs)})`,
    );
  }
}

function endpointsOf({ members }: Plan, { clientPort }: Settings): string[] {
  return members.after.map(({ address }) => httpsUrl(address, clientPort));
}

/** The health report of a verification. @param publicFiles by member and path, for the certificates. */
function documentOf(
  health: HealthReport,
  publicFiles: ReadonlyMap<string, ReadonlyMap<string, string>>,
  { clusterName, clientPort, peerPort, health: { thresholds } }: Settings,
  { timeline, startedAt }: Reporting,
): HealthDocument {
  const certificates = health.endpoints.flatMap(({ name: member }) =>
    [...(publicFiles.get(member) ?? [])]
      .filter(([path]) => path.endsWith('.crt'))
      .flatMap(([where, pem]) => certificateDocuments(pem, { member, place: 'disk', where }, startedAt)),
  );
  const durationMs = Math.round(timeline.elapsedMs());
  return verificationDocument(health, {
    clusterName,
    clientPort,
    peerPort,
    durationMs,
    thresholds,
    certificates,
  });
}
