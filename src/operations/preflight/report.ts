import type { Check } from '../../checks/check.ts';
import { type Finding, RefusedError } from '../../findings.ts';
import type { TransportStatistics } from '../../hosts/transport.ts';
import type { Settings } from '../../inputs/settings.ts';
import { checkLines, shownCheck } from '../../report/check-view.ts';
import { failStep, type FailureSink } from '../../report/failure.ts';
import { writeOutputs } from '../../report/outputs.ts';
import { asWarning, commonReport, type Reporting } from '../../report/publish.ts';
import type { RunReport } from '../../report/run-report.ts';
import { writeSummary } from '../../report/summary.ts';

/** What a preflight has to tell. */
export interface PreflightResult {
  /** Checks that are not `ok` or have a notice, the worst first. */
  readonly findings: readonly Check[];
  readonly connections: readonly ({ readonly host: string } & TransportStatistics)[];
}

/**
 * Publishes what a preflight found, and fails the step if a deploy would not work.
 * @param sink only for tests.
 */
export async function reportPreflight(
  { findings, connections }: PreflightResult,
  settings: Settings,
  means: Reporting,
  sink?: FailureSink,
): Promise<void> {
  const { log, redactor } = means;
  for (const line of findings.map(shownCheck).flatMap(checkLines)) log.info(line);
  writeOutputs({ changed: false, findings }, redactor, log);
  const report: RunReport = {
    ...commonReport(settings, means),
    outcome: 'planned',
    changed: false,
    findings: settings.warnings.map(asWarning),
    checks: findings,
    certificates: [],
    connections,
  };
  await writeSummary(report, redactor, log);
  const failures = findings.filter(({ status }) => status === 'fail').map(findingOf);
  if (failures.length > 0)
    failStep(new RefusedError('the hosts are not ready for a deploy', failures), redactor, log, sink);
}

/** A check that failed, as the reason why the run is ended. */
function findingOf({ name, code, member, subject, measured, cause, fix }: Check): Finding {
  return {
    code: code ?? 'check-failed',
    ...(member !== null && { host: member }),
    at: subject ?? name,
    fact: measured,
    ...(cause !== null && { cause }),
    ...(fix !== null && { fix }),
  };
}
