import type { Finding } from '../../findings.ts';
import { quote } from '../../text/quote.ts';
import { inputGroup } from '../group.ts';
import { clusterNameGroup } from '../hosts/members.ts';
import { type DurationRange, parseBoolean, parseChoice, parseDuration, parseInteger } from '../scalars.ts';
import {
  artifactInputs,
  bootstrapInputs,
  diskTestInputs,
  lockInputs,
  operationInput,
  planInputs,
  timeLimitInputs,
} from '../table/run.ts';

/** What is to be done. */
export const operationGroup = inputGroup({
  name: 'operation',
  inputs: operationInput,
  parse: ({ inputs, operations, findings }): { readonly operation: string } | undefined => {
    const operation = parseChoice('operation', inputs.operation, operations, findings);
    return operation === undefined ? undefined : { operation };
  },
});

/** How far a run may go that makes a plan. */
export interface PlanSettings {
  /** Read and decide only, and say what would be done. */
  readonly dryRun: boolean;
  /** Digest of the only plan that may be carried out, lower-case hex; absent: any plan. */
  readonly approvedPlan?: string;
}

/** Whether the plan of the run is carried out: for operations that make one. */
export const planGroup = inputGroup({
  name: 'plan',
  inputs: planInputs,
  parse: ({ inputs, findings }): PlanSettings | undefined => {
    const dryRun = parseBoolean('dry-run', inputs['dry-run'], findings);
    const approvedPlan = parseApprovedPlan(inputs['approved-plan'], findings);
    return dryRun === undefined ? undefined : { dryRun, ...(approvedPlan !== undefined && { approvedPlan }) };
  },
  checkUnused: ({ inputs, findings }, operation) => {
    parseBoolean('dry-run', inputs['dry-run'], findings);
    if (inputs['approved-plan'] !== '') findings.push(nothingToApprove(operation));
  },
});

const fix =
  'pass the output of the run that made the plan: approved-plan: ${{ needs.plan.outputs.plan-digest }}.';

/**
 * Reads the digest of the plan that was approved: 64 hex digits, with or without `sha256:` before them.
 * @returns lower-case hex; nothing when none is given.
 */
function parseApprovedPlan(value: string, findings: Finding[]): string | undefined {
  if (value === '') return undefined;
  const [, digest] = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(value) ?? [];
  if (digest !== undefined) return digest.toLowerCase();
  findings.push({
    code: 'approved-plan-unusable',
    at: 'approved-plan',
    fact: `${quote(value)} is not the digest of a plan, which has 64 hex digits.`,
    ...(value.startsWith('{') && { cause: 'the output plan was passed instead of plan-digest.' }),
    fix,
  });
  return undefined;
}

function nothingToApprove(operation: string): Finding {
  return {
    code: 'approved-plan-unusable',
    at: 'approved-plan',
    fact: `operation: ${operation} makes no plan and changes nothing: there is nothing to approve.`,
    cause: 'the inputs of another step were copied.',
    fix: 'leave approved-plan out here, or write operation: deploy.',
  };
}

/**
 * When a new cluster may be made. `auto`: when this run makes its CA; with a CA that the user brought there may have
 * been a cluster, and it takes `allow`.
 */
export type Bootstrap = 'auto' | 'allow' | 'never';

const bootstraps: readonly Bootstrap[] = ['auto', 'allow', 'never'];

/** Whether a new cluster may be made. */
export const bootstrapGroup = inputGroup({
  name: 'bootstrap',
  inputs: bootstrapInputs,
  parse: ({ inputs, findings }): { readonly bootstrap: Bootstrap } | undefined => {
    const bootstrap = parseChoice('bootstrap', inputs.bootstrap, bootstraps, findings);
    return bootstrap && { bootstrap };
  },
});

/** What a preflight may try on the hosts, beyond reading. */
export interface DiskTestSettings {
  /** Whether to write to the data dir's disk for a moment, to see how fast it is. */
  readonly diskTest: boolean;
  /** Whether the kubeadm of each host tries the patches, if there are any: it writes aside what it renders. */
  readonly patchTrial: boolean;
}

/** What a preflight may try. A dry run writes nothing, whether or not the operation makes a plan. */
export const diskTestGroup = inputGroup({
  name: 'disk-test',
  inputs: diskTestInputs,
  alsoReads: ['dry-run', 'patches'],
  parse: ({ inputs, findings, warnings }): DiskTestSettings | undefined => {
    const wanted = parseBoolean('disk-test', inputs['disk-test'], findings);
    // a value that is no boolean is a finding of the group that it belongs to
    const isDryRun = parseBoolean('dry-run', inputs['dry-run'], []) === true;
    if (wanted === true && isDryRun) warnings.push(writesNothing);
    if (isDryRun && inputs.patches.trim() !== '') warnings.push(triesNothing);
    return wanted === undefined ? undefined : { diskTest: wanted && !isDryRun, patchTrial: !isDryRun };
  },
  checkUnused: ({ inputs, findings, warnings }, operation) => {
    const wanted = parseBoolean('disk-test', inputs['disk-test'], findings);
    if (wanted === true) warnings.push(measuresNothing(operation));
  },
});

const writesNothing: Finding = {
  code: 'input-unused',
  at: 'disk-test',
  fact: 'disk-test: true has no effect with dry-run: true, which writes nothing to any host.',
  fix: 'leave dry-run out: a preflight changes nothing, apart from the file that a disk test writes and removes.',
};

const triesNothing: Finding = {
  code: 'input-unused',
  at: 'patches',
  fact: 'the patches are not tried with dry-run: true, which writes nothing to any host.',
  fix: 'leave dry-run out: a preflight changes nothing, apart from the files that the trial of patches writes and removes.',
};

function measuresNothing(operation: string): Finding {
  return {
    code: 'input-unused',
    at: 'disk-test',
    fact: `disk-test: true has no effect with operation: ${operation}: only a preflight writes to a disk to measure it.`,
    fix: 'leave it out here, or run operation: preflight with it.',
  };
}

/** What is uploaded at the end of a run. */
export interface ArtifactSettings {
  readonly upload: boolean;
  readonly name: string;
  /** Whether the action has chosen the name: it differs from run to run. */
  readonly isOwnName: boolean;
  /** Days; absent = the repository's default. */
  readonly retentionDays?: number;
}

/** What a run leaves on GitHub. */
export const artifactGroup = inputGroup({
  name: 'artifact',
  inputs: artifactInputs,
  parse: ({ inputs, run, findings, settingsOf }): { readonly artifacts: ArtifactSettings } | undefined => {
    const clusterName = settingsOf(clusterNameGroup)?.clusterName ?? '';
    const artifacts = parseArtifacts(inputs, `etcd-ha-${clusterName}-${run.attempt}-${run.nonce}`, findings);
    return artifacts && { artifacts };
  },
});

/** What GitHub allows at most; a repository may allow less, and then the client takes that. */
const longestRetention = 400;

/** Longer names are cut in GitHub's pages. */
const longestName = 128;

/**
 * Reads what is uploaded.
 * @param defaultName for a run that names none: unique, because GitHub refuses a second artifact of the same name.
 */
function parseArtifacts(
  inputs: Readonly<Record<keyof typeof artifactInputs, string>>,
  defaultName: string,
  findings: Finding[],
): ArtifactSettings | undefined {
  const upload = parseBoolean('upload-artifacts', inputs['upload-artifacts'], findings);
  const name = inputs['artifact-name'] === '' ? defaultName : parseName(inputs['artifact-name'], findings);
  const retentionDays =
    inputs['artifact-retention-days'] === ''
      ? undefined
      : parseInteger(
          'artifact-retention-days',
          inputs['artifact-retention-days'],
          { least: 1, greatest: longestRetention, example: 30 },
          findings,
        );
  if (upload === undefined || name === undefined) return undefined;
  const isOwnName = inputs['artifact-name'] === '';
  return { upload, name, isOwnName, ...(retentionDays !== undefined && { retentionDays }) };
}

/** The characters that the artifact service refuses (@actions/artifact, path-and-artifact-name-validation.ts). */
function parseName(value: string, findings: Finding[]): string | undefined {
  const [refused] = /["':<>|*?\\/\p{Cc}]/u.exec(value) ?? [];
  if (refused === undefined && value.length <= longestName) return value;
  findings.push({
    code: 'name-malformed',
    at: 'artifact-name',
    fact:
      refused === undefined
        ? `the name has ${value.length} characters, more than ${longestName}.`
        : `${quote(value)} holds ${JSON.stringify(refused)}, which the artifact service refuses.`,
    fix: 'use letters, digits, dashes, dots and underscores, for example artifact-name: etcd-report-${{ github.run_attempt }}.',
  });
  return undefined;
}

const SIX_HOURS = 6 * 60 * 60;

const LOCK_TIME: DurationRange = { least: 0, greatest: SIX_HOURS, words: '0s and six hours', example: '2m' };

/** A job on GitHub's own runners ends after six hours. */
const RUN_TIME: DurationRange = {
  least: 60,
  greatest: SIX_HOURS,
  words: 'one minute and six hours',
  example: '15m',
};

/** How long a run waits for others. */
export interface LockSettings {
  /** Seconds to wait for the lock of another run; 0: not at all. */
  readonly lockTimeoutSeconds: number;
}

/** How long a run waits for others: for operations that change hosts. */
export const lockGroup = inputGroup({
  name: 'lock',
  inputs: lockInputs,
  parse: ({ inputs, findings }): LockSettings | undefined => {
    const lockTimeoutSeconds = parseDuration('lock-timeout', inputs['lock-timeout'], LOCK_TIME, findings);
    return lockTimeoutSeconds === undefined ? undefined : { lockTimeoutSeconds };
  },
});

/** How long a run may take. */
export interface TimeLimitSettings {
  /** Seconds that the whole run may take. */
  readonly timeoutSeconds: number;
}

/** How long a run may take. */
export const timeLimitGroup = inputGroup({
  name: 'time-limit',
  inputs: timeLimitInputs,
  parse: ({ inputs, findings }): TimeLimitSettings | undefined => {
    const timeoutSeconds = parseDuration('timeout', inputs.timeout, RUN_TIME, findings);
    return timeoutSeconds === undefined ? undefined : { timeoutSeconds };
  },
});
