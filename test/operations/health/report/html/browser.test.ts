import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { htmlReport } from '../../../../../src/operations/health/report/html/report-html.ts';
import { needing } from '../../../../needs.ts';
import { degradedDocument, healthyDocument } from '../../example-documents.ts';
import { hostileDocument } from '../samples.ts';
import { Browser, chromium } from './browser.ts';

jest.setTimeout(60_000);

needing('chromium').describe('the page in a real browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-html-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.start(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  const pages = Object.entries({
    healthy: healthyDocument(),
    degraded: degradedDocument(),
    hostile: hostileDocument(),
  }).flatMap(([name, document]) =>
    [1280, 360].flatMap((width) =>
      (['light', 'dark'] as const).map((scheme) => ({ name, document, width, scheme })),
    ),
  );

  test.each(pages)('$name, $width pixels wide, $scheme', async ({ name, document, width, scheme }) => {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, htmlReport(document));
    await browser.send('Emulation.setDeviceMetricsOverride', {
      width,
      height: 800,
      deviceScaleFactor: 1,
      mobile: width < 500,
    });
    await browser.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: scheme }],
    });
    await browser.open(pathToFileURL(file).href);

    const told = browser.events.filter(({ method }) =>
      /^(?:Log\.entryAdded|Runtime\.(?:exceptionThrown|consoleAPICalled))$/.test(method),
    );
    expect(told).toEqual([]);
    const requests = browser.events.filter(({ method }) => method === 'Network.requestWillBeSent');
    expect(requests.map(({ params }) => (params as { request: { url: string } }).request.url)).toEqual([
      pathToFileURL(file).href,
    ]);

    // The style is applied, and the page fits without horizontal scrolling.
    const background = await browser.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(scheme === 'light' ? 'rgb(246, 247, 249)' : 'rgb(17, 21, 27)');
    expect(await browser.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    // Elements that scroll within the page are reachable by keyboard.
    const unreachable = await browser.evaluate(
      '[...document.querySelectorAll("*")].filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "auto" && e.tabIndex !== 0).length',
    );
    expect(unreachable).toBe(0);
    if (process.env['HEALTH_SHOTS'] !== undefined) {
      writeFileSync(
        join(process.env['HEALTH_SHOTS'], `${name}-${width}-${scheme}.png`),
        await browser.screenshot(),
      );
    }
  });
});
