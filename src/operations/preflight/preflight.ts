import { type Check, isFinding, worstFirst } from '../../checks/check.ts';
import { checkingOperation } from '../../engine/operation.ts';
import type { RunContext } from '../../engine/context.ts';
import { type Finding, RefusedError } from '../../findings.ts';
import type { Effect } from '../../hosts/transport.ts';
import { EVERY_OPERATION } from '../../inputs/groups.ts';
import type { Settings } from '../../inputs/settings.ts';
import { controlPlaneWarnings } from '../deploy/control-plane.ts';
import { planDeploy, PLANNING } from '../deploy/deploy.ts';
import { preflightChecks, prerequisite } from './checks.ts';
import { examine, type Examined } from './examine.ts';
import { reportPreflight } from './report.ts';

/** A disk test and a trial of patches write, and remove what they have written. */
function effectOf({ diskTest, patches }: Settings): Effect {
  return diskTest || patches.length > 0 ? 'writes-aside' : 'reads';
}

/** Finds everything that would keep a deploy from working or needs attention, and changes nothing. */
export const preflight = checkingOperation({
  name: 'preflight',
  summary:
    'Finds what stands in the way of an external etcd cluster for kubeadm, over SSH, and changes nothing',
  icon: 'search',
  // it carries out no plan, takes no lock and uploads nothing
  inputs: [...EVERY_OPERATION, ...PLANNING, 'disk-test'],
  outputs: ['login', 'change', 'findings'],
  access: (settings) => ({ effect: effectOf(settings), as: 'root' }),
  // a host that cannot be reached is a finding
  reach: 'none',
  survivesFault: false,
  observe: (settings, context) => examine(effectOf(settings), settings, context),
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
  const { members, preflight: seen, controlPlane, diskTests, patchTrials, failed } = examined;
  const { archive } = context;
  const refused = failed.length === 0 ? refusalsOfDeploy(examined, settings, context) : [];
  const all: Check[] = [
    ...[...failed, ...refused, ...controlPlaneWarnings(controlPlane)].map(prerequisite),
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
