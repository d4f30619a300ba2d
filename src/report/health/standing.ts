import type { CheckStatus } from '../../health/check.ts';
import type { HealthDocument, MemberDocument } from '../../health/document.ts';

/** The status of a member that answers; else `out`, or `unknown` where nobody could ask it. */
export type Standing = CheckStatus | 'out';

/** How a member stands: one that was asked and does not answer is out, one that nobody could ask is unknown. */
export function standingOf(
  { name, reachable, status }: MemberDocument,
  { checks }: HealthDocument,
): Standing {
  if (reachable) return status;
  const endpoint = checks.find((check) => check.name === 'endpoint' && check.member === name);
  return endpoint?.status === 'unknown' ? 'unknown' : 'out';
}
