import type { CheckStatus } from '../health/check.ts';
import { HEALTH_DOCUMENT_VERSION } from '../health/document.ts';
import type { TrendPoint } from '../health/trends.ts';

const STATUSES: readonly CheckStatus[] = ['ok', 'warn', 'fail', 'unknown'];
const MOST_MEMBERS = 50;

/**
 * What a report that another run has left tells for trends. Nothing of it is trusted: only numbers, known words, a date
 * and names of hosts are taken over, each of its form.
 * @returns undefined for what is no report of this version.
 */
export function parseTrendPoint(text: string): TrendPoint | undefined {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(report) || report['schemaVersion'] !== HEALTH_DOCUMENT_VERSION) return undefined;
  const { checkedAt, status, members, certificates } = report;
  const known = STATUSES.find((each) => each === status);
  if (known === undefined || typeof checkedAt !== 'string' || !isDate(checkedAt)) return undefined;
  if (!Array.isArray(members) || !Array.isArray(certificates)) return undefined;
  const days = certificates.flatMap((each: unknown) =>
    isObject(each) ? (finite(each['daysLeft']) ?? []) : [],
  );
  return {
    checkedAt,
    status: known,
    members: members.slice(0, MOST_MEMBERS).flatMap(memberOf),
    leastDaysLeft: days.length === 0 ? null : Math.min(...days.slice(0, 1000)),
  };
}

function memberOf(member: unknown): TrendPoint['members'][number][] {
  if (!isObject(member)) return [];
  const { name, readMs, dbSizeInUseBytes, dbSizeBytes, walFsync } = member;
  if (typeof name !== 'string' || !/^[A-Za-z0-9.:-]{1,253}$/.test(name)) return [];
  return [
    {
      name,
      readMs: finite(readMs),
      dbSizeInUseBytes: finite(dbSizeInUseBytes),
      dbSizeBytes: finite(dbSizeBytes),
      walFsyncP99Ms: isObject(walFsync) ? finite(walFsync['p99Ms']) : null,
    },
  ];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As `toISOString` writes it. */
function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
