import { join } from 'node:path';
import { OPERATIONS } from '../../src/operations/index.ts';
import { definitionOf, inputNames } from '../../src/inputs/table/table.ts';
import { ROOT } from '../docs/repository.ts';
import { readActionMetadata, type ActionMetadata } from '../github/action-metadata.ts';
import { commonProblems, usesOf } from './common-problems.ts';
import { parseWorkflow, stepsOf, type Job, type Permissions, type Step, type Workflow } from './workflow.ts';

/**
 * Returns the problems of a workflow to paste, one line each; none if it is good: it lints, it uses the action as
 * action.yml declares it, contains no secret, and has no more permissions than necessary.
 */
export async function exampleProblems(text: string): Promise<string[]> {
  const workflow = parseWorkflow(text);
  return [
    ...(await commonProblems(text)),
    ...usesOf(text)
      .filter((used) => !RECOMMENDED.test(used))
      .map((used) => `${used} is not ours to recommend`),
    ...(/PRIVATE KEY|AAAAC3Nza/.test(text) ? ['a key stands in the text'] : []),
    ...permissionProblems(workflow),
    ...[workflow, ...Object.values(workflow.jobs)]
      .filter(({ concurrency }) => concurrency?.['cancel-in-progress'] === true)
      .map(() => 'a newer run cancels one that is at work'),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) => approvalProblems(name, job)),
    ...stepsOf(workflow).flatMap((step) => stepProblems(step, text)),
    ...bootstrapProblems(workflow),
  ];
}

/** Actions that log in at a provider with a token of GitHub. */
const LOGS_IN = /^(?:aws-actions\/configure-aws-credentials|google-github-actions\/auth|azure\/login)@/m;

/** Actions that examples may use: ours, GitHub's, and those of the owners of what they log in to or install. */
const RECOMMENDED = new RegExp(
  `^(?:org/etcd-ha-action|actions/|hashicorp/setup-terraform@|google-github-actions/setup-gcloud@)|${LOGS_IN.source}`,
);

/** Matches commands in scripts, and actions, that need write access to this scope. */
const WRITES: Readonly<Record<string, RegExp>> = { issues: /\bgh issue\b/, 'id-token': LOGS_IN };

/** Only a job that writes may have write access, and a job that logs in with a token needs it. */
function permissionProblems({ permissions, jobs }: Workflow): string[] {
  const tooMuch = (granted: Permissions | undefined, work: string): string[] =>
    Object.entries(granted ?? {})
      .filter(([, access]) => access !== 'read' && access !== 'none')
      .filter(([scope]) => WRITES[scope]?.test(work) !== true)
      .map(([scope, access]) => `permission ${scope}: ${access} is not needed`);
  const workOf = ({ steps }: Job): string =>
    (steps ?? []).flatMap(({ uses = '', run = '' }) => [uses, run]).join('\n');
  return [
    ...tooMuch(permissions, ''),
    ...Object.entries(jobs).flatMap(([name, job]) => [
      ...tooMuch(job.permissions, workOf(job)),
      ...(LOGS_IN.test(workOf(job)) && job.permissions?.['id-token'] !== 'write'
        ? [`job ${name} logs in with a token that it does not get`]
        : []),
    ]),
  ];
}

/** An empty `approved-plan` accepts any plan, which has not been approved. */
function approvalProblems(name: string, job: Job): string[] {
  return (job.steps ?? []).flatMap(({ with: given }) => {
    const approved = /^\$\{\{ (.*) \}\}$/.exec(String(given?.['approved-plan'] ?? ''))?.[1];
    if (approved === undefined || job.if?.includes(`${approved} != ''`) === true) return [];
    return [`job ${name} carries out any plan where ${approved} is empty`];
  });
}

/** On a schedule no person is there to know why the hosts are empty; its inputs are empty too. */
function bootstrapProblems(workflow: Workflow): string[] {
  const { on } = workflow;
  if (typeof on !== 'object' || on === null || !('schedule' in on)) return [];
  return stepsOf(workflow)
    .map(({ with: given }) => String(given?.['bootstrap'] ?? ''))
    .filter((bootstrap) => /allow|inputs/.test(bootstrap) && !bootstrap.includes("|| 'never'"))
    .map(() => 'a schedule may make a new cluster');
}

/** The action and its sub-actions, by their names in workflows. */
const OURS: Readonly<Record<string, ActionMetadata>> = Object.fromEntries<ActionMetadata>([
  ['org/etcd-ha-action@v1', readActionMetadata(ROOT)],
  ...OPERATIONS.map(({ name }) => name).map(
    (name) => [`org/etcd-ha-action/${name}@v1`, readActionMetadata(join(ROOT, name))] as const,
  ),
]);

function stepProblems(step: Step, text: string): string[] {
  const action = OURS[step.uses ?? ''];
  if (action === undefined) return [];
  const given = step.with ?? {};
  return [
    ...Object.keys(given)
      .filter((name) => !action.inputs.has(name))
      .map((name) => `${name} is no input`),
    ...inputNames
      .filter((name) => definitionOf(name).required === true && given[name] === undefined)
      .map((name) => `${name} is required`),
    ...(given['hosts'] === undefined && given['inventory'] === undefined ? ['there are no hosts'] : []),
    ...(given['ssh-user'] === undefined && given['inventory'] === undefined ? ['there is no user'] : []),
    ...inputNames.flatMap((name) => secrecyProblem(name, given[name])),
    ...outputProblems(step, action, text),
  ];
}

/** A file contains no secret; public values in an output must not be masked, or the runner drops the output. */
function secrecyProblem(
  name: (typeof inputNames)[number],
  value: string | number | boolean | undefined,
): string[] {
  if (value === undefined) return [];
  // GitHub masks its own token like secrets.
  const fromSecret = /^\$\{\{ (?:secrets\.[A-Z_]+|github\.token) \}\}$/.test(String(value));
  if (definitionOf(name).secret === true && !fromSecret) return [`${name} is not passed from a secret`];
  if (definitionOf(name).secret !== true && String(value).includes('secrets.')) {
    return [`${name} is passed from a secret and is none`];
  }
  return [];
}

function outputProblems({ id }: Step, action: ActionMetadata, text: string): string[] {
  if (id === undefined) return [];
  const used = [...text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)].filter(([, step]) => step === id);
  return used
    .map(([, , output = '']) => output)
    .filter((output) => !action.outputs.includes(output))
    .map((output) => `${output} is no output`);
}
