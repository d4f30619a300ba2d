import type { Check } from '../../../checks/check.ts';
import type { CertificateDocument, HealthDocument, MemberDocument } from '../../../checks/health-document.ts';
import type { HealthThresholds } from '../../../inputs/run/health.ts';
import {
  checkItems,
  missing,
  oneLine,
  groupAlike,
  sentence,
  STATUS_ICONS,
  titleOf,
} from '../../../report/check-view.ts';
import { code, codeBlock, details, table, text } from '../../../report/markdown.ts';
import { counted } from '../../../report/plan-words.ts';
import { shortenLine } from '../../../runner/masking/redaction.ts';
import { duration } from '../../../text/units.ts';
import { type CheckGroup, flowchart, groupsOf, noticesOf, standingOf, statusCounts } from './words.ts';
import { databaseOf, durationOrMissing } from './log-table.ts';

/** A part of a report in Markdown, with its heading. */
export interface Section {
  /** Absent: the part has none. */
  readonly heading?: string;
  /** Each whole in itself: it can be left out, never cut. */
  readonly blocks: readonly string[];
}

/** The parts of a report that are not in the document. */
export interface ReportExtras {
  /** Page of the uploaded report. */
  readonly reportUrl?: string;
  /** How figures went over earlier runs: Markdown, one item per string. */
  readonly trends?: readonly string[];
  /** How many findings, and how many reasons of one member's unknown checks, are shown; absent: all. */
  readonly mostFindings?: number;
}

const longestTitle = 200;
const longestCell = 100;

/** Returns the sections of a health check's report, the most important first. */
export function healthSections(document: HealthDocument, extras: ReportExtras = {}): Section[] {
  return [
    { blocks: [verdict(document, extras.reportUrl)] },
    { heading: 'Cluster', blocks: picture(document) },
    { heading: 'Members', blocks: document.members.length === 0 ? [] : [memberTable(document)] },
    { heading: 'Findings', blocks: findings(document, extras.mostFindings ?? Infinity) },
    { heading: 'Good to know', blocks: noticesOf(document).map((notice) => `- ${sentence(notice)}`) },
    { heading: 'Trends', blocks: (extras.trends ?? []).map((trend) => `- ${trend.replaceAll('\n', ' ')}`) },
    {
      heading: 'Certificates',
      blocks: document.certificates.length === 0 ? [] : [certificateTable(document)],
    },
    { heading: 'What is well', blocks: wellDone(document) },
  ];
}

function verdict(document: HealthDocument, reportUrl: string | undefined): string {
  const { clusterName, status, summary, checkedAt, durationMs, checks, metricsWindowSeconds } = document;
  const name = code(oneLine(clusterName, longestCell));
  const counts = statusCounts(checks).map(([of, count]) => `${count} ${of}`);
  const facts = [
    `Checked ${text(checkedAt)}`,
    duration(durationMs),
    `${counted(checks.length, 'check')}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`,
    metricsWindowSeconds === null
      ? 'percentiles since each member started'
      : `percentiles of ${metricsWindowSeconds} s`,
    ...(reportUrl === undefined ? [] : [`[the whole report](${encodeURI(reportUrl)})`]),
  ];
  return `## ${STATUS_ICONS[status]} etcd cluster ${name}: ${sentence(summary)}\n\n${facts.join(' · ')}`;
}

function picture(document: HealthDocument): string[] {
  if (document.members.length === 0) return [];
  const legend =
    document.members.length === 1
      ? '★ leads.'
      : '★ leads; dashed: does not answer or could not be asked; on the lines: 99th percentile of round trips between members, the slower direction.';
  return [`${codeBlock('mermaid', flowchart(document))}\n\n<sub>${legend}</sub>`];
}

function memberTable(document: HealthDocument): string {
  const header = [
    'Member',
    'Role',
    'Status',
    'etcd',
    'Read',
    'SSH',
    'fsync p99',
    'DB in use / size / quota',
    'Lag',
  ];
  return table(
    header,
    document.members.map((member) => memberRow(member, document)),
  );
}

function memberRow(member: MemberDocument, document: HealthDocument): string[] {
  const { name, role, version, readMs, sshRoundTripMs, walFsync, raftLag } = member;
  return [
    code(oneLine(name, longestCell)),
    role === 'leader' ? '**leader**' : (role ?? missing),
    statusCell(member, document),
    version === null ? missing : text(oneLine(version, longestCell)),
    durationOrMissing(readMs),
    durationOrMissing(sshRoundTripMs),
    durationOrMissing(walFsync?.p99Ms),
    databaseOf(member),
    raftLag === null ? missing : String(raftLag),
  ];
}

function statusCell(member: MemberDocument, document: HealthDocument): string {
  const { status, reachable, askedThrough } = member;
  const silent = standingOf(member, document) === 'out' ? 'no answer' : 'could not be asked';
  return [
    `${STATUS_ICONS[status]} ${status}`,
    ...(reachable ? [] : [silent]),
    ...(askedThrough === null ? [] : [`asked through ${code(oneLine(askedThrough, longestCell))}`]),
  ].join(', ');
}

/** One block for each problem of all members, the worst first; then one for each unknown. */
function findings(document: HealthDocument, most: number): string[] {
  const groups = groupsOf(document);
  const wrong = (['fail', 'warn'] as const).flatMap((status) =>
    groups.flatMap(({ title, checks }) =>
      checks.filter((check) => check.status === status).map((check) => finding(title, check)),
    ),
  );
  return [
    ...wrong.slice(0, most),
    ...moreOf(wrong.length - most, 'finding'),
    ...groups.flatMap((group) => unknownDetails(group, most)),
  ];
}

/** A line that says how many more there are; none where there are none. */
function moreOf(count: number, noun: string): string[] {
  return count <= 0 ? [] : [`_And ${counted(count, `more ${noun}`)}: the report's files have all._`];
}

function finding(where: string, check: Check): string {
  const { status, measured } = check;
  const title = `${STATUS_ICONS[status]} ${where}: ${titleOf(check)} – ${measured}`;
  const items = [`**Measured:** ${sentence(measured)}`, ...checkItems({ ...check, notice: null })];
  return details(oneLine(title, longestTitle), items.map((item) => `- ${item}`).join('\n'));
}

/** Unknown checks often have one reason: returns each reason once, with its checks. */
function unknownDetails({ title, checks }: CheckGroup, most: number): string[] {
  const unknown = checks.filter(({ status }) => status === 'unknown');
  if (unknown.length === 0) return [];
  const rows = groupAlike(unknown).map((same) => [
    same.map((check) => text(oneLine(titleOf(check), longestCell))).join('<br>'),
    reason(same[0]),
  ]);
  const summary = `${STATUS_ICONS.unknown} ${oneLine(title, longestCell)}: ${counted(unknown.length, 'check')} could not be made`;
  const shown = [table(['Check', 'Why'], rows.slice(0, most)), ...moreOf(rows.length - most, 'reason')];
  return [details(summary, shown.join('\n\n'))];
}

function reason(check: Check | undefined): string {
  if (check === undefined) return '';
  return [sentence(check.measured), ...checkItems({ ...check, threshold: null, notice: null })].join('<br>');
}

function wellDone(document: HealthDocument): string[] {
  const rows = groupsOf(document).flatMap(({ title, checks }) =>
    checks
      .filter(({ status }) => status === 'ok')
      .map((check) => [
        code(oneLine(title, longestCell)),
        text(shortenLine(titleOf(check), longestTitle)),
        sentence(check.measured),
        check.threshold === null ? missing : sentence(check.threshold),
      ]),
  );
  if (rows.length === 0) return [];
  const summary = `${STATUS_ICONS.ok} ${counted(rows.length, 'check')} ok`;
  return [details(summary, table(['Where', 'Check', 'Measured', 'Threshold'], rows))];
}

/** The bars have this many cells, the longest for one year: kubeadm's leaf certificates live that long. */
const barCells = 20;
const barDays = 365;

/** Rows that are shown at once; the others are folded away. */
const shownRows = 10;

const longestCertificateCell = 200;

/** A certificate with all its places. */
interface PlacedCertificate {
  readonly certificate: CertificateDocument;
  readonly places: readonly CertificateDocument[];
}

/** The certificates by the days they have left, the first to expire on top, each once. */
function certificateTable({ certificates, thresholds }: HealthDocument): string {
  const rows = placedCertificates(certificates).map((certificate) => row(certificate, thresholds));
  const header = ['Days left', 'Until', 'Certificate', 'Seen'];
  const rest = rows.slice(shownRows);
  return [
    table(header, rows.slice(0, shownRows)),
    ...(rest.length === 0 ? [] : [details(counted(rest.length, 'more certificate'), table(header, rest))]),
  ].join('\n\n');
}

function placedCertificates(certificates: readonly CertificateDocument[]): PlacedCertificate[] {
  const identity = ({ fingerprint, subject, notAfter }: CertificateDocument): string =>
    JSON.stringify([fingerprint, subject, notAfter]);
  return [...Map.groupBy(certificates, identity).values()]
    .flatMap((places) => places.slice(0, 1).map((certificate) => ({ certificate, places })))
    .toSorted((one, other) => one.certificate.daysLeft - other.certificate.daysLeft);
}

function row({ certificate, places }: PlacedCertificate, thresholds: HealthThresholds): string[] {
  const { daysLeft, notAfter, subject, isCa } = certificate;
  return [
    `${sign(daysLeft, thresholds)} <code>${bar(daysLeft)}</code> ${daysLeft < 0 ? 'expired' : daysLeft}`,
    text(notAfter.slice(0, 10)),
    `${code(oneLine(subject, longestCertificateCell))}${isCa ? ' (CA)' : ''}`,
    placesOf(places),
  ];
}

function sign(
  daysLeft: number,
  { certificateFailureDays, certificateWarningDays }: HealthThresholds,
): string {
  if (daysLeft < certificateFailureDays) return STATUS_ICONS.fail;
  return daysLeft < certificateWarningDays ? STATUS_ICONS.warn : STATUS_ICONS.ok;
}

/** Filled for the days that are left; one that has not ended always has a cell. */
function bar(daysLeft: number): string {
  const share = Math.min(Math.max(daysLeft, 0), barDays) / barDays;
  const filled = daysLeft < 0 ? 0 : Math.max(1, Math.round(share * barCells));
  return '█'.repeat(filled) + '░'.repeat(barCells - filled);
}

/** The same file on several members is said once. */
function placesOf(places: readonly CertificateDocument[]): string {
  const byWhere = Map.groupBy(places, ({ place, where }) => JSON.stringify([place, where]));
  return [...byWhere.values()]
    .map((same) => {
      const names = [...new Set(same.map(({ member }) => member))];
      const [first] = same;
      const on = names.map((name) => code(oneLine(name, longestCertificateCell))).join(', ');
      return first === undefined ? '' : `${on} ${placeOf(first)}`;
    })
    .join('<br>');
}

function placeOf({ place, where }: CertificateDocument): string {
  const shown = code(oneLine(where, longestCertificateCell));
  return place === 'disk' ? shown : `${shown} (${place} listener)`;
}
