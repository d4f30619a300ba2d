import { type Check, type CheckStatus, worstFirst } from '../../../checks/check.ts';
import type { HealthDocument } from '../../../checks/health-document.ts';

/** The checks of one member, or of the cluster. */
export interface CheckGroup {
  /** Null: the whole cluster. */
  readonly member: string | null;
  /** The member's name, or `cluster`. */
  readonly title: string;
  /** The worst first. */
  readonly checks: readonly Check[];
}

/**
 * The checks of the cluster, then those of each expected member in the order of the inputs; none without a check. What
 * concerns another host belongs to the cluster: there are never more groups than members and one.
 */
export function groupsOf({ members, checks }: HealthDocument): CheckGroup[] {
  const names = new Set(members.map(({ name }) => name));
  const byMember = Map.groupBy(checks, ({ member }) =>
    member !== null && names.has(member) ? member : null,
  );
  return [null, ...names].flatMap((member) => {
    const own = byMember.get(member);
    return own === undefined ? [] : [{ member, title: member ?? 'cluster', checks: worstFirst(own) }];
  });
}

/** How many checks have each status, the worst first; those that none has are left out. */
export function statusCounts(checks: readonly Check[]): [CheckStatus, number][] {
  const counts = new Map<CheckStatus, number>();
  for (const { status } of worstFirst(checks)) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts];
}

/** Returns the notices of checks, each once. */
export function noticesOf({ checks }: HealthDocument): string[] {
  return [...new Set(checks.flatMap(({ notice }) => (notice === null ? [] : [notice])))];
}
