import { type Check, CHECK_TITLES, type CheckStatus, worstFirst } from '../../../checks/check.ts';
import type { HealthDocument, MemberDocument } from '../../../checks/health-document.ts';
import {
  checkLines,
  missing,
  oneLine,
  groupAlike,
  shownCheck,
  STATUS_WORDS,
  titleOf,
} from '../../../report/check-view.ts';
import { counted } from '../../../report/plan-words.ts';
import { duration, size } from '../../../text/units.ts';
import { type CheckGroup, groupsOf, noticesOf } from './words.ts';

/** With the other columns a line still fits the page on which GitHub shows a log. */
const widestMeasured = 100;
const widestCell = 40;

/** A health check for the log. Every string is one line. */
export interface HealthLog {
  /** One aligned table, header first, the worst next. */
  readonly table: string[];
  /** Folded details of the checks that are not ok: one group for the cluster and each member that has any. */
  readonly groups: { readonly title: string; readonly lines: string[] }[];
}

interface Row {
  readonly status: CheckStatus;
  readonly cells: readonly [where: string, what: string, measured: string];
}

/** The report of a health check for the log: a table, and groups with details. */
export function logReport(document: HealthDocument): HealthLog {
  const groups = groupsOf(document);
  return {
    table: aligned([
      ['STATUS', 'WHERE', 'CHECK', 'MEASURED'],
      ...rowsOf(document, groups).map(({ status, cells }) => [STATUS_WORDS[status], ...cells]),
    ]),
    groups: [...groups.flatMap(details), ...notices(document)],
  };
}

/** The rows of what is not ok, of all members, the worst first; then one row for each member of what is. */
function rowsOf(document: HealthDocument, groups: readonly CheckGroup[]): Row[] {
  const titles = new Map(groups.flatMap(({ title, checks }) => checks.map((check) => [check, title])));
  const bad = worstFirst([...titles.keys()].filter(({ status }) => status !== 'ok'));
  const where = (check: Check): string => titles.get(check) ?? '';
  const seen = bad.filter(({ status }) => status !== 'unknown').map((check) => badRow([check], where(check)));
  const unseen = [...Map.groupBy(bad.filter(isUnknown), where)].flatMap(([title, checks]) =>
    groupAlike(checks).map((same) => badRow(same, title)),
  );
  return [...seen, ...unseen, ...groups.flatMap((group) => goodRow(document, group))];
}

function isUnknown({ status }: Check): boolean {
  return status === 'unknown';
}

/** @param checks with the same texts; at least one. */
function badRow(checks: readonly Check[], where: string): Row {
  const [first] = checks;
  const what =
    checks.length > 1 || first === undefined ? counted(checks.length, 'check') : CHECK_TITLES[first.name];
  return { status: first?.status ?? 'unknown', cells: [where, what, first?.measured ?? ''] };
}

function goodRow(document: HealthDocument, { member, title, checks }: CheckGroup): Row[] {
  const good = checks.filter(({ status }) => status === 'ok');
  if (good.length === 0) return [];
  const figures = document.members.filter(({ name }) => name === member).map(figuresLine);
  return [
    { status: 'ok', cells: [title, counted(good.length, 'check'), figures[0] ?? clusterLine(document)] },
  ];
}

function clusterLine({ cluster }: HealthDocument): string {
  return [
    ...(cluster.leader === null ? [] : [`leader ${cluster.leader}`]),
    ...(cluster.raftTerm === null ? [] : [`term ${cluster.raftTerm}`]),
    ...(cluster.revision === null ? [] : [`revision ${cluster.revision}`]),
  ].join(', ');
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const lines = rows.map((row) =>
    row.map((cell, column) => oneLine(cell, column === 3 ? widestMeasured : widestCell)),
  );
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((row) => (row[column] ?? '').length)));
  return lines.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function details({ title, checks }: CheckGroup): HealthLog['groups'] {
  const bad = checks.filter(({ status }) => status !== 'ok');
  if (bad.length === 0) return [];
  const lines = groupAlike(bad).flatMap(told);
  return [{ title: `${oneLine(title, widestCell)}: ${counted(bad.length, 'check')} not OK`, lines }];
}

/** @param checks with the same texts. */
function told(checks: readonly Check[]): string[] {
  return checks.flatMap((check, index) =>
    index < checks.length - 1
      ? [`${STATUS_WORDS[check.status]} ${line(titleOf(check))}`]
      : // the title of the group names the member
        checkLines({ ...shownCheck(check), where: null, notice: null }),
  );
}

function line(value: string): string {
  return oneLine(value, Infinity);
}

function notices(document: HealthDocument): HealthLog['groups'] {
  const lines = noticesOf(document).map(line);
  return lines.length === 0 ? [] : [{ title: 'Good to know', lines }];
}

/** Milliseconds for people, `–` if unknown. */
export function durationOrMissing(milliseconds: number | null | undefined): string {
  return milliseconds === null || milliseconds === undefined ? missing : duration(milliseconds);
}

/** The database in use, of its size, of its quota: `187 MiB / 212 MiB / 2.0 GiB`. */
export function databaseOf({ dbSizeInUseBytes, dbSizeBytes, quotaBytes }: MemberDocument): string {
  const figures = [dbSizeInUseBytes, dbSizeBytes, quotaBytes];
  if (figures.every((figure) => figure === null)) return missing;
  return figures.map((figure) => (figure === null ? missing : size(figure))).join(' / ');
}

/** The role of a member and its main figures, in one line; without unknown ones. */
function figuresLine(member: MemberDocument): string {
  const { role, version, readMs, walFsync, dbSizeInUseBytes, quotaBytes, raftLag } = member;
  return [
    ...(role === null ? [] : [role]),
    ...(version === null ? [] : [version]),
    ...(readMs === null ? [] : [`read ${duration(readMs)}`]),
    ...(walFsync === null ? [] : [`fsync p99 ${duration(walFsync.p99Ms)}`]),
    ...(dbSizeInUseBytes === null || quotaBytes === null
      ? []
      : [`db ${size(dbSizeInUseBytes)} of ${size(quotaBytes)}`]),
    ...(raftLag === null ? [] : [`lag ${raftLag}`]),
  ].join(', ');
}
