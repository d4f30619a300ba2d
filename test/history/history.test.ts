import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { earlierReports } from '../../src/history/earlier-reports.ts';
import { parseTrendPoint } from '../../src/history/parse-trend-point.ts';
import { trendsOf } from '../../src/history/trends-of.ts';
import { trendLines, trendPointOf } from '../../src/health/trend-lines.ts';
import type { HealthDocument } from '../../src/health/document.ts';
import type { Log } from '../../src/log.ts';
import { degradedDocument, healthyDocument } from '../health/example-documents.ts';
import { GitHubStandIn, zipOf, type StandInRun } from './github-stand-in.ts';

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

/** The healthy report, so many days before. */
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
