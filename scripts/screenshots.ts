/**
 * `npm run screenshots`: takes the pictures of docs/health.md from a cluster in the lab: the health report, light and dark.
 * One member is stopped, so that there is something to see.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Lab } from '../lab/client.ts';
import { deployInputs, REPOSITORY, runInLab } from '../test/e2e/support/action-in-lab.ts';
import type { ActionRun } from '../test/github/runner.ts';
import { Browser, chromium } from '../test/operations/health/report/html/browser.ts';
import { whyNoLab } from './lab-possible.ts';

const IMAGES = join(REPOSITORY, 'docs/images');
const WIDTH = 1000;
const HEIGHT = 955;

if (chromium === undefined) throw new Error('chromium is needed: apt-get install chromium');
const obstacle = whyNoLab();
if (obstacle !== undefined) throw new Error(`the lab is needed: ${obstacle}`);

const work = mkdtempSync(join(tmpdir(), 'screenshots-'));
const lab = await Lab.up({ name: 'screenshots', fresh: true, progress: console.error });
try {
  succeeded(await runInLab(lab, deployInputs(lab, { 'cluster-name': 'production' })));
  await lab.sh('infra2', `systemctl stop kubelet && crictl stop "$(crictl ps --quiet --name '^etcd$')"`);
  const run = await runInLab(
    lab,
    deployInputs(lab, { operation: 'health', 'cluster-name': 'production', 'metrics-window': '10s' }),
    { action: join(REPOSITORY, 'health'), workFolder: work },
  );
  const folder = run.outputs['report-path'];
  if (folder === undefined) throw new Error(run.log.join('\n'));
  await take(join(folder, 'report.html'));
} finally {
  await lab.down();
  rmSync(work, { recursive: true });
}

function succeeded(run: ActionRun): void {
  if (run.conclusion !== 'success') throw new Error(run.log.join('\n'));
}

/** Takes the top of a page, as somebody sees it who opens it. */
async function take(page: string): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const browser = await Browser.start(chromium ?? '');
  try {
    await browser.send('Emulation.setDeviceMetricsOverride', {
      width: WIDTH,
      height: HEIGHT,
      deviceScaleFactor: 1.5,
      mobile: false,
    });
    for (const scheme of ['light', 'dark']) {
      await browser.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      });
      await browser.open(pathToFileURL(page).href);
      const { data } = (await browser.send('Page.captureScreenshot', { format: 'webp', quality: 70 })) as {
        readonly data: string;
      };
      const file = join(IMAGES, `health-report-${scheme}.webp`);
      writeFileSync(file, Buffer.from(data, 'base64'));
      console.log(file);
    }
  } finally {
    await browser.close();
  }
}
