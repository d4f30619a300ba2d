import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import type { Collected } from '../collected.ts';
import { parseBoolean, parseChoice, parseInteger } from '../scalars.ts';
import type { ArtifactSettings, Bootstrap, Settings } from '../settings.ts';
import { type OperationName, operationNames } from '../table/input.ts';

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

const fix =
  'pass what the run that made the plan put out: approved-plan: ${{ needs.plan.outputs.plan-digest }}.';

/**
 * Reads the digest of the plan that was approved: 64 hex digits, with or without `sha256:` before them.
 * @returns lower-case hex; nothing when none is given.
 */
function parseApprovedPlan(
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

/** What GitHub allows at most; a repository may allow less, and then the client takes that. */
const longestRetention = 400;

/** Longer names are cut in GitHub's pages. */
const longestName = 128;

/**
 * Reads what is uploaded.
 * @param defaultName for a run that names none: unique, because GitHub refuses a second artifact of the same name.
 */
export function parseArtifacts(
  values: { readonly upload: string; readonly name: string; readonly retentionDays: string },
  defaultName: string,
  findings: Finding[],
): ArtifactSettings | undefined {
  const upload = parseBoolean('upload-artifacts', values.upload, findings);
  const name = values.name === '' ? defaultName : parseName(values.name, findings);
  const retentionDays =
    values.retentionDays === ''
      ? undefined
      : parseInteger(
          'artifact-retention-days',
          values.retentionDays,
          { least: 1, greatest: longestRetention, example: 30 },
          findings,
        );
  if (upload === undefined || name === undefined) return undefined;
  return { upload, name, ...(retentionDays !== undefined && { retentionDays }) };
}

/** The characters that the artifact service refuses (@actions/artifact, path-and-artifact-name-validation.ts). */
function parseName(value: string, findings: Finding[]): string | undefined {
  const [refused] = /["':<>|*?\\/\p{Cc}]/u.exec(value) ?? [];
  if (refused === undefined && value.length <= longestName) return value;
  findings.push({
    at: 'artifact-name',
    fact:
      refused === undefined
        ? `the name has ${value.length} characters, more than ${longestName}.`
        : `${quote(value)} holds ${JSON.stringify(refused)}, which the artifact service refuses.`,
    fix: 'use letters, digits, dashes, dots and underscores, for example artifact-name: etcd-report-${{ github.run_attempt }}.',
  });
  return undefined;
}
