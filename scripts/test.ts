/**
 * `npm test`: everything that needs no root, then the end-to-end tests in the lab if this machine can run one. The last
 * line, `N passed, N failed` (each gate counts as one test), follows lists of all skipped and all failed tests. With LAB_MANDATORY=1
 * skipping is a failure, and missing programs that tests run are installed.
 *
 * `npm test` runs the parts `unit` and `e2e`; each can be named alone. `e2e` ends with a sample of the fleet and of the
 * soak. `versions`, `vm`, `control-plane` and `soak` run only if they are named.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installMissingPackages } from '../lab/machine/packages.ts';
import { hostProgramsFor } from '../lab/programs/programs.ts';
import { defaultKubernetesVersion, type KubernetesVersion, kubernetesVersions } from '../lab/settings.ts';
import { staleDistFiles } from './dist.ts';
import { sampleRow } from './fleet/rows.ts';
import { jestCommand } from './jest-command.ts';
import { whyNoLab } from './lab-possible.ts';
import { missingPrograms, type NeededProgram, neededPrograms } from './needed-programs.ts';
import { failedIn, type JestReport, skippedIn } from './jest-report.ts';

interface Tally {
  passed: number;
  failed: number;
}

const tally: Tally = { passed: 0, failed: 0 };
const mandatory = process.env['LAB_MANDATORY'] === '1';
/** One line each. */
const skipped: string[] = [];
/** Each with the first lines of its message. */
const failed: string[] = [];
const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules/.bin', name);

function heading(text: string): void {
  console.log(`\n=== ${text}`);
}

/** Runs a gate, which counts as one test: a command that must exit with 0. */
function gate(title: string, command: string, arguments_: readonly string[]): void {
  heading(title);
  count(title, spawnSync(command, arguments_, { cwd: root, stdio: 'inherit' }).status === 0);
}

function count(title: string, good: boolean): void {
  if (good) tally.passed += 1;
  else tally.failed += 1;
  console.log(`${good ? 'ok' : 'FAILED'}: ${title}`);
  if (!good) failed.push(title);
}

/** Runs one of jest's projects and adds its tests to the tally. */
function jest(
  title: string,
  project: string,
  more: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): void {
  heading(title);
  const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-tests-'));
  const results = join(folder, 'results.json');
  const command = jestCommand(project, ['--json', `--outputFile=${results}`, ...more]);
  // jest prints its report of --json on standard output, and its progress on standard error.
  const run = spawnSync(process.execPath, command, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const report = JSON.parse(readFileSync(results, 'utf8')) as JestReport & {
      numPassedTests: number;
      numFailedTests: number;
      numRuntimeErrorTestSuites: number;
    };
    tally.passed += report.numPassedTests;
    tally.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
    skipped.push(
      ...skippedIn(report, root).map(({ file, count, reason }) => `${count} of ${file}: ${reason}`),
    );
    failed.push(...failedIn(report, root));
    if (run.status !== 0 && report.numFailedTests + report.numRuntimeErrorTestSuites === 0) tally.failed += 1;
  } catch {
    count(`jest left results for ${title}`, false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Checks the programs that unit tests run. With LAB_MANDATORY=1 and root, apt installs missing ones; otherwise lists
 * them. A missing program that skips tests is listed, any other is a failure of its own.
 */
async function programs(): Promise<void> {
  const needs = missingPrograms().map((name): NeededProgram => neededPrograms[name]);
  if (needs.length === 0) return;
  heading('Programs that tests run');
  if (mandatory && process.getuid?.() === 0) {
    const packages = needs.map(({ anyOf: [what = ''], package: name }) => [what, name] as const);
    await installMissingPackages(console.error, packages).catch((error: unknown) => console.error(error));
  }
  const missing = missingPrograms();
  const hint = [...new Set(missing.map((name) => neededPrograms[name].package))].join(' ');
  if (missing.length > 0) console.log(`This machine lacks ${missing.join(', ')}: apt-get install ${hint}`);
  const needed = missing.map((name): NeededProgram => neededPrograms[name]);
  count(
    'Programs that tests run',
    needed.every(({ always }) => !mandatory && always !== true),
  );
}

/** Runs tests that need real hosts, or prints why it does not. */
async function inLab(tests: () => Promise<void> | void): Promise<void> {
  const obstacle = whyNoLab();
  if (obstacle === undefined) await tests();
  else if (mandatory) count(`the lab can run here (${obstacle})`, false);
  else skipped.push(`all tests in the lab, because ${obstacle}: nothing was tested on real hosts`);
}

/**
 * Tests the client of etcd with real members, of the release of the lab's hosts: faults that no host of the lab has to
 * suffer.
 */
async function clientOfEtcd(version: KubernetesVersion): Promise<void> {
  const { paths } = await hostProgramsFor(version, console.error);
  jest(`Client of etcd as of Kubernetes ${version}`, 'real-etcd', [], { ETCD_BIN: paths.etcd });
}

const only = process.argv[2];
const runs = (part: string): boolean => only === undefined || only === part;

if (runs('unit')) {
  await programs();
  gate('Format', bin('prettier'), ['--check', '--log-level=warn', '.']);
  gate('Types', bin('tsc'), ['--noEmit', '-p', '.']);
  gate('Lint', bin('eslint'), ['--max-warnings=0', '.']);
  gate('Structure', process.execPath, [join(import.meta.dirname, 'structure.ts')]);
  heading('dist/ is what the sources give');
  const stale = staleDistFiles();
  if (stale.length > 0) console.log(`Not up to date, run \`npm run build\` and commit: ${stale.join(', ')}`);
  count('dist/ is what the sources give', stale.length === 0);
  jest('Unit tests', 'unit');
}
if (runs('e2e')) {
  await inLab(async () => {
    await clientOfEtcd(defaultKubernetesVersion);
    jest('End-to-end tests in the lab', 'e2e', ['--runInBand']);
    jest(`Another kind of host: ${sampleRow.variant}`, 'fleet', ['--runInBand'], {
      LAB_VARIANT: sampleRow.variant,
      LAB_KUBERNETES: sampleRow.kubernetes,
    });
    const sample = ['--runInBand', '--runTestsByPath', 'test/soak/deploy.test.ts'];
    jest('Faults at some steps', 'soak', sample, { LAB_SOAK: 'sample' });
  });
}
if (only === 'versions') {
  await inLab(async () => {
    for (const version of kubernetesVersions) {
      await clientOfEtcd(version);
      const deploy = ['--runTestsByPath', 'test/e2e/deploy.test.ts'];
      jest(`Deploy on Kubernetes ${version}`, 'e2e', deploy, { LAB_KUBERNETES: version });
    }
  });
}
if (only === 'vm') await inLab(() => jest('Deploy on virtual machines', 'vm', ['--runInBand']));
if (only === 'control-plane') {
  await inLab(() => jest('A control plane on the cluster', 'control-plane', ['--runInBand']));
}
if (only === 'soak') {
  await inLab(() =>
    jest('Faults at every step', 'soak', ['--runInBand'], { LAB_SOAK: process.env['LAB_SOAK'] ?? 'all' }),
  );
}

if (skipped.length > 0) {
  console.log(`\n!!! SKIPPED, so nothing is known of:\n${skipped.map((line) => `!!!   ${line}`).join('\n')}`);
  if (mandatory) count('nothing is skipped where LAB_MANDATORY=1', false);
}
if (failed.length > 0) console.log(`\n=== What failed\n${failed.join('\n\n')}`);
console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;
