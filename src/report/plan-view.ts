import { describeFinding, type Finding } from '../findings.ts';
import type { FileChange, HostChanges, PlanDocument, StageDescription } from '../plan/document.ts';
import { shortenLine } from '../runner/masking/redaction.ts';
import { longestText, missing } from './check-view.ts';
import { code, codeBlock, details, findingCode, summaryLimitBytes, table, text } from './markdown.ts';
import {
  CHANGES,
  changesNothing,
  counted,
  everyHost,
  isTouched,
  ORDERS,
  type PlannedHost,
  shownDiff,
  stepsOf,
  totals,
  VERBS,
} from './plan-words.ts';

/** A plan for the log, one string per line; one line when nothing has to be done. */
export function planLines(document: PlanDocument): string[] {
  const {
    verdict,
    meaning,
    clusterName,
    reasons,
    membership,
    stages,
    afterVerify,
    warnings,
    leftOut = [],
    digest,
  } = document;
  const title = `Plan for the etcd cluster "${clusterName}": ${verdict}, ${meaning}`;
  const left = section('Left out', leftOut.map(describeFinding));
  if (changesNothing(document)) return [`${title}. Plan digest: ${digest}`, ...left];
  return [
    `${title}. ${totals(document).join(', ')}.`,
    ...indented(reasons),
    ...everyHost(document).flatMap(hostLines),
    ...section('Members', membership),
    'Order',
    ...indented([
      ...stages.flatMap((stage, index) => stageLines(stage, index + 1)),
      ...(leavesCluster(document) ? ['Then the run verifies that the cluster is healthy.'] : []),
      ...afterVerify.flatMap((stage, index) => stageLines(stage, stages.length + index + 1)),
    ]),
    ...left,
    ...section('Warnings', warnings.map(describeFinding)),
    `Plan digest: ${digest}`,
    `To let a later run do exactly this, give it the input approved-plan: ${digest}`,
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...indented(lines)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function hostLines(host: PlannedHost): string[] {
  const title = `${host.name} (${[host.address, ...(host.role === undefined ? [] : [host.role])].join(', ')})`;
  if (!isTouched(host)) return [`${title}: nothing changes`];
  return [
    title,
    ...indented([...host.files.flatMap(fileLines), ...host.restarts.map((restart) => `restart ${restart}`)]),
  ];
}

function fileLines({ change, path, mode, note, diff }: FileChange): string[] {
  const remark = note === undefined ? '' : `: ${note}`;
  return [
    `${VERBS[change]} ${path}${change === 'remove' ? '' : `, mode ${mode}`}${remark}`,
    ...indented(diff === undefined ? [] : shownDiff(diff)),
  ];
}

function stageLines(stage: StageDescription, number: number): string[] {
  const { title, order, before, after } = stage;
  return [
    `${number}. ${title}${ORDERS[order]}`,
    ...indented([
      ...(before === undefined ? [] : [`starts only if ${before}`]),
      ...stepsOf(stage).map(({ hosts, step, why }) => `${hosts.join(', ')}: ${step} (${why})`),
      ...(after === undefined ? [] : [`continues only if ${after}`]),
    ]),
  ];
}

/**
 * A plan for the job summary, GitHub-flavoured Markdown: the verdict first, then what changes on which host, in which
 * order, and how to approve it. Leaves the diffs out when it would fill more than half of what the runner takes.
 */
export function renderPlan(document: PlanDocument): string {
  const whole = sections(document, true);
  return Buffer.byteLength(whole) <= summaryLimitBytes / 2 ? whole : sections(document, false);
}

function sections(document: PlanDocument, withDiffs: boolean): string {
  const leftOut = findings('Left out', document.leftOut ?? []);
  const warnings = findings('Warnings', document.warnings);
  const filled = changesNothing(document)
    ? [headline(document), leftOut, warnings, approval(document)]
    : [
        headline(document),
        bullets(document.reasons.map(prose)),
        leftOut,
        warnings,
        hostTable(document),
        withDiffs ? '' : '_The diffs are left out: the summary would be longer than GitHub shows._',
        ...everyHost(document)
          .filter(({ files }) => files.length > 0)
          .map((host) => hostDetails(host, withDiffs)),
        membershipChanges(document),
        order(document),
        approval(document),
      ];
  return `${filled.filter((part) => part !== '').join('\n\n')}\n`;
}

function prose(value: string): string {
  return text(shortenLine(value, longestText));
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function headline(document: PlanDocument): string {
  const { verdict, clusterName, operation } = document;
  const nothing = changesNothing(document);
  const facts = [
    `Operation ${code(operation)}`,
    ...(nothing ? document.reasons.map(prose) : totals(document)),
  ];
  const sign = nothing && document.leftOut === undefined ? '✅' : '📋';
  return `## ${sign} Plan for etcd cluster ${code(clusterName)}: ${verdict}, ${document.meaning}\n\n${facts.join(' · ')}`;
}

function findings(title: string, all: readonly Finding[]): string {
  if (all.length === 0) return '';
  const items = all.map(({ code: name, host, at, fact, cause, fix }) =>
    [
      `⚠️ **${host === undefined ? prose(at) : `${code(host)} ${prose(at)}`}**: ${prose(fact)}`,
      ...(cause === undefined ? [] : [`  <br>Usual cause: ${prose(cause)}`]),
      ...(fix === undefined ? [] : [`  <br>**Fix:** ${prose(fix)}`]),
      `  <br>Code: ${findingCode(name)}`,
    ].join('\n'),
  );
  return `### ${title}\n\n${bullets(items)}`;
}

function hostTable(document: PlanDocument): string {
  const rows = everyHost(document).map(({ name, address, role, files, restarts }) => [
    role === undefined ? code(name) : `${code(name)} (${role})`,
    code(address),
    fileCounts(files),
    restarts.length === 0 ? missing : restarts.map(text).join('<br>'),
  ]);
  return `### Hosts\n\n${table(['Host', 'Address', 'Files', 'Restarts'], rows)}`;
}

function fileCounts(files: readonly FileChange[]): string {
  const counts = Map.groupBy(files, ({ change }) => change);
  return files.length === 0
    ? missing
    : [...counts].map(([change, group]) => `${group.length} ${CHANGES[change]}`).join(', ');
}

/** A list, no table: paths and fingerprints would make a table wider than the page. */
function hostDetails({ name, files }: HostChanges, withDiffs: boolean): string {
  const items = files.map(({ change, path, mode, note }) => {
    const remark = note === undefined ? '' : `<br>${prose(note)}`;
    return `${VERBS[change]} ${code(path)}${change === 'remove' ? '' : `, mode ${code(mode)}`}${remark}`;
  });
  const parts = [bullets(items), ...(withDiffs ? files.flatMap(diffBlock) : [])];
  return details(`${name}: ${counted(files.length, 'file')}`, parts.join('\n\n'));
}

function diffBlock({ path, diff }: FileChange): string[] {
  return diff === undefined ? [] : [`${code(path)}\n\n${codeBlock('diff', shownDiff(diff).join('\n'))}`];
}

function membershipChanges({ membership }: PlanDocument): string {
  return membership.length === 0 ? '' : `### Members\n\n${bullets(membership.map(prose))}`;
}

/** A drill leaves none. */
function leavesCluster({ members }: PlanDocument): boolean {
  return members.length > 0;
}

function order(document: PlanDocument): string {
  const { stages, afterVerify } = document;
  const items = [
    ...stages.map(stageItem),
    ...(leavesCluster(document) ? ['**Verify** that the cluster is healthy'] : []),
    ...afterVerify.map(stageItem),
  ];
  return `### Order\n\n${items.map((item, index) => `${index + 1}. ${item}`).join('\n')}`;
}

function stageItem(stage: StageDescription): string {
  const { title, order, before, after } = stage;
  const lines = [
    ...(before === undefined ? [] : [`🚦 starts only if ${text(before)}`]),
    ...stepsOf(stage).map(
      ({ hosts, step, why }) => `${hosts.map(code).join(', ')} ${prose(step)} – ${prose(why)}`,
    ),
    ...(after === undefined ? [] : [`🚦 continues only if ${text(after)}`]),
  ];
  const heading = `**${text(title)}**${ORDERS[order]}`;
  return [heading, ...lines.map((line) => `   - ${line}`)].join('\n');
}

function approval({ digest }: PlanDocument): string {
  return [
    '### Approval',
    'This is a plan; nothing has been changed. To let a later run do exactly this, give it this input; the run fails if its plan differs.',
    code(`approved-plan: ${digest}`),
  ].join('\n\n');
}
