import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as core from '@actions/core';
import { CHECK_TITLES, isFinding } from '../../../checks/check.ts';
import type { HealthDocument } from '../../../checks/health-document.ts';
import { httpsUrl } from '../../../etcd/endpoint.ts';
import { errorMessage, RunError } from '../../../findings.ts';
import type { Settings } from '../../../inputs/settings.ts';
import { checkArtifactFiles, type TextFile } from '../../../report/artifacts.ts';
import { firstToExpire } from '../../../report/run-report.ts';
import { failStep } from '../../../report/failure.ts';
import { type Outputs, writeOutputs } from '../../../report/outputs.ts';
import { codeOf } from '../../../report/check-view.ts';
import { counted } from '../../../report/plan-words.ts';
import { type Reporting, uploadFiles } from '../../../report/publish.ts';
import { redactForFiles } from '../../../report/redact-all.ts';
import { addToSummary } from '../../../report/summary.ts';
import { annotation, lineCleaner } from '../../../runner/actions-log.ts';
import type { Log } from '../../../runner/log.ts';
import type { Redactor } from '../../../runner/masking/redaction.ts';
import { trendsOf } from '../history/earlier-reports.ts';
import { trendLines } from '../trends.ts';
import { healthFiles, healthSummary } from './files.ts';
import { htmlReport } from './html/report-html.ts';
import { logReport } from './log-table.ts';
import { type CheckGroup, groupsOf } from './words.ts';

/** What the runner shows in addition to plain lines. */
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
  seen: HealthDocument,
  settings: Settings,
  means: Reporting,
  sink: CheckupSink = core,
): Promise<void> {
  const { log, redactor } = means;
  const report = redactForFiles(seen, redactor);
  print(report, means, sink);
  const refusals: RunError[] = [];
  // What the next steps of a workflow need is there before an upload that may take its time.
  await keepRefusal(refusals, () => writeOutputs(outputsOf(report, settings), redactor, log));
  const points = await trendsOf(report, settings.health.history, log);
  const trends = trendLines(points, report);
  const extras = { html: htmlReport(report, points), trends };
  const files = healthFiles(report, extras).map(({ name, content }) => ({ path: name, content }));
  const artifact = await keepRefusal(refusals, async () => {
    writeOutputs({ 'report-path': await keepReport(files, redactor, log) }, redactor, log);
    return uploadFiles(files, settings, means);
  });
  writeOutputs({ 'artifact-id': artifact?.id ?? '', 'artifact-url': artifact?.url ?? '' }, redactor, log);
  const reportUrl = artifact && { reportUrl: artifact.url };
  await addToSummary(() => healthSummary(report, { ...reportUrl, trends }), log);
  judge(report, settings, means, sink);
  // Last: a file that may not leave must not take with it what the check has found.
  for (const refusal of refusals) failStep(refusal, redactor, log, sink);
}

async function keepRefusal<T>(refusals: RunError[], work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    refusals.push(error);
    return undefined;
  }
}

function print(report: HealthDocument, { log, redactor }: Reporting, sink: CheckupSink): void {
  const { table, groups } = logReport(report);
  for (const line of table) log.info(line);
  const clean = lineCleaner(redactor);
  for (const { title, lines } of groups) {
    sink.startGroup(clean(title).join(' '));
    for (const line of lines) log.info(line);
    sink.endGroup();
  }
  for (const { command, title, message } of annotationsOf(report)) {
    sink[command](annotation(clean(message)), { title: clean(title).join(' ') });
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
    findings: report.checks.filter(isFinding),
    'health-report': report,
    'certificates-expire-at': firstToExpire(report.certificates)?.notAfter ?? '',
  };
}

function judge(
  { status, summary }: HealthDocument,
  { health: { failOn } }: Settings,
  { log, redactor }: Reporting,
  sink: CheckupSink,
): void {
  const verdict = annotation(lineCleaner(redactor)(summary));
  const fails = failOn !== 'never' && (status === 'fail' || status === 'unknown');
  if (fails || (failOn === 'warn' && status === 'warn')) sink.setFailed(verdict);
  else log.info(verdict);
}

/**
 * Keeps the files of a report on the runner, for the next steps of the job; the runner removes them with its temporary
 * files. A runner that cannot keep them is a warning.
 * @param runnerTemp RUNNER_TEMP of the runner.
 * @returns the folder; empty where there is none.
 * @throws RunError, before anything is written, when a file may not leave.
 */
async function keepReport(
  files: readonly TextFile[],
  redactor: Redactor,
  log: Log,
  runnerTemp: string | undefined = process.env['RUNNER_TEMP'],
): Promise<string> {
  checkArtifactFiles(files, redactor);
  if (!runnerTemp) {
    log.warning(
      'The report was not kept as files: the runner names no folder for temporary files (RUNNER_TEMP).',
    );
    return '';
  }
  try {
    const folder = await mkdtemp(join(runnerTemp, 'etcd-ha-report-'));
    await Promise.all(files.map(({ path, content }) => writeFile(join(folder, path), content)));
    return folder;
  } catch (error) {
    log.warning(`The report was not kept as files: ${errorMessage(error)}`);
    return '';
  }
}

/** One annotation of the run. */
export interface HealthAnnotation {
  /** The runner's command. */
  readonly command: 'error' | 'warning';
  readonly title: string;
  /** The fact and the fix; may have several lines, never longer than the runner shows. */
  readonly message: string;
}

/**
 * At most one annotation for the cluster and one for each member: the runner shows ten of a kind per step and drops the
 * others. Each has the worst check, and how many others there are.
 */
export function annotationsOf(document: HealthDocument): HealthAnnotation[] {
  return groupsOf(document).flatMap((group) => annotationOf(group, document.clusterName));
}

function annotationOf({ member, checks }: CheckGroup, clusterName: string): HealthAnnotation[] {
  const [worst, ...rest] = checks;
  if (worst === undefined || worst.status === 'ok') return [];
  const { code, measured, fix } = worst;
  const lines = [
    measured,
    ...(fix === null ? [] : [`Fix: ${fix}`]),
    ...(code === null ? [] : [codeOf(code).join(': ')]),
    ...more(rest),
  ];
  return [
    {
      command: worst.status === 'fail' ? 'error' : 'warning',
      title: `${member ?? `etcd cluster ${clusterName}`}: ${CHECK_TITLES[worst.name]}`,
      message: annotation(lines),
    },
  ];
}

function more(rest: CheckGroup['checks']): string[] {
  const findings = rest.filter(({ status }) => status === 'fail' || status === 'warn').length;
  const unknown = rest.filter(({ status }) => status === 'unknown').length;
  const counts = [
    ...(findings === 0 ? [] : [counted(findings, 'more finding')]),
    ...(unknown === 0 ? [] : [`${counted(unknown, 'check')} could not be made`]),
  ];
  return counts.length === 0 ? [] : [`${counts.join('; ')}: see the job summary.`];
}
