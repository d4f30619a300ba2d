import { unzipSync } from 'fflate';
import { errorMessage } from '../findings.ts';
import type { HistorySettings } from '../settings/settings.ts';
import { GitHubRest, RestError } from './github-rest.ts';

/** What was found, and what kept the rest from being found: one sentence, absent where all went well. */
export interface EarlierReports {
  /** Texts of report.json, the newest first. Nothing of them has been checked. */
  readonly texts: readonly string[];
  readonly problem?: string;
}

/** The runner's variables that say where we are. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** So many runs are looked at, so many at once. */
const MOST_RUNS = 30;
const AT_ONCE = 5;
const MOST_ZIP_BYTES = 2 * 1024 * 1024;
const MOST_REPORT_BYTES = 4 * 1024 * 1024;
const DEADLINE_MS = 15_000;

/** The fields of a run that are looked at (REST, "List workflow runs for a workflow"). */
interface Run {
  readonly id: number;
  readonly event: string;
  readonly head_repository?: { readonly id: number } | null;
  readonly repository: { readonly id: number };
}

/** The fields of an artifact that are looked at (REST, "List workflow run artifacts"). */
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
  const rest = new GitHubRest({ api, token: history.token, signal });
  try {
    const runs = await runsOf(rest, repository, workflow, environment['GITHUB_RUN_ID'] ?? '');
    const texts: string[] = [];
    for (let at = 0; at < runs.length; at += AT_ONCE) {
      const some = runs.slice(at, at + AT_ONCE);
      const found = await Promise.all(some.map(({ id }) => reportOf(rest, repository, id, history.artifact)));
      texts.push(...found.filter((text) => text !== undefined));
    }
    return { texts };
  } catch (error) {
    return { texts: [], problem: inWords(error, signal) };
  }
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
  return reportIn(zip);
}

function isWanted(name: string, wanted: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

/** Nothing is written to a disk: a name in the archive is only compared. */
function reportIn(zip: Buffer): string | undefined {
  try {
    const files = unzipSync(zip, {
      filter: ({ name, originalSize }) => name === 'report.json' && originalSize <= MOST_REPORT_BYTES,
    });
    const report = files['report.json'];
    return report === undefined ? undefined : Buffer.from(report).toString('utf8');
  } catch {
    return undefined;
  }
}

function inWords(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `GitHub did not answer within ${DEADLINE_MS / 1000} s.`;
  if (error instanceof RestError && [401, 403, 404].includes(error.status)) {
    return `${error.message}. Usual cause: the job lacks the permission \`actions: read\`, or github-token is another repository's. Fix: give the job \`permissions: actions: read\` and \`github-token: \${{ github.token }}\`.`;
  }
  return `${errorMessage(error)}.`;
}
