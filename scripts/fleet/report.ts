import { rowName, type FleetRow } from './rows.ts';

/** What became of one case on one kind of host. */
export interface CaseResult {
  /** Title of the test in test/fleet/fleet.test.ts. */
  readonly name: string;
  readonly passed: boolean;
  /** The first line of what went wrong. */
  readonly reason?: string;
}

/** What became of one kind of host. */
export interface RowResult extends FleetRow {
  readonly cases: readonly CaseResult[];
  /** Programs of the first host. */
  readonly versions: Readonly<Record<string, string>>;
  readonly minutes: number;
  /** ISO 8601 date. */
  readonly date: string;
  /** Abbreviated commit that was run. */
  readonly commit: string;
}

/** Columns of the table: the cases in the order in which they run. */
export const fleetCases = ['preflight', 'deploy', 'run again', 'restart', 'health', 'adopt'] as const;

/**
 * The rows of an earlier run with those of a new one in their place; in the order of the fleet. Rows that the fleet does not have any more
 * are gone.
 */
export function merged(
  fleet: readonly FleetRow[],
  earlier: readonly RowResult[],
  later: readonly RowResult[],
): RowResult[] {
  return fleet.flatMap((row) => {
    const isIt = (result: RowResult) => rowName(result) === rowName(row);
    const found = later.find(isIt) ?? earlier.find(isIt);
    return found === undefined ? [] : [found];
  });
}

/** Whether every case of the row passed. */
export function rowPassed({ cases }: Pick<RowResult, 'cases'>): boolean {
  return fleetCases.every((name) => cases.some((one) => one.name === name && one.passed));
}

/** lab/FLEET.md: the table of variants and cases, what failed, and the versions. */
export function fleetMarkdown(fleet: readonly FleetRow[], results: readonly RowResult[]): string {
  const failures = results.flatMap((row) =>
    row.cases
      .filter(({ passed }) => !passed)
      .map(({ name, reason }) => `- ${rowName(row)}, ${name}: ${escaped(reason ?? 'no reason is known')}`),
  );
  const missing = fleet.filter((row) => !results.some((result) => rowName(result) === rowName(row)));
  const parts = [
    '# The fleet: every kind of host, and what was run on it',
    '`npm run test:fleet` writes this file. Each row is three hosts of a kind; README.md of this folder says what the words stand for. A dash: the case did not run.',
    table(
      ['Hosts', 'Kubernetes', ...fleetCases, 'Minutes', 'Run on', 'Commit'],
      results.map((row) => [
        row.variant,
        row.kubernetes,
        ...fleetCases.map((name) => mark(row.cases.find((one) => one.name === name))),
        row.minutes.toFixed(1),
        row.date,
        row.commit,
      ]),
    ),
    ...(missing.length > 0 ? [`Not run yet: ${missing.map(rowName).join(', ')}.`] : []),
    ...(failures.length > 0 ? ['## What failed', failures.join('\n')] : []),
    '## Versions',
    ...results.map((row) => {
      const versions = Object.entries(row.versions).map(([name, version]) => `${name} ${version}`);
      return `**${rowName(row)}**: ${escaped(versions.join(', '))}`;
    }),
  ];
  return `${parts.join('\n\n')}\n`;
}

/**
 * Table of docs/supported-versions.md of the hosts that the action was run on: kinds of which every case passed, with the versions on them and the
 * day. Every row names its Kubernetes, also the one that most rows have.
 */
export function triedHosts(results: readonly RowResult[]): string {
  const told = ['distribution', 'systemd', 'OpenSSH', 'coreutils', 'sudo', 'runtime'];
  return table(
    ['Hosts', 'Kubernetes', 'etcd', 'Programs', 'Run on'],
    results
      .filter(rowPassed)
      .map(({ variant, versions, date }) => [
        `\`${variant}\``,
        versions['kubeadm'] ?? '',
        versions['etcd'] ?? '',
        escaped(
          told
            .map(
              (name) =>
                `${name} ${(versions[name] ?? '').replace(/^(?:Sudo version|sudo-rs) |GNU$/g, '').trim()}`,
            )
            .join(', '),
        ),
        date,
      ]),
  );
}

function mark(result: CaseResult | undefined): string {
  if (result === undefined) return '–';
  return result.passed ? 'passed' : '**failed**';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** One line of text that means nothing to Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|~]/g, '\\$&').replace(/\s+/g, ' ');
}
