import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { htmlReport } from '../../../../../src/operations/health/report/html/report-html.ts';
import { type Colours, DARK, LIGHT } from '../../../../../src/operations/health/report/html/markup.ts';
import type { TrendPoint } from '../../../../../src/operations/health/trends.ts';
import { degradedDocument, healthyDocument } from '../../example-documents.ts';
import { hostileDocument } from '../samples.ts';

const DOCUMENTS = [
  ['healthy', healthyDocument()],
  ['degraded', degradedDocument()],
  ['hostile', hostileDocument()],
] as const;

describe.each(DOCUMENTS)('the page of a %s cluster', (_, document) => {
  const page = htmlReport(document);

  test('lets nothing be fetched or run, and its style is the one it allows', () => {
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(page) ?? [];
    const digest = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${digest}'`);
    expect(page).not.toMatch(/<script|\son\w+=|\sstyle=|<link|<img|@import|url\(/i);
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
  });

  test('tells each finding with what to do, and no status by colour alone', () => {
    const bad = document.checks.filter(({ status }) => status === 'fail' || status === 'warn');
    expect([...page.matchAll(/<article/g)]).toHaveLength(bad.length);
    expect([...page.matchAll(/<dt>Do this<\/dt>/g)]).toHaveLength(
      bad.filter(({ fix }) => fix !== null).length,
    );
    for (const [, text] of page.matchAll(/<span class="(?:ok|warn|fail|unknown)">([^]*?)<\/span><\/span>/g)) {
      expect(text).toMatch(/OK|WARN|FAIL|UNKNOWN/);
    }
  });

  test('has its headings in order, and no id twice', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    levels.forEach((level, index) => expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1));
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('what comes from outside stays text', () => {
  const evil = '</style><script>alert(1)</script><img src=x onerror=alert(1)>"\'`x`\u0007';
  const [first] = degradedDocument().checks;
  if (first === undefined) throw new Error('no checks');
  const page = htmlReport({
    ...degradedDocument(),
    clusterName: evil,
    checks: [{ ...first, measured: evil, fix: evil }],
  });
  expect(page).not.toMatch(/<script>|<img/);
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('\u0007');
});

test('trends are shown from two points on', () => {
  const point = (day: number): TrendPoint => ({
    checkedAt: `2026-11-0${day}T00:00:00.000Z`,
    status: 'ok',
    members: [{ name: 'infra0', readMs: day, dbSizeBytes: 10, dbSizeInUseBytes: 5, walFsyncP99Ms: null }],
    leastDaysLeft: 300 - day,
  });
  expect(htmlReport(healthyDocument(), [point(1)])).not.toContain('<polyline');
  const page = htmlReport(healthyDocument(), [point(1), point(2), point(3)]);
  expect([...page.matchAll(/<polyline/g)]).toHaveLength(3);
  expect(page).toContain('From 297 days to 299 days. Now: 297 days.');
});

/** Returns the contrast of two colours (WCAG 2.2). */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const share = parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the %s colours', (_, colours: Colours) => {
  test.each(['ink', 'quiet', 'ok', 'warn', 'fail', 'unknown', 'link'] as const)('%s can be read', (name) => {
    expect(contrast(colours[name], colours.page)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours[name], colours.card)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['bar', 'limit'] as const)('%s can be seen on its track', (name) => {
    expect(contrast(colours[name], colours.line)).toBeGreaterThanOrEqual(3);
  });
});
