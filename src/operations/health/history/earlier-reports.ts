import type { CheckStatus } from '../../../checks/check.ts';
import { HEALTH_DOCUMENT_VERSION, type HealthDocument } from '../../../checks/health-document.ts';
import { errorMessage } from '../../../findings.ts';
import type { HistorySettings } from '../../../inputs/settings.ts';
import type { Log } from '../../../runner/log.ts';
import { fieldsOf, isObject } from '../../../text/json-fields.ts';
import { type TrendPoint, trendPointOf } from '../trends.ts';
import { type Environment, GitHubRest, RestError } from './github.ts';
import { fileInZip } from './zip-entry.ts';

/** What was found, and what kept the rest from being found: in sentences, absent where all went well. */
export interface EarlierReports {
  /** Texts of report.json, the newest first. Nothing of them has been checked. */
  readonly texts: readonly string[];
  readonly problem?: string;
}

/** How many runs are read, and how many of them at once. */
const MOST_RUNS = 30;
const AT_ONCE = 5;
const MOST_ZIP_BYTES = 2 * 1024 * 1024;
const MOST_REPORT_BYTES = 4 * 1024 * 1024;
/** Of all reports together: they are held at once. */
const MOST_BYTES = 32 * 1024 * 1024;
const DEADLINE_MS = 15_000;

/** The fields of a run that are read (REST, "List workflow runs for a workflow"). */
interface Run {
  readonly id: number;
  readonly event: string;
  readonly head_repository?: { readonly id: number } | null;
  readonly repository: { readonly id: number };
}

/** The fields of an artifact that are read (REST, "List workflow run artifacts"). */
interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly size_in_bytes: number;
  readonly expired: boolean;
}

/**
 * The reports that earlier runs of this workflow have left as artifacts, on the default branch of this repository alone:
 * what a pull request or a fork has made is not among them. Does not throw.
 */
export async function earlierReports(
  history: HistorySettings,
  environment: Environment = process.env,
): Promise<EarlierReports> {
  const place = placeOf(environment);
  const api = environment['GITHUB_API_URL'];
  if (api === undefined || place === undefined) {
    return { texts: [], problem: 'this is no run of a workflow on GitHub.' };
  }
  const { repository, workflow } = place;
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const rest = new GitHubRest({ api, token: history.token, signal, environment });
  try {
    const runs = await runsOf(rest, repository, workflow, environment['GITHUB_RUN_ID'] ?? '');
    return await reportsOf(runs, (run) => reportOf(rest, repository, run, history.artifact), signal);
  } catch (error) {
    return { texts: [], problem: inWords(error, signal, 'history') };
  }
}

/** Reads each report separately: an unreadable one does not affect the others, unless GitHub no longer answers. */
async function reportsOf(
  runs: readonly Run[],
  read: (run: number) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<EarlierReports> {
  const texts: string[] = [];
  const failures: unknown[] = [];
  let bytes = 0;
  for (let at = 0; at < runs.length; at += AT_ONCE) {
    const found = await Promise.allSettled(runs.slice(at, at + AT_ONCE).map(({ id }) => read(id)));
    for (const result of found) {
      if (result.status === 'rejected') failures.push(result.reason);
      else if (result.value !== undefined && bytes + result.value.length <= MOST_BYTES) {
        texts.push(result.value);
        bytes += result.value.length;
      }
    }
    if (signal.aborted || failures.some((error) => error instanceof RestError && error.isLimit)) break;
  }
  const [first] = failures;
  if (first === undefined) return { texts };
  // the limit says more than what it has kept from being read
  const told = failures.find((error) => error instanceof RestError && error.isLimit) ?? first;
  return {
    texts,
    problem: `${failures.length} of ${runs.length} runs: ${inWords(told, signal, 'artifact')}`,
  };
}

/** `owner/name` and the workflow's file, from `owner/name/.github/workflows/FILE@REF`. */
function placeOf(
  environment: Environment,
): { readonly repository: string; readonly workflow: string } | undefined {
  const match = /^([\w.-]+\/[\w.-]+)\/.*?([^/@]+)@/.exec(environment['GITHUB_WORKFLOW_REF'] ?? '');
  return match === null ? undefined : { repository: match[1] ?? '', workflow: match[2] ?? '' };
}

async function runsOf(rest: GitHubRest, repository: string, workflow: string, self: string): Promise<Run[]> {
  const { default_branch: branch } = (await rest.json(`/repos/${repository}`)) as { default_branch: string };
  const query = new URLSearchParams({
    branch,
    status: 'completed',
    per_page: String(MOST_RUNS),
    exclude_pull_requests: 'true',
  });
  const path = `/repos/${repository}/actions/workflows/${encodeURIComponent(workflow)}/runs?${query.toString()}`;
  const { workflow_runs: runs } = (await rest.json(path)) as { workflow_runs: Run[] };
  return runs
    .filter(({ id }) => String(id) !== self)
    .filter(({ event }) => !event.startsWith('pull_request'))
    .filter(({ repository: here, head_repository: head }) => head?.id === here.id)
    .slice(0, MOST_RUNS);
}

async function reportOf(
  rest: GitHubRest,
  repository: string,
  run: number,
  wanted: string,
): Promise<string | undefined> {
  const { artifacts } = (await rest.json(
    `/repos/${repository}/actions/runs/${run}/artifacts?per_page=100`,
  )) as {
    artifacts: Artifact[];
  };
  const artifact = artifacts.find(
    ({ name, expired, size_in_bytes: bytes }) =>
      !expired && bytes <= MOST_ZIP_BYTES && isWanted(name, wanted),
  );
  if (artifact === undefined) return undefined;
  const zip = await rest.file(`/repos/${repository}/actions/artifacts/${artifact.id}/zip`, MOST_ZIP_BYTES);
  // nothing is written to a disk: a name in the archive is only compared
  return (await fileInZip(zip, 'report.json', MOST_REPORT_BYTES))?.toString('utf8');
}

function isWanted(name: string, wanted: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

/** @param of what was asked for: the history as a whole, or what one run has left. */
function inWords(error: unknown, signal: AbortSignal, of: 'history' | 'artifact'): string {
  if (signal.aborted) return `GitHub did not answer within ${DEADLINE_MS / 1000} s.`;
  if (!(error instanceof RestError)) return `${withCauses(error)}.`;
  const { message, status, isStorage, isLimit, retryAfterSeconds } = error;
  if (isLimit) {
    const wait = retryAfterSeconds === undefined ? '' : ` It takes requests again in ${retryAfterSeconds} s.`;
    return `${message}: the rate limit of github-token is reached.${wait} Usual cause: many jobs or other tools use the same token. Fix: let checks run less often, or give history-artifact a token of its own.`;
  }
  if (status === 401) {
    return `${message}: github-token is not valid any more. Fix: give \`github-token: \${{ github.token }}\`.`;
  }
  if (status === 410 || (status === 404 && (isStorage || of === 'artifact'))) {
    return `${message}: the artifact is not there any more. Usual cause: it has expired or was deleted meanwhile.`;
  }
  if (!isStorage && [403, 404].includes(status)) {
    return `${message}. Usual cause: the job lacks the permission \`actions: read\`, or github-token is another repository's. Fix: give the job \`permissions: actions: read\` and \`github-token: \${{ github.token }}\`.`;
  }
  if (status >= 500) return `${message}. It is a fault of GitHub's, which usually goes away by itself.`;
  return `${message}.`;
}

/** An error with what has led to it: "no answer" alone does not help. */
function withCauses(error: unknown): string {
  const words = [errorMessage(error)];
  for (let at = error; at instanceof Error && at.cause !== undefined && words.length < 4; at = at.cause) {
    // Node tries all addresses of a name, and its error has no message of its own
    const [first] = at.cause instanceof AggregateError ? (at.cause.errors as unknown[]) : [];
    words.push(errorMessage(first ?? at.cause));
  }
  return words.filter((each) => each !== '').join(': ');
}

const STATUSES: readonly CheckStatus[] = ['ok', 'warn', 'fail', 'unknown'];
const MOST_MEMBERS = 50;

/**
 * Reads the report of another run for trends. Nothing in it is trusted: only numbers, known words, a date
 * and names of hosts are taken over, each of its form.
 * @returns undefined for what is no report of this version.
 */
export function parseTrendPoint(text: string): TrendPoint | undefined {
  const report = fieldsOf(text);
  if (report?.['schemaVersion'] !== HEALTH_DOCUMENT_VERSION) return undefined;
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

/** As `toISOString` writes it. */
function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/**
 * The earlier reports and this one as points, the oldest first. Whatever keeps the earlier ones from being read is a
 * warning; the point of this one is always there.
 */
export async function trendsOf(
  report: HealthDocument,
  history: HistorySettings | undefined,
  log: Log,
  environment?: Environment,
): Promise<TrendPoint[]> {
  const now = trendPointOf(report);
  if (history === undefined) return [now];
  const { texts, problem } = await earlierReports(history, environment);
  if (problem !== undefined) {
    const which = texts.length === 0 ? 'earlier reports' : 'some earlier reports';
    log.warning(`history-artifact: ${which} could not be read: ${problem}`);
  }
  const earlier = texts.flatMap((text) => parseTrendPoint(text) ?? []);
  return [...earlier.filter(({ checkedAt }) => checkedAt < now.checkedAt), now].toSorted((one, other) =>
    one.checkedAt < other.checkedAt ? -1 : 1,
  );
}
