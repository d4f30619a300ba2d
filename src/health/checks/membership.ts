import { memberFindings } from '../../etcd/health-members.ts';
import { checkOf, type Check } from '../check.ts';
import type { HealthFacts } from '../facts.ts';
import { plural } from '../figures.ts';
import { viewOf } from './view.ts';

/** Expected against actual members. */
export function membershipChecks(facts: HealthFacts): Check[] {
  const view = viewOf(facts);
  if (view.members === undefined) {
    return [checkOf('membership', null)('unknown', { measured: 'No member told who the members are.' })];
  }
  const findings = memberFindings(view);
  if (findings.length === 0) {
    return [
      checkOf('membership', null)('ok', {
        measured: `The member list has the ${plural(facts.members.length, 'expected member')} and no other.`,
      }),
    ];
  }
  return findings.map(({ host, severity, fact, cause, fix }) =>
    checkOf('membership', host ?? null)(severity, {
      measured: fact,
      cause: cause ?? null,
      fix: fix === undefined ? null : careful(fix),
    }),
  );
}

/** A removed member never comes back with its data. */
function careful(fix: string): string {
  return fix.includes('member remove')
    ? `${fix} Remove only what you are certain of: check once more that no host of yours has this address, and that the cluster has a quorum without it.`
    : fix;
}
