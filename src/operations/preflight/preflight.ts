import { resolveMembers } from '../../cluster/members.ts';
import type { Surroundings } from '../../engine/context.ts';
import { type Finding, Refused } from '../../findings.ts';
import type { Settings } from '../../inputs/settings.ts';
import { controlPlaneWarnings } from '../deploy/control-plane.ts';
import { decideDeploy } from '../deploy/deploy.ts';
import type { RunOperation } from '../index.ts';
import { preflightFindings } from './checks.ts';
import { examine, type Examined } from './examine.ts';
import { bySeverity, type SevereFinding } from './finding.ts';

/** Tells everything that would keep a deploy from working or deserves a look, and changes nothing. */
export const preflight: RunOperation = (settings, surroundings) =>
  examine((examined) => judge(examined, settings, surroundings), settings, surroundings);

/**
 * What a preflight finds, the worst first. Whatever a deploy with the same inputs would refuse on these facts is a `fail` among it, once.
 */
export function judge(
  examined: Examined,
  settings: Settings,
  surroundings: Pick<Surroundings, 'chance' | 'archive'>,
): SevereFinding[] {
  const { hosts, facts, preflight: seen, controlPlane, diskTests, failed } = examined;
  const { members } = resolveMembers(hosts, facts);
  const { archive } = surroundings;
  const refused = failed.length === 0 ? refusalsOfDeploy(examined, settings, surroundings) : [];
  const all: SevereFinding[] = [
    ...[...failed, ...refused, ...controlPlaneWarnings(controlPlane)].map((finding) => ({
      ...finding,
      severity: 'fail' as const,
    })),
    ...preflightFindings({ settings, members, preflight: seen, diskTests, ...(archive && { archive }) }),
  ];
  // what a deploy refuses as well is told once
  const once = new Map(all.toReversed().map((finding) => [`${finding.host ?? ''} ${finding.fact}`, finding]));
  return bySeverity([...once.values()].toReversed());
}

/** Why a deploy with these inputs would be refused. */
function refusalsOfDeploy(
  { facts, controlPlane, cluster }: Examined,
  settings: Settings,
  { chance, archive }: Pick<Surroundings, 'chance' | 'archive'>,
): readonly Finding[] {
  try {
    decideDeploy({
      settings,
      facts,
      controlPlane,
      ...chance,
      ...(cluster && { cluster }),
      ...(archive && { archive }),
    });
    return [];
  } catch (error) {
    if (error instanceof Refused) return error.findings;
    throw error;
  }
}
