import type { Check } from '../../checks/check.ts';
import type { FindingCode } from '../../finding-codes.ts';
import { type Finding, RefusedError } from '../../findings.ts';
import type { TransportStatistics } from '../../hosts/transport.ts';
import type { Settings } from '../../inputs/settings.ts';
import { checkLines, shownCheck } from '../../report/check-view.ts';
import { failStep, type FailureSink } from '../../report/failure.ts';
import { writeOutputs } from '../../report/outputs.ts';
import { asWarning, commonReport, type Reporting } from '../../report/publish.ts';
import type { RunReport } from '../../report/run-report.ts';
import { writeSummary } from '../../report/summary.ts';

/** The result of a preflight. */
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
  const failures = findings.flatMap((check) => (check.status === 'fail' ? [findingOf(check)] : []));
  if (failures.length > 0)
    failStep(new RefusedError('the hosts are not ready for a deploy', failures), redactor, log, sink);
}

/** Returns the finding of a check that failed, as a reason why the run ends. */
function findingOf({
  name,
  code,
  member,
  subject,
  measured,
  cause,
  fix,
}: Extract<Check, { readonly code: FindingCode }>): Finding {
  return {
    code,
    ...(member !== null && { host: member }),
    at: subject ?? name,
    fact: measured,
    ...(cause !== null && { cause }),
    ...(fix !== null && { fix }),
  };
}
