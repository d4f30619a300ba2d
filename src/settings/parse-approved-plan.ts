import type { Finding } from '../findings.ts';
import type { OperationName } from '../inputs/operation-names.ts';
import { quote } from './quote.ts';

const fix =
  'pass what the run that made the plan put out: approved-plan: ${{ needs.plan.outputs.plan-digest }}.';

/**
 * Reads the digest of the plan that was approved: 64 hex digits, with or without `sha256:` before them.
 * @returns lower-case hex; nothing when none is given.
 */
export function parseApprovedPlan(
  value: string,
  operation: OperationName | undefined,
  findings: Finding[],
): string | undefined {
  if (value === '') return undefined;
  if (operation !== undefined && operation !== 'deploy') findings.push(nothingToApprove(operation));
  const [, digest] = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(value) ?? [];
  if (digest !== undefined) return digest.toLowerCase();
  findings.push({
    at: 'approved-plan',
    fact: `${quote(value)} is not the digest of a plan, which has 64 hex digits.`,
    ...(value.startsWith('{') && { cause: 'the output plan was passed in place of plan-digest.' }),
    fix,
  });
  return undefined;
}

function nothingToApprove(operation: OperationName): Finding {
  return {
    at: 'approved-plan',
    fact: `operation: ${operation} makes no plan and changes nothing: there is nothing to approve.`,
    cause: 'the inputs of another step were copied.',
    fix: 'leave approved-plan out here, or write operation: deploy.',
  };
}
