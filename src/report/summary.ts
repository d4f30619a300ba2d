import { summary } from '@actions/core';
import { byStatus, errorMessage } from '../findings.ts';
import type { Log } from '../runner/log.ts';
import { type Redactor, shortenLine } from '../runner/masking/redaction.ts';
import { duration, size } from '../text/units.ts';
import { firstToExpire, type RunReport, type StepReport } from './run-report.ts';
import { checkItem, longestText, missing, shownCheck, type ShownCheck, shownFinding } from './check-view.ts';
import { code, codeBlock, details, summaryLimitBytes, table, text } from './markdown.ts';
import { renderPlan } from './plan-view.ts';
import { redactAll } from './redact-all.ts';

/** With these two limits the findings alone never reach that one. */
const mostFindings = 50;

/** Days before expiry from which the table points at a certificate. */
const soonDays = 30;

/**
 * The job summary, GitHub-flavoured Markdown: the verdict in the first line, then what needs attention, the members,
 * what was done, and what the next steps need. Never longer than the runner takes.
 */
export function renderSummary(report: RunReport): string {
  return fitted([
    verdict(report),
    progress(report),
    attention(report),
    ...(report.outcome === 'planned' && report.plan !== undefined ? [renderPlan(report.plan)] : []),
    backup(report),
    members(report),
    authority(report),
    nextSteps(report),
    steps(report.steps),
    connections(report),
  ]);
}

/** Leaves out sections from the end until the rest fits; the first is always short. */
function fitted(sections: readonly string[]): string {
  const filled = sections.filter((section) => section !== '');
  const joined = `${filled.join('\n\n')}\n`;
  if (Buffer.byteLength(joined) <= summaryLimitBytes) return joined;
  return fitted([...filled.slice(0, filled.at(-1) === leftOut ? -2 : -1), leftOut]);
}

const leftOut = '_The rest is left out: the summary would be longer than GitHub shows._';

function verdict(report: RunReport): string {
  const cluster = report.clusterName === '' ? 'etcd cluster' : `etcd cluster ${code(report.clusterName)}`;
  const facts = [
    ...(report.operation === '' ? [] : [`Operation ${code(report.operation)}`]),
    ...(report.health === undefined ? [] : [memberCount(report.health.endpoints.length)]),
    duration(report.durationMs),
    `begun ${text(report.startedAt)}`,
  ];
  return `## ${headline(report, cluster)}\n\n${facts.join(' · ')}`;
}

function headline(report: RunReport, cluster: string): string {
  const { outcome, changed, done, failure, plan, health } = report;
  if (outcome === 'failed') {
    const state = changed ? 'hosts may have been changed' : 'nothing was changed on any host';
    return `❌ ${cluster}: ${text(shortenLine(failure ?? 'the run failed', longestText))}; ${state}`;
  }
  const statuses = shownIn(report).map(({ status }) => status);
  const isWarned = statuses.includes('warn');
  const sign = statuses.includes('fail') ? '❌' : isWarned ? '⚠️' : '✅';
  const remark = isWarned ? ', with warnings' : '';
  if (outcome === 'planned') {
    const what = plan === undefined ? 'was examined' : `dry run: ${plan.verdict}`;
    const state = health === undefined ? '' : health.healthy ? ', healthy' : ', not healthy';
    return `${sign} ${cluster} ${what}${state}${remark}; nothing was changed on any host`;
  }
  const work = done !== undefined && (changed || report.backup !== undefined) ? done : 'nothing changed';
  // a drill leaves no cluster whose health could be told
  if (health === undefined) return `${sign} ${cluster}: ${work}${remark}`;
  const state = health.healthy ? 'is healthy' : 'is not healthy';
  return `${sign} ${cluster} ${state}${remark}; ${work}`;
}

/** The state of each host after a run that failed while it changed something. */
function progress({ progress: hosts }: RunReport): string {
  if (hosts.length === 0) return '';
  const list = (steps: readonly string[]): string =>
    steps.length === 0 ? missing : steps.map(text).join('<br>');
  const rows = hosts.map(({ host, done, failed, left }) => [
    code(host),
    list(done),
    list(failed),
    list(left),
  ]);
  return `### Hosts after the run\n\n${table(['Host', 'Done', 'Failed', 'Not started'], rows)}`;
}

/** What a backup is, where it is, and what confirms it. */
function backup({ backup: taken }: RunReport): string {
  if (taken === undefined) return '';
  const { path, manifest } = taken;
  const { revision, keys, databaseBytes, source, takenAt, file, comparison, verified } = manifest;
  const rows = [
    ['File', `${code(path)}, ${size(file.bytes)}`],
    ['SHA-256', code(file.sha256)],
    [
      'Encrypted to',
      file.recipients.length === 0 ? '**not encrypted**' : file.recipients.map(code).join('<br>'),
    ],
    ['Taken', `${text(takenAt)} from ${code(source)}, etcd ${text(manifest.etcdVersion)}`],
    ['Database', `revision ${revision}, ${keys} keys, ${size(databaseBytes)}`],
    [
      verified ? 'Verified' : '**Not verified**',
      comparison.members
        .map(
          ({ name, result, reason }) =>
            `${code(name)} ${HASH_RESULTS[result]}${reason === null ? '' : ` (${text(reason)})`}`,
        )
        .join('<br>'),
    ],
  ];
  return `### Backup\n\n${table(['', ''], rows)}`;
}

const HASH_RESULTS = {
  equal: 'has the same keys and values',
  different: 'has other keys or values',
  unknown: 'could not be compared',
} as const;

function memberCount(count: number): string {
  return count === 1 ? '1 member' : `${count} members`;
}

/** Findings of the run and checks of its operation, the worst first. */
function attention(report: RunReport): string {
  const all = shownIn(report);
  if (all.length === 0) return '';
  const shown = byStatus(all).slice(0, mostFindings).map(checkItem);
  const more = all.length - shown.length;
  return [
    '### What needs attention',
    '',
    ...shown,
    ...(more > 0 ? [`- and ${more} more, in the log`] : []),
  ].join('\n');
}

function shownIn({ findings, checks }: RunReport): ShownCheck[] {
  return [...findings.map(shownFinding), ...(checks ?? []).map(shownCheck)];
}

function members({ health, certificates }: RunReport): string {
  if (health === undefined) return '';
  const rows = health.endpoints.map((endpoint) => {
    const expiring = firstToExpire(certificates.filter(({ host, isCa }) => host === endpoint.name && !isCa));
    return [
      code(endpoint.name),
      code(endpoint.endpoint),
      endpoint.healthy ? '✅ healthy' : '❌ unhealthy',
      role(endpoint.isLeader, endpoint.isLearner),
      endpoint.tookMs === null ? missing : duration(endpoint.tookMs),
      endpoint.roundTripMs === null ? missing : duration(endpoint.roundTripMs),
      endpoint.version === null ? missing : text(endpoint.version),
      expiring === undefined ? missing : expiry(expiring.notAfter, expiring.daysLeft),
    ];
  });
  const header = [
    'Member',
    'Endpoint',
    'State',
    'Role',
    'Proposal took',
    'Round trip',
    'etcd',
    'First expiry',
  ];
  return `### Members\n\n${table(header, rows)}`;
}

function role(isLeader: boolean | null, isLearner: boolean | null): string {
  if (isLeader === null) return missing;
  if (isLeader) return '**leader**';
  return isLearner === true ? 'learner' : 'follower';
}

function expiry(notAfter: string, daysLeft: number): string {
  const date = text(notAfter.slice(0, 10));
  if (daysLeft < 0) return `❌ expired ${date}`;
  return `${daysLeft < soonDays ? '⚠️ ' : ''}${date} (${daysLeft} days)`;
}

function authority({ authority: ca, certificates }: RunReport): string {
  if (ca === undefined) return '';
  const origins = { input: 'From the inputs', host: 'Found on the hosts', made: 'Created by this run' };
  const own = certificates.find(({ fingerprint }) => fingerprint === ca.fingerprint);
  const until = own === undefined ? '' : `, valid until ${expiry(own.notAfter, own.daysLeft)}`;
  return `### CA\n\n${origins[ca.origin]}${until}<br>SHA-256 ${code(ca.fingerprint)}\n\n${text(ca.keyCustody)}`;
}

function nextSteps({ externalEtcdConfig, artifact, outcome }: RunReport): string {
  const parts = [
    ...(externalEtcdConfig === undefined || outcome === 'failed'
      ? []
      : [details('kubeadm configuration for the control plane', codeBlock('yaml', externalEtcdConfig))]),
    ...(artifact === undefined ? [] : [`Artifact: [${text(artifact.name)}](${encodeURI(artifact.url)})`]),
  ];
  return parts.join('\n\n');
}

function steps(all: readonly StepReport[]): string {
  if (all.length === 0) return '';
  const groups = [...Map.groupBy(all, ({ stage, title }) => JSON.stringify([stage, title])).values()];
  const rows = groups.map((group) => [
    text(group[0]?.stage ?? ''),
    text(group[0]?.title ?? ''),
    group.map(place).join('<br>'),
    duration(spanOf(group)),
  ]);
  return `### What was done\n\n${table(['Stage', 'Step', 'Where', 'Took'], rows)}`;
}

function place({ host, durationMs, outcome }: StepReport): string {
  const where = host === undefined ? 'runner' : code(host);
  return `${outcome === 'failed' ? '❌ ' : ''}${where} ${duration(durationMs)}`;
}

/** From the first beginning to the last end: hosts work at the same time. */
function spanOf(group: readonly StepReport[]): number {
  const start = Math.min(...group.map(({ startedMs }) => startedMs));
  return Math.max(...group.map(({ startedMs, durationMs }) => startedMs + durationMs)) - start;
}

function connections({ connections: all }: RunReport): string {
  if (all === undefined || all.length === 0) return '';
  const rows = all.map(({ host, connections: count, channels, bytesSent, bytesReceived }) => [
    code(host),
    String(count),
    String(channels),
    size(bytesSent),
    size(bytesReceived),
  ]);
  return details('SSH connections', table(['Host', 'Connections', 'Channels', 'Sent', 'Received'], rows));
}

/**
 * Adds the run's report to the job summary, free of secrets. A summary that cannot be written (a runner without one)
 * is a warning: it must not turn a healthy cluster into a failed run.
 */
export async function writeSummary(report: RunReport, redactor: Redactor, log: Log): Promise<void> {
  await addToSummary(() => renderSummary(redactAll(report, redactor)), log);
}

/** Adds Markdown that is free of secrets to the job summary; a summary that cannot be written is a warning. */
export async function addToSummary(render: () => string, log: Log): Promise<void> {
  try {
    await summary.emptyBuffer().addRaw(render(), true).write();
  } catch (error) {
    log.warning(`The job summary could not be written: ${errorMessage(error)}`);
  }
}
