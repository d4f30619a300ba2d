import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { HealthDocument } from '../../../../src/checks/health-document.ts';
import {
  earlierReports,
  parseTrendPoint,
  trendsOf,
} from '../../../../src/operations/health/history/earlier-reports.ts';
import { trendLines, trendPointOf } from '../../../../src/operations/health/trends.ts';
import type { Log } from '../../../../src/runner/log.ts';
import { degradedDocument, healthyDocument } from '../example-documents.ts';
import { GitHubStandIn, type StandInRun, zipOf } from './github-stand-in.ts';

const HISTORY = { artifact: 'etcd-health-*', token: 'token' };
const silentLog: Log = {
  info: () => undefined,
  warning: () => undefined,
  debug: () => undefined,
  host: () => silentLog,
};
const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;

let github: GitHubStandIn;
beforeEach(async () => {
  github = new GitHubStandIn();
  await github.listen();
});
afterEach(() => github.close());

/** Returns the healthy report of this many days ago. */
function reportOf(
  daysBefore: number,
  change: (document: HealthDocument) => HealthDocument = (same) => same,
): string {
  const document = healthyDocument();
  return JSON.stringify(
    change({
      ...document,
      checkedAt: new Date(Date.parse(document.checkedAt) - daysBefore * DAY_MS).toISOString(),
    }),
  );
}

function run(id: number, text: string, changes: Partial<StandInRun> = {}): StandInRun {
  return { id, artifacts: [{ name: 'etcd-health-1', zip: zipOf({ 'report.json': text }) }], ...changes };
}

describe('reports of earlier runs', () => {
  test('are read, the newest first, and the token goes to GitHub alone', async () => {
    github.runs = [run(3, 'three'), run(2, 'two'), run(100, 'this run itself')];
    expect(await earlierReports(HISTORY, github.environment)).toEqual({ texts: ['three', 'two'] });
    expect(github.leaked).toEqual([]);
  });

  test('of pull requests, of forks, expired, of another name, or too large, are left out', async () => {
    const [artifact] = run(1, 'x').artifacts;
    if (artifact === undefined) throw new Error('no artifact');
    github.runs = [
      run(1, 'x', { event: 'pull_request' }),
      run(2, 'x', { event: 'pull_request_target' }),
      run(3, 'x', { fork: true }),
      run(4, 'x', { artifacts: [{ ...artifact, expired: true }] }),
      run(5, 'x', { artifacts: [{ ...artifact, name: 'other' }] }),
      run(6, 'x', { artifacts: [{ ...artifact, size: 100 * MIB }] }),
      run(7, 'good'),
    ];
    expect(await earlierReports(HISTORY, github.environment)).toEqual({ texts: ['good'] });
  });

  test('a bomb, no archive, and another file in it do no harm', async () => {
    const bomb = zipOf({ 'report.json': ' '.repeat(20 * MIB) });
    const artifact = (zip: Uint8Array): Partial<StandInRun> => ({
      artifacts: [{ name: 'etcd-health-1', zip }],
    });
    github.runs = [
      run(1, '', artifact(bomb)),
      run(2, '', artifact(Buffer.from('no zip'))),
      run(3, '', artifact(zipOf({ '../../report.json': 'x' }))),
      run(4, 'good'),
    ];
    expect((await earlierReports(HISTORY, github.environment)).texts).toEqual(['good']);
  });

  const six = (): StandInRun[] => [6, 5, 4, 3, 2, 1].map((id) => run(id, `report ${id}`));
  const withoutFour = ['report 6', 'report 5', 'report 3', 'report 2', 'report 1'];

  test.each<[end: string, status: number, atStorage: boolean, words: RegExp]>([
    [
      'artifacts/40/zip',
      410,
      false,
      /with 410: the artifact is not there any more\. Usual cause: it has expired/,
    ],
    ['artifacts/40/zip', 404, false, /with 404: the artifact is not there any more/],
    [
      'artifacts/40/zip',
      404,
      true,
      /GitHub's storage answered .* with 404: the artifact is not there any more/,
    ],
    ['artifacts/40/zip', 502, true, /GitHub's storage answered .* with 502\. It is a fault of GitHub's/],
    ['artifacts/40/zip', 403, true, /GitHub's storage answered .* with 403\.$/],
    ['artifacts/40/zip', 403, false, /with 403\. Usual cause: the job lacks the permission `actions: read`/],
    ['runs/4/artifacts', 404, false, /with 404: the artifact is not there any more/],
    ['runs/4/artifacts', 500, false, /with 500\. It is a fault of GitHub's/],
  ])(
    'one of six that cannot be read (%s: %d): the other five, and its own words',
    async (end, status, at, words) => {
      github.runs = six();
      github.faults.set(end, { status, ...(at && { atStorage: true }) });
      const { texts, problem } = await earlierReports(HISTORY, github.environment);
      expect(texts).toEqual(withoutFour);
      expect(problem).toMatch(/^1 of 6 runs: /);
      expect(problem).toMatch(words);
      if (status !== 403 || at) expect(problem).not.toContain('permission');
    },
  );

  test.each<[status: number, headers: Record<string, string>, words: RegExp]>([
    [
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
      /rate limit .* is reached\. It takes requests again in 0 s\./,
    ],
    [403, { 'retry-after': '60' }, /rate limit .* is reached\. It takes requests again in 60 s\./],
    [429, {}, /rate limit .* is reached\. Usual cause/],
  ])(
    'a rate limit (%d %j) is reported as one, and GitHub is asked no more',
    async (status, headers, words) => {
      github.runs = Array.from({ length: 12 }, (_, index) => run(50 - index, `report ${50 - index}`));
      github.faults.set('runs/49/artifacts', { status, headers });
      const { texts, problem } = await earlierReports(HISTORY, github.environment);
      expect(problem).toMatch(words);
      expect(problem).not.toContain('permission');
      expect(texts).toEqual(['report 50', 'report 48', 'report 47', 'report 46']);
      expect(github.requests.filter((url) => url.includes('/actions/runs/'))).toHaveLength(5);
    },
  );

  test('an answer that never comes is reported with its cause', async () => {
    const environment = { ...github.environment, GITHUB_API_URL: 'http://127.0.0.1:1' };
    const { problem } = await earlierReports(HISTORY, environment);
    expect(problem).toMatch(/^no answer from 127\.0\.0\.1:1: (?:Error: )?connect ECONNREFUSED/);
  });

  test('a repository that was renamed is followed, with the token', async () => {
    github.runs = [run(1, 'good')];
    const environment = {
      ...github.environment,
      GITHUB_WORKFLOW_REF: 'old/name/.github/workflows/health.yml@x',
    };
    github.faults.set('/repos/old/name', { status: 301, headers: { location: '/repos/octo/infra' } });
    expect((await earlierReports(HISTORY, environment)).problem).toMatch(/old\/name\/actions\/workflows/);
    expect(github.requests).toContain('/repos/octo/infra');
  });

  // fflate truncated its result to the stated size, after inflating all of it.
  test('of a zip that lies about its size nothing comes out', async () => {
    const lying = Buffer.from(zipOf({ 'report.json': 'x'.repeat(MIB) }));
    lying.writeUInt32LE(1000, lying.indexOf(Buffer.from('504b0102', 'hex')) + 24);
    lying.writeUInt32LE(1000, 22);
    github.runs = [run(2, '', { artifacts: [{ name: 'etcd-health-1', zip: lying }] }), run(1, 'good')];
    expect(await earlierReports(HISTORY, github.environment)).toEqual({ texts: ['good'] });
  });

  test.each([403, 404])('%d: the missing permission is named', async (status) => {
    github.status = status;
    const { texts, problem } = await earlierReports(HISTORY, github.environment);
    expect([texts, problem]).toEqual([[], expect.stringMatching(/Usual cause: .*`actions: read`.*Fix: /)]);
    expect(problem).not.toContain('token:token');
  });

  test('outside of GitHub there are none', async () => {
    expect(await earlierReports(HISTORY, {})).toMatchObject({
      texts: [],
      problem: expect.stringContaining('no run'),
    });
  });

  test('trouble is a warning, and the check goes on with its own point', async () => {
    github.status = 500;
    const warnings: string[] = [];
    const log = { ...silentLog, warning: (message: string) => void warnings.push(message) };
    const points = await trendsOf(healthyDocument(), HISTORY, log, github.environment);
    expect(points).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('earlier reports could not be read')]);
  });

  test('none is no trouble', async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warning: (message: string) => void warnings.push(message) };
    expect(await trendsOf(healthyDocument(), HISTORY, log, github.environment)).toHaveLength(1);
    expect(await trendsOf(healthyDocument(), undefined, log)).toHaveLength(1);
    expect(warnings).toEqual([]);
  });
});

describe('what another run has left is not trusted', () => {
  test('a real report is what it was', () => {
    for (const document of [healthyDocument(), degradedDocument()]) {
      expect(parseTrendPoint(JSON.stringify(document))).toEqual(trendPointOf(document));
    }
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"schemaVersion":2}',
    reportOf(0).replace('"schemaVersion":1', '"schemaVersion":"1"'),
    reportOf(0).replace('"status":"ok"', '"status":"<b>"'),
    reportOf(0).replace(/"checkedAt":"[^"]*"/, '"checkedAt":"yesterday"'),
    reportOf(0).replace('"members":[', '"members":{},"x":['),
  ])('%j is none', (text) => expect(parseTrendPoint(text)).toBeUndefined());

  test('of a hostile one nothing but numbers and names remains', () => {
    const text = reportOf(0)
      .replace('"name":"infra0"', '"name":"<img onerror=alert(1)>"')
      .replace(/"readMs":[\d.]+/, '"readMs":"fast"')
      .replace('"members":[', '"__proto__":{"polluted":true},"members":[');
    const point = parseTrendPoint(text);
    expect(point?.members.map(({ name }) => name)).toEqual(['infra1', 'infra2']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('trends in words', () => {
  test('growth with the day on which the quota is reached, a slower read, renewed certificates', async () => {
    const grown = (daysBefore: number): StandInRun =>
      run(
        200 + daysBefore,
        reportOf(daysBefore, (document) => ({
          ...document,
          members: document.members.map((member) => ({
            ...member,
            readMs: 1,
            dbSizeInUseBytes: (187 - 10 * daysBefore) * MIB,
          })),
          certificates: document.certificates.map((certificate) => ({ ...certificate, daysLeft: 20 })),
        })),
      );
    github.runs = [1, 2, 3, 4].map(grown);
    const report = healthyDocument();
    const points = await trendsOf(report, HISTORY, silentLog, github.environment);
    expect(points.map(({ checkedAt }) => checkedAt)).toEqual(
      points.map(({ checkedAt }) => checkedAt).toSorted(),
    );
    const lines = trendLines(points, report);
    expect(lines[0]).toBe('Of the 4 checks before this one, all were OK.');
    expect(lines[1]).toMatch(
      /^The data of infra0 grows by 10 MiB a day, 187 MiB now \(5 reports over 96 h\), and reaches the quota in about 186 days\.$/,
    );
    expect(lines).toContain('A read of infra0 takes 2.4 ms, usually 1 ms (median of 4 reports).');
    expect(lines.at(-1)).toBe(
      'Certificates were renewed since the last check: the first ends in 355 days, then in 20 days.',
    );
  });

  test('too little to draw a line through says nothing of growth', () => {
    const report = healthyDocument();
    const points = [parseTrendPoint(reportOf(0.1)), trendPointOf(report)].filter(
      (point) => point !== undefined,
    );
    expect(trendLines(points, report)).toEqual(['Of the 1 check before this one, all were OK.']);
    expect(trendLines([trendPointOf(report)], report)).toEqual([]);
  });
});
