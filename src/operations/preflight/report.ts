import { describeFinding, Refused } from '../../findings.ts';
import type { TransportStatistics } from '../../hosts/transport.ts';
import type { Settings } from '../../inputs/settings.ts';
import { failStep } from '../../report/failure.ts';
import { writeOutputs } from '../../report/outputs.ts';
import { asWarning, commonReport, type Reporting } from '../../report/publish.ts';
import type { RunReport } from '../../report/run-report.ts';
import { writeSummary } from '../../report/summary.ts';
import type { SevereFinding } from './finding.ts';

/** What a preflight has to tell. */
export interface PreflightResult {
  /** The worst first. */
  readonly findings: readonly SevereFinding[];
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/** Publishes what a preflight found, and fails the step if a deploy would not work. */
export async function reportPreflight(
  { findings, connections }: PreflightResult,
  settings: Settings,
  means: Reporting,
): Promise<void> {
  const { log, redactor } = means;
  for (const finding of findings) log.info(`${finding.severity.padEnd(4)} ${describeFinding(finding)}`);
  writeOutputs({ changed: false, findings }, redactor, log);
  const report: RunReport = {
    ...commonReport(settings, means),
    outcome: 'planned',
    changed: false,
    findings: [...findings, ...settings.warnings.map(asWarning)],
    certificates: [],
    connections,
  };
  await writeSummary(report, redactor, log);
  const failures = findings.filter(({ severity }) => severity === 'fail');
  if (failures.length > 0)
    failStep(new Refused('the hosts are not ready for a deploy', failures), redactor, log);
}
