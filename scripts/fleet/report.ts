import { rowName, type FleetRow } from './rows.ts';

/** The result of one case on one kind of host. */
export interface CaseResult {
  /** Title of the test in test/fleet/fleet.test.ts. */
  readonly name: string;
  readonly passed: boolean;
  /** The first line of the error. */
  readonly reason?: string;
}

/** The results of one kind of host. */
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
 * Replaces rows of an earlier run by those of a new one, in the order of the fleet. Drops rows that are no longer in the fleet.
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

/** Reports whether every case of the row passed. */
export function rowPassed({ cases }: Pick<RowResult, 'cases'>): boolean {
  return fleetCases.every((name) => cases.some((one) => one.name === name && one.passed));
}

/** Formats lab/FLEET.md: the table of kinds of hosts and cases, the failures, and the versions. */
export function fleetMarkdown(fleet: readonly FleetRow[], results: readonly RowResult[]): string {
  const failures = results.flatMap((row) =>
    row.cases
      .filter(({ passed }) => !passed)
      .map(
        ({ name, reason }) => `- ${rowName(row)}, ${name}: ${escaped(reason ?? 'no reason was recorded')}`,
      ),
  );
  const missing = fleet.filter((row) => !results.some((result) => rowName(result) === rowName(row)));
  const parts = [
    '# Results on every kind of host',
    '`npm run test:fleet` generates this file. Each row is a cluster of three hosts of one kind. [README.md](README.md#kinds-of-hosts) explains the kinds. A dash means that the case did not run.',
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
    ...(failures.length > 0 ? ['## Failures', failures.join('\n')] : []),
    '## Versions',
    ...results.map((row) => {
      const versions = Object.entries(row.versions).map(([name, version]) => `${name} ${version}`);
      return `**${rowName(row)}**: ${escaped(versions.join(', '))}`;
    }),
  ];
  return `${parts.join('\n\n')}\n`;
}

/**
 * Formats the table of tested hosts in docs/supported-versions.md: kinds on which every case passed, with their versions and the date.
 */
export function triedHosts(results: readonly RowResult[]): string {
  const programs = ['distribution', 'systemd', 'OpenSSH', 'coreutils', 'sudo', 'runtime'];
  return table(
    ['Hosts', 'Kubernetes', 'etcd', 'Programs', 'Run on'],
    results
      .filter(rowPassed)
      .map(({ variant, versions, date }) => [
        `\`${variant}\``,
        versions['kubeadm'] ?? '',
        versions['etcd'] ?? '',
        escaped(
          programs
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

/** Escapes a text for one line of Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|~]/g, '\\$&').replace(/\s+/g, ' ');
}
