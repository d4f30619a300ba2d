import { type Check, isFinding, worstFirst } from '../../checks/check.ts';
import type { RunContext } from '../../engine/context.ts';
import { checkingOperation } from '../../engine/operation.ts';
import type { FindingCode } from '../../finding-codes.ts';
import { type Finding, RefusedError } from '../../findings.ts';
import type { Effect, TransportStatistics } from '../../hosts/transport.ts';
import { EVERY_OPERATION } from '../../inputs/groups.ts';
import type { Settings } from '../../inputs/settings.ts';
import { checkLines, shownCheck } from '../../report/check-view.ts';
import { failStep, type FailureSink } from '../../report/failure.ts';
import { writeOutputs } from '../../report/outputs.ts';
import { asWarning, commonReport, type Reporting } from '../../report/publish.ts';
import type { RunReport } from '../../report/run-report.ts';
import { writeSummary } from '../../report/summary.ts';
import { controlPlaneWarnings } from '../deploy/control-plane.ts';
import { deploy, planDeploy, PLANNING } from '../deploy/deploy.ts';
import { preflightChecks, prerequisite } from './checks.ts';
import { examine, type Examined } from './examine.ts';

/** A disk test and a trial of patches write, and remove what they have written. */
function effectOf({ diskTest, patchTrial, patches }: Settings): Effect {
  return diskTest || (patchTrial && patches.length > 0) ? 'writes-aside' : 'reads';
}

/** Finds everything that would keep a deploy from working or needs attention, and changes nothing. */
export const preflight = checkingOperation({
  name: 'preflight',
  summary:
    'Reports what would prevent a deploy of an external etcd cluster for kubeadm, over SSH, and changes nothing',
  icon: 'search',
  // it carries out no plan, takes no lock and uploads nothing
  inputs: [...EVERY_OPERATION, ...PLANNING, 'disk-test'],
  // a value that a deploy would refuse is told of before the deploy
  checkedInputs: deploy.inputs,
  outputs: ['login', 'change', 'findings'],
  access: (settings) => ({ effect: effectOf(settings), as: 'root' }),
  // a host that cannot be reached is a finding
  reach: 'none',
  survivesFault: false,
  observe: examine,
  check: (examined, settings, context) => ({
    findings: judge(examined, settings, context).filter(isFinding),
    connections: examined.connections,
  }),
  report: reportPreflight,
});

/**
 * Returns the checks of what was examined, the worst first. Every refusal of a deploy with the same inputs is a `fail` among
 * them, once.
 */
export function judge(
  examined: Omit<Examined, 'connections'>,
  settings: Settings,
  context: Pick<RunContext, 'newToken' | 'startedAt' | 'archive'>,
): Check[] {
  const { members, preflight: seen, controlPlane, diskTests, patchTrials, failed, untested } = examined;
  const { archive } = context;
  const refused = failed.length === 0 ? refusalsOfDeploy(examined, settings, context) : [];
  const all: Check[] = [
    ...[...failed, ...untested, ...refused, ...controlPlaneWarnings(controlPlane)].map(prerequisite),
    ...preflightChecks({
      settings,
      members,
      preflight: seen,
      diskTests,
      patchTrials,
      ...(archive && { archive }),
    }),
  ];
  return worstFirst(withoutRepeats(all));
}

/**
 * Returns the checks without those that repeat an earlier one: several of preflight's own are refusals of a deploy too. One code can
 * stand for several things at one place, such as two ports that are taken, so what was measured counts as well.
 */
function withoutRepeats(checks: readonly Check[]): Check[] {
  const identity = ({ code, member, subject, measured }: Check): string =>
    JSON.stringify([code, member, subject, measured]);
  return [...Map.groupBy(checks, identity).values()].flatMap((same) => same.slice(0, 1));
}

/** Returns why a deploy with these inputs would be refused. */
function refusalsOfDeploy(
  { members, controlPlane, cluster }: Omit<Examined, 'connections'>,
  settings: Settings,
  { newToken, startedAt, archive }: Pick<RunContext, 'newToken' | 'startedAt' | 'archive'>,
): readonly Finding[] {
  try {
    planDeploy({
      settings,
      members,
      controlPlane,
      newToken,
      now: startedAt,
      ...(cluster && { cluster }),
      ...(archive && { archive }),
    });
    return [];
  } catch (error) {
    if (error instanceof RefusedError) return error.findings;
    throw error;
  }
}

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
  const failures = findings.flatMap((check) => (check.status === 'fail' ? [findingOf(check)] : []));
  const report: RunReport = {
    ...commonReport(settings, means),
    ...(failures.length > 0 ? { outcome: 'failed', failure: NOT_READY } : { outcome: 'planned' }),
    changed: false,
    findings: settings.warnings.map(asWarning),
    checks: findings,
    certificates: [],
    connections,
  };
  await writeSummary(report, redactor, log);
  if (failures.length > 0) failStep(new RefusedError(NOT_READY, failures), redactor, log, sink);
}

const NOT_READY = 'the hosts are not ready for a deploy';

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
