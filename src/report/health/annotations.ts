import { CHECK_TITLES } from '../../health/check.ts';
import type { HealthDocument } from '../../health/document.ts';
import { annotation } from '../clean.ts';
import { counted } from '../plan-words.ts';
import { groupsOf, type CheckGroup } from './groups.ts';

/** One annotation of the run. */
export interface HealthAnnotation {
  readonly severity: 'error' | 'warning';
  readonly title: string;
  /** The fact and the fix; may have several lines, never longer than the runner shows. */
  readonly message: string;
}

/**
 * At most one annotation for the cluster and one for each member: the runner shows ten of a kind per step and drops the
 * others. Each tells the worst, and how much else there is to look up.
 */
export function annotationsOf(document: HealthDocument): HealthAnnotation[] {
  return groupsOf(document).flatMap((group) => annotationOf(group, document.clusterName));
}

function annotationOf({ member, checks }: CheckGroup, clusterName: string): HealthAnnotation[] {
  const [worst, ...rest] = checks;
  if (worst === undefined || worst.status === 'ok') return [];
  const { measured, fix } = worst;
  const lines = [measured, ...(fix === null ? [] : [`Fix: ${fix}`]), ...more(rest)];
  return [
    {
      severity: worst.status === 'fail' ? 'error' : 'warning',
      title: `${member ?? `etcd cluster ${clusterName}`}: ${CHECK_TITLES[worst.name]}`,
      message: annotation(lines),
    },
  ];
}

function more(rest: CheckGroup['checks']): string[] {
  const findings = rest.filter(({ status }) => status === 'fail' || status === 'warn').length;
  const unknown = rest.filter(({ status }) => status === 'unknown').length;
  const counts = [
    ...(findings === 0 ? [] : [counted(findings, 'more finding')]),
    ...(unknown === 0 ? [] : [`${counted(unknown, 'check')} could not be made`]),
  ];
  return counts.length === 0 ? [] : [`${counts.join('; ')}: see the job summary.`];
}
