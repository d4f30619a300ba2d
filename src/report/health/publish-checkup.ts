import * as core from '@actions/core';
import { Refusal } from '../../findings.ts';
import { firstToExpire } from '../certificates.ts';
import type { HealthDocument } from '../../health/document.ts';
import { trendLines } from '../../health/trend-lines.ts';
import { trendsOf } from '../../history/trends-of.ts';
import { httpsUrl } from '../../kubeadm/urls.ts';
import type { Checkup } from '../../road/health/look.ts';
import type { Settings } from '../../settings/settings.ts';
import type { ArtifactFile } from '../artifact-files.ts';
import { uploadArtifact, type UploadedArtifact } from '../artifacts.ts';
import { annotation, lineCleaner } from '../clean.ts';
import { failStep } from '../failure.ts';
import { writeOutputs, type Outputs } from '../outputs.ts';
import type { ReportMeans } from '../publish.ts';
import { redactForFiles } from '../redact-all.ts';
import { addToSummary } from '../write-summary.ts';
import { annotationsOf } from './annotations.ts';
import { keepReport } from './keep-report.ts';
import { healthFiles } from './files.ts';
import { htmlReport } from './html/report-html.ts';
import { logReport } from './log-table.ts';
import { healthSummary } from './summary.ts';

/** What the runner shows beside plain lines. */
export interface CheckupSink {
  error(message: string, properties?: { readonly title: string }): void;
  warning(message: string, properties: { readonly title: string }): void;
  setFailed(message: string): void;
  startGroup(title: string): void;
  endGroup(): void;
}

/**
 * Publishes a health check: log, annotations, outputs, files, artifact, job summary; and fails the step where the input
 * `fail-on` wants that.
 */
export async function publishCheckup(
  { report: seen }: Checkup,
  settings: Settings,
  means: ReportMeans,
  sink: CheckupSink = core,
): Promise<void> {
  const { log, redactor } = means;
  const report = redactForFiles(seen, redactor);
  print(report, means, sink);
  const refusals: Refusal[] = [];
  // What the next steps of a workflow need is there before an upload that may take its time.
  await keepRefusal(refusals, () => writeOutputs(outputsOf(report, settings), redactor, log));
  const points = await trendsOf(report, settings.health.history, log);
  const trends = trendLines(points, report);
  const extras = { html: htmlReport(report, points), trends };
  const files = healthFiles(report, extras).map(({ name, content }) => ({ path: name, content }));
  const artifact = await keepRefusal(refusals, async () => {
    writeOutputs({ 'report-path': await keepReport(files, redactor, log) }, redactor, log);
    return upload(files, settings, means);
  });
  writeOutputs({ 'artifact-id': artifact?.id ?? '', 'artifact-url': artifact?.url ?? '' }, redactor, log);
  const reportUrl = artifact && { reportUrl: artifact.url };
  await addToSummary(() => healthSummary(report, { ...reportUrl, trends }), log);
  judge(report, settings, means, sink);
  // Told last: what may not leave must not take with it what the check has found.
  for (const refusal of refusals) failStep(refusal, redactor, log, sink);
}

async function keepRefusal<T>(refusals: Refusal[], work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusals.push(error);
    return undefined;
  }
}

function print(report: HealthDocument, { log, redactor }: ReportMeans, sink: CheckupSink): void {
  const { table, groups } = logReport(report);
  for (const line of table) log.info(line);
  const clean = lineCleaner(redactor);
  for (const { title, lines } of groups) {
    sink.startGroup(clean(title).join(' '));
    for (const line of lines) log.info(line);
    sink.endGroup();
  }
  for (const { severity, title, message } of annotationsOf(report)) {
    sink[severity](annotation(clean(message)), { title: clean(title).join(' ') });
  }
}

function outputsOf(report: HealthDocument, { hosts, clientPort }: Settings): Partial<Outputs> {
  return {
    healthy: report.healthy,
    status: report.status,
    summary: report.summary,
    'failure-tolerance': report.failureTolerance?.toString() ?? '',
    endpoints: hosts.map(({ address }) => httpsUrl(address, clientPort)),
    members: report.members,
    leader: report.cluster.leader ?? '',
    'cluster-id': report.cluster.id ?? '',
    changed: false,
    findings: report.checks.filter(({ status }) => status !== 'ok'),
    'health-report': report,
    'certificates-expire-at': firstToExpire(report.certificates)?.notAfter ?? '',
  };
}

async function upload(
  files: readonly ArtifactFile[],
  { artifacts }: Settings,
  { redactor, log, timeline }: ReportMeans,
): Promise<UploadedArtifact | undefined> {
  if (!artifacts.upload) return undefined;
  return timeline.record({ stage: 'Report', title: 'upload artifact', changes: false }, () =>
    uploadArtifact({
      files,
      name: artifacts.name,
      redactor,
      log,
      ...(artifacts.retentionDays === undefined ? {} : { retentionDays: artifacts.retentionDays }),
    }),
  );
}

function judge(
  { status, summary }: HealthDocument,
  { health: { failOn } }: Settings,
  { log, redactor }: ReportMeans,
  sink: CheckupSink,
): void {
  const verdict = annotation(lineCleaner(redactor)(summary));
  const fails = failOn !== 'never' && (status === 'fail' || status === 'unknown');
  if (fails || (failOn === 'warn' && status === 'warn')) sink.setFailed(verdict);
  else log.info(verdict);
}
