import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jestCommand } from '../jest-command.ts';
import type { CaseResult, RowResult } from './report.ts';
import type { FleetRow } from './rows.ts';

/** The used parts of jest's report (`--json`). */
interface JestResults {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const root = join(import.meta.dirname, '../..');

/**
 * Runs test/fleet/fleet.test.ts on one kind of host, with jest's progress on standard error.
 *
 * @returns a result for each case that ran; one with the name `hosts` if the hosts could not be created.
 */
export function runRow(row: FleetRow): Pick<RowResult, 'cases' | 'versions' | 'minutes'> {
  const folder = mkdtempSync(join(tmpdir(), 'etcd-ha-fleet-'));
  const results = join(folder, 'results.json');
  const versions = join(folder, 'versions.json');
  const begun = performance.now();
  const command = jestCommand('fleet', ['--runInBand', '--json', `--outputFile=${results}`]);
  try {
    spawnSync(process.execPath, command, {
      cwd: root,
      env: {
        ...process.env,
        LAB_VARIANT: row.variant,
        LAB_KUBERNETES: row.kubernetes,
        LAB_FLEET_VERSIONS: versions,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return {
      cases: casesOf(JSON.parse(readFileSync(results, 'utf8')) as JestResults),
      versions: versionsIn(versions),
      minutes: (performance.now() - begun) / 60_000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the results in jest's report, by case. Exported for its test. */
export function casesOf({ testResults }: JestResults): CaseResult[] {
  return testResults.flatMap(({ message, assertionResults }) => {
    if (assertionResults.length === 0) return [{ name: 'hosts', passed: false, reason: firstLine(message) }];
    return assertionResults.map(({ title, status, failureMessages }) =>
      status === 'passed'
        ? { name: title, passed: true }
        : { name: title, passed: false, reason: firstLine(failureMessages[0] ?? status) },
    );
  });
}

function versionsIn(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Returns the first non-empty line, without the colours of a terminal. */
function firstLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- what jest colours its messages with
  const lines = text.replace(/\u001b\[\d*m/g, '').split('\n');
  return (lines.find((line) => line.trim() !== '') ?? '').trim().slice(0, 300);
}
