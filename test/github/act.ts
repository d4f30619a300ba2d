/**
 * Runs a workflow with nektos/act 0.2.89 in host mode (no Docker), with `uses: org/etcd-ha-action@v1` as a folder of
 * this machine. It proves the wiring of a workflow: `uses`, `with`, secrets, job outputs, order of main and post. It
 * does not prove masking: act masks a secret only as a whole, and prints outputs unchanged.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { readActionMetadata } from './action-metadata.ts';
import { runChild } from './child.ts';
import type { ChildResult } from './child.ts';
import { SYSTEM_PATH } from './runner.ts';

/** Options of a run. */
export interface ActOptions {
  /** The act binary. */
  readonly act: string;
  /** Folder of the action; the files of a release are copied from there. */
  readonly action: string;
  /** The workflow's name for the action; sub-actions (`org/etcd-ha-action/health@v1`) are included. */
  readonly uses?: string;
  /** Text of the workflow file. */
  readonly workflow: string;
  /** The only job to run, with those that it needs; all by default. */
  readonly job?: string;
  /** The event that starts it; `workflow_dispatch` by default. */
  readonly event?: string;
  /** Inputs of `workflow_dispatch`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Payload of the event, for `github.event`. */
  readonly payload?: unknown;
  /** Secrets of the repository; they are in a file of mode 0600 while act runs. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Variables of the repository (`vars`). */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files of the repository besides the workflow, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  /** Programs that come first in every step's PATH, e.g. a stand-in for `gh`: Node scripts by their names. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Other actions that the workflow uses, with their refs, and the text of the action.yml that replaces each. */
  readonly standIns?: Readonly<Record<string, string>>;
  /** Environment of every step, e.g. that of a results service. */
  readonly env?: Readonly<Record<string, string>>;
  /** Puts a command in front, e.g. `ip netns exec NAME`; it must exec, not fork. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /** The Node binary that runs JavaScript actions. */
  readonly node?: string;
  /** Called with each line that act prints. */
  readonly onLine?: (line: string) => void;
  /** Milliseconds after which act is interrupted. */
  readonly timeoutMs?: number;
  /** An existing folder for all files of act, kept; by default a temporary one. */
  readonly workFolder?: string;
}

/** The result of a workflow; the exit code is 0 if all jobs succeeded. */
export interface ActRun extends ChildResult {
  /** Lines as act printed them. */
  readonly log: readonly string[];
}

const DEFAULT_TIMEOUT_MS = 10 * 60 * 1000;

/** Returns the files of a release: action.yml, its bundles, package.json, and the folders of its sub-actions. */
function releasedNames(folder: string): string[] {
  const { main, post } = readActionMetadata(folder);
  const bundles = [main, ...(post === undefined ? [] : [post])].map(
    (file) => relative(folder, file).split('/')[0] ?? '',
  );
  const subActions = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'action.yml')));
  return [...new Set(['action.yml', 'package.json', ...bundles, ...subActions])].filter((name) =>
    existsSync(join(folder, name)),
  );
}

/** Turns a folder into a git repository with one commit of its contents. */
function commitAll(folder: string): void {
  const git = (...args: string[]): void => {
    execFileSync('git', args, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: SYSTEM_PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
    });
  };
  git('init', '--quiet', '--initial-branch=main');
  git('remote', 'add', 'origin', 'https://github.com/octo-org/workspace.git');
  git('add', '--all', '--force');
  git(
    '-c',
    'user.name=octocat',
    '-c',
    'user.email=octocat@example.org',
    'commit',
    '--quiet',
    '--message=all',
  );
}

/** Copies the files of a release, and commits them. */
function releaseAction(source: string, target: string): void {
  mkdirSync(target);
  for (const name of releasedNames(source))
    cpSync(join(source, name), join(target, name), { recursive: true });
  commitAll(target);
}

/** Creates the repository of the workflow. */
function makeRepository(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  commitAll(folder);
}

/** Links Node and the requested programs into one folder for PATH. */
function makePrograms(folder: string, { node = process.execPath, programs = {} }: ActOptions): void {
  mkdirSync(folder);
  symlinkSync(node, join(folder, 'node'));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec '${node}' '${script}' "$@"\n`, { mode: 0o755 });
  }
}

/** The action.yml of an action that does nothing. */
export const DOES_NOTHING = 'runs: { using: composite, steps: [{ run: "true", shell: sh }] }\n';

/** Creates an action of that text alone. */
function makeStandIn(folder: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'action.yml'), text);
  commitAll(folder);
  return folder;
}

/** act reads its key and value files as YAML, of which JSON is a part, so values may have several lines. */
function writeValues(file: string, values: unknown): string {
  writeFileSync(file, JSON.stringify(values), { mode: 0o600 });
  return file;
}

async function runIn(root: string, options: ActOptions): Promise<ActRun> {
  const uses = options.uses ?? 'org/etcd-ha-action@v1';
  const action = join(root, 'action');
  const repository = join(root, 'repository');
  const bin = join(root, 'bin');
  const home = join(root, 'home');
  releaseAction(options.action, action);
  makeRepository(repository, { ...options.files, '.github/workflows/workflow.yml': options.workflow });
  mkdirSync(home);
  makePrograms(bin, options);

  const secretFile = writeValues(join(root, 'secrets.yaml'), options.secrets ?? {});
  const argv = [
    options.act,
    options.event ?? 'workflow_dispatch',
    ...(options.job === undefined ? [] : ['--job', options.job]),
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--platform', 'self-hosted=-self-hosted'],
    ...['--local-repository', `${uses}=${action}`],
    ...Object.entries(options.standIns ?? {}).flatMap(([other, text]) => [
      '--local-repository',
      `${other}=${makeStandIn(join(root, 'stand-ins', other), text)}`,
    ]),
    ...['--secret-file', secretFile],
    ...['--var-file', writeValues(join(root, 'variables.yaml'), options.variables ?? {})],
    ...['--input-file', writeValues(join(root, 'inputs.yaml'), options.inputs ?? {})],
    ...['--env-file', writeValues(join(root, 'env.yaml'), options.env ?? {})],
    ...(options.payload === undefined
      ? []
      : ['--eventpath', writeValues(join(root, 'event.yaml'), options.payload)]),
    '--no-cache-server',
  ];
  const log: string[] = [];
  try {
    const result = await runChild({
      argv: options.wrap?.(argv) ?? argv,
      cwd: repository,
      env: {
        PATH: `${bin}:${SYSTEM_PATH}`,
        HOME: home,
        XDG_CACHE_HOME: join(home, '.cache'),
        XDG_CONFIG_HOME: join(home, '.config'),
        XDG_DATA_HOME: join(home, '.local/share'),
        LANG: 'C.UTF-8',
      },
      onLine: (line) => {
        log.push(line);
        options.onLine?.(line);
      },
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    });
    return { ...result, log };
  } finally {
    rmSync(secretFile);
  }
}

/**
 * Runs a workflow to its end.
 * @throws Error if act, git or the action's folder is missing; a failed workflow is in the result.
 */
export async function runAct(options: ActOptions): Promise<ActRun> {
  if (options.workFolder !== undefined) return runIn(options.workFolder, options);
  const root = mkdtempSync(join(tmpdir(), 'act-'));
  try {
    return await runIn(root, options);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
