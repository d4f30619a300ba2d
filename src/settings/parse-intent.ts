import type { Finding } from '../findings.ts';
import { operationNames, type OperationName } from '../inputs/operation-names.ts';
import { parseApprovedPlan } from './parse-approved-plan.ts';
import { parseBoolean, parseChoice } from './parse-scalars.ts';
import type { Collected } from './parse-ssh.ts';
import type { Bootstrap, Settings } from './settings.ts';

const bootstraps: readonly Bootstrap[] = ['auto', 'allow', 'never'];

/** What is to be done, and how far it may go. */
export type Intent = Pick<Settings, 'operation' | 'dryRun' | 'approvedPlan' | 'bootstrap' | 'diskTest'>;

/** Reads what is to be done and how far it may go. */
export function parseIntent(
  values: {
    readonly operation: string;
    readonly dryRun: string;
    readonly approvedPlan: string;
    readonly bootstrap: string;
    readonly diskTest: string;
  },
  { findings, warnings }: Collected,
): Intent | undefined {
  const operation = parseChoice('operation', values.operation, operationNames, findings);
  const dryRun = parseBoolean('dry-run', values.dryRun, findings);
  const approvedPlan = parseApprovedPlan(values.approvedPlan, operation, findings);
  const bootstrap = parseChoice('bootstrap', values.bootstrap, bootstraps, findings);
  const diskTest = parseBoolean('disk-test', values.diskTest, findings);
  if (operation === undefined || dryRun === undefined || bootstrap === undefined || diskTest === undefined) {
    return undefined;
  }
  const useless = diskTest ? uselessDiskTest(operation, dryRun) : undefined;
  if (useless !== undefined) warnings.push(useless);
  return {
    operation,
    dryRun,
    ...(approvedPlan !== undefined && { approvedPlan }),
    bootstrap,
    diskTest: diskTest && useless === undefined,
  };
}

function uselessDiskTest(operation: OperationName, dryRun: boolean): Finding | undefined {
  if (operation !== 'preflight') {
    return {
      at: 'disk-test',
      fact: `disk-test: true does nothing with operation: ${operation}: only a preflight writes to a disk to measure it.`,
      fix: 'leave it out here, or run operation: preflight with it.',
    };
  }
  return dryRun
    ? {
        at: 'disk-test',
        fact: 'disk-test: true does nothing with dry-run: true, which writes nothing to any host.',
        fix: 'leave dry-run out: a preflight changes nothing, apart from the file that a disk test writes and removes.',
      }
    : undefined;
}
