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

/** The operation to run. */
export const operationGroup = inputGroup({
  name: 'operation',
  inputs: operationInput,
  parse: ({ inputs, operations, findings }): { readonly operation: string } | undefined => {
    const operation = parseChoice('operation', inputs.operation, operations, findings);
    return operation === undefined ? undefined : { operation };
  },
});

/** Limits for a run that makes a plan. */
export interface PlanSettings {
  /** Only read and decide, and report the plan. */
  readonly dryRun: boolean;
  /** Digest of the only plan that may be applied, lower-case hex; absent: any plan. */
  readonly approvedPlan?: string;
}

/** Whether to apply the plan: for operations that make one. */
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
 * Parses the digest of the approved plan: 64 hex digits, with or without the prefix `sha256:`.
 * @returns lower-case hex; undefined if none is given.
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
 * Whether a run may create a new cluster. `auto`: if the run creates its CA; with a CA of the user a cluster may already
 * exist, so that requires `allow`.
 */
export type Bootstrap = 'auto' | 'allow' | 'never';

const bootstraps: readonly Bootstrap[] = ['auto', 'allow', 'never'];

/** Whether a run may create a new cluster. */
export const bootstrapGroup = inputGroup({
  name: 'bootstrap',
  inputs: bootstrapInputs,
  parse: ({ inputs, findings }): { readonly bootstrap: Bootstrap } | undefined => {
    const bootstrap = parseChoice('bootstrap', inputs.bootstrap, bootstraps, findings);
    return bootstrap && { bootstrap };
  },
});

/** Tests that a preflight may run on the hosts, in addition to reading. */
export interface DiskTestSettings {
  /** Write to the data dir's disk for a moment, to measure its speed. */
  readonly diskTest: boolean;
  /** Have each host's kubeadm try the patches, if there are any: it writes its output to a separate file. */
  readonly patchTrial: boolean;
}

/** Tests that a preflight may run. A dry run writes nothing, whether or not the operation makes a plan. */
export const diskTestGroup = inputGroup({
  name: 'disk-test',
  inputs: diskTestInputs,
  alsoReads: ['dry-run', 'patches'],
  parse: ({ inputs, findings, warnings }): DiskTestSettings | undefined => {
    const wanted = parseBoolean('disk-test', inputs['disk-test'], findings);
    // An invalid boolean is a finding of its own group.
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

/** The artifact of a run. */
export interface ArtifactSettings {
  readonly upload: boolean;
  readonly name: string;
  /** True if the action chose the name: it differs in each run. */
  readonly isOwnName: boolean;
  /** In days; absent: the repository's default. */
  readonly retentionDays?: number;
}

/** The artifact that a run uploads. */
export const artifactGroup = inputGroup({
  name: 'artifact',
  inputs: artifactInputs,
  parse: ({ inputs, run, findings, settingsOf }): { readonly artifacts: ArtifactSettings } | undefined => {
    const clusterName = settingsOf(clusterNameGroup)?.clusterName ?? '';
    const artifacts = parseArtifacts(inputs, `etcd-ha-${clusterName}-${run.attempt}-${run.nonce}`, findings);
    return artifacts && { artifacts };
  },
});

/** GitHub's maximum; a repository may allow less, and the client then uses that. */
const longestRetention = 400;

/** GitHub's pages shorten longer names. */
const longestName = 128;

/**
 * Parses the inputs about artifacts.
 * @param defaultName used without a name: unique, because GitHub refuses a second artifact with the same name.
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

/** Refuses the characters that the artifact service refuses (@actions/artifact, path-and-artifact-name-validation.ts). */
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

/** How long a run waits for other runs. */
export interface LockSettings {
  /** Seconds to wait for the lock of another run; 0: do not wait. */
  readonly lockTimeoutSeconds: number;
}

/** How long a run waits for other runs: for operations that change hosts. */
export const lockGroup = inputGroup({
  name: 'lock',
  inputs: lockInputs,
  parse: ({ inputs, findings }): LockSettings | undefined => {
    const lockTimeoutSeconds = parseDuration('lock-timeout', inputs['lock-timeout'], LOCK_TIME, findings);
    return lockTimeoutSeconds === undefined ? undefined : { lockTimeoutSeconds };
  },
});

/** The time limit of a run. */
export interface TimeLimitSettings {
  /** Seconds for the whole run. */
  readonly timeoutSeconds: number;
}

/** The time limit of a run. */
export const timeLimitGroup = inputGroup({
  name: 'time-limit',
  inputs: timeLimitInputs,
  parse: ({ inputs, findings }): TimeLimitSettings | undefined => {
    const timeoutSeconds = parseDuration('timeout', inputs.timeout, RUN_TIME, findings);
    return timeoutSeconds === undefined ? undefined : { timeoutSeconds };
  },
});
