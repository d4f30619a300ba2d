/**
 * Runs a JavaScript action's built bundle as GitHub's runner does (actions/runner v2.336): main, then post in a second
 * process, each with the runner's inputs, files and environment, and with their output parsed and masked.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { readActionMetadata } from './action-metadata.ts';
import type { ActionMetadata, PostCondition } from './action-metadata.ts';
import { runChild } from './child.ts';
import type { ChildResult, Grace } from './child.ts';
import { SecretMasker } from './masker.ts';
import type { ArtifactServiceEnv } from './results-service.ts';
import { Step } from './step.ts';
import type { Annotation } from './step.ts';

/** Options of a run; the defaults are those of a plain `workflow_dispatch` job on ubuntu. */
export interface RunOptions {
  /** Folder with action.yml; may be a sub-action's. */
  readonly action: string;
  /** `with:` of the step, by input name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Values from repository secrets: the runner masks them from the start. */
  readonly secrets?: readonly string[];
  /** `env:` of the step. GITHUB_*, RUNNER_* and INPUT_* override it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Replaces variables of the GITHUB context, e.g. `{ GITHUB_RUN_ATTEMPT: '2' }`. */
  readonly github?: Readonly<Record<string, string>>;
  /** `uses:` of the step. */
  readonly uses?: string;
  /** Puts a command in front, e.g. `ip netns exec NAME`; it must exec, not fork, and use no shell (INPUT_* hold `-`). */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /** The Node binary; must be of the version in action.yml. */
  readonly node?: string;
  /** Called with each line as a user sees it, while the action runs. */
  readonly onLine?: (line: string) => void;
  /** Cancels the job: SIGINT, after 7.5 s SIGTERM, after 2.5 s more the process tree is killed; then post runs. */
  readonly cancel?: AbortSignal;
  /** Loses the runner: the process tree is killed at once and post never runs. */
  readonly kill?: AbortSignal;
  /** Other waits than the runner's; only for tests of this stand-in. */
  readonly grace?: Partial<Grace>;
  /** The artifact service's address and token; without it the client refuses to upload. */
  readonly artifacts?: ArtifactServiceEnv;
  /** `timeout-minutes` of each phase, in milliseconds. */
  readonly timeoutMs?: number;
  /** Step debugging, as with the secret ACTIONS_STEP_DEBUG. */
  readonly debug?: boolean;
  /** An existing folder for the runner's work, home and temporary folders, kept; by default a temporary one. */
  readonly workFolder?: string;
}

/** The result of one phase. */
export interface PhaseRun extends ChildResult {
  readonly failed: boolean;
  /** Masked lines. */
  readonly log: readonly string[];
  readonly annotations: readonly Annotation[];
  /** Markdown, masked. */
  readonly summary: string;
}

/** The result of a run. */
export interface ActionRun {
  /** `lost` after `kill`. */
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'lost';
  readonly main: PhaseRun;
  /** Absent if the action has no post, its condition is not met, or the runner was lost. */
  readonly post?: PhaseRun;
  /** As seen by later steps of the job, unmasked. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Outputs that another job would not get because they contain a masked value. */
  readonly droppedOutputs: readonly string[];
  readonly state: Readonly<Record<string, string>>;
  /** Environment variables that the action set for later steps. */
  readonly environment: Readonly<Record<string, string>>;
  /** Markdown of main and post, masked. */
  readonly summary: string;
  /** Lines of the processes as written, unmasked. */
  readonly rawLog: readonly string[];
  /** The log of both phases as a user sees it, masked, with the runner's own lines. */
  readonly log: readonly string[];
  readonly annotations: readonly Annotation[];
  /** Masked debug lines of the action and the runner; in `log` only with `debug`. */
  readonly debugLog: readonly string[];
  /** Every value that was registered as a secret. */
  readonly masks: readonly string[];
}

const DEFAULT_TIMEOUT_MS = 10 * 60 * 1000;

/** The PATH of a step that set nothing else. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The runner's folders, laid out as on a hosted runner. */
interface Folders {
  readonly home: string;
  readonly work: string;
  readonly workspace: string;
  readonly temp: string;
  readonly toolCache: string;
  readonly fileCommands: string;
}

function makeFolders(root: string): Folders {
  const work = join(root, 'work');
  const temp = join(work, '_temp');
  const folders: Folders = {
    home: join(root, 'home'),
    work,
    workspace: join(work, 'workspace', 'workspace'),
    temp,
    toolCache: join(root, 'tool-cache'),
    fileCommands: join(temp, '_runner_file_commands'),
  };
  for (const folder of Object.values(folders) as string[]) mkdirSync(folder, { recursive: true });
  return folders;
}

/** Creates new empty files for a step to write to, by the variable that names each. */
function makeStepFiles(folder: string): Record<string, string> {
  const suffix = randomUUID();
  const files = {
    GITHUB_OUTPUT: join(folder, `set_output_${suffix}`),
    GITHUB_STATE: join(folder, `save_state_${suffix}`),
    GITHUB_ENV: join(folder, `set_env_${suffix}`),
    GITHUB_PATH: join(folder, `add_path_${suffix}`),
    GITHUB_STEP_SUMMARY: join(folder, `step_summary_${suffix}`),
  };
  for (const file of Object.values(files)) writeFileSync(file, '');
  return files;
}

/** A step may delete its own files, which counts as writing nothing. */
function readStepFile(files: Readonly<Record<string, string>>, variable: string): string {
  try {
    return readFileSync(files[variable] ?? '', 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Returns the inputs of the action: the user's, then the defaults of the others. */
function resolveInputs(
  given: Readonly<Record<string, string>>,
  metadata: ActionMetadata,
): Map<string, string> {
  const inputs = new Map(Object.entries(given));
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  for (const [name, input] of metadata.inputs) {
    if (!names.has(name.toLowerCase())) inputs.set(name, input.default);
  }
  return inputs;
}

/** Prints the runner's warnings; unknown inputs are passed on all the same. */
function warnOfInputs(step: Step, given: Readonly<Record<string, string>>, metadata: ActionMetadata): void {
  const declared = [...metadata.inputs].map(([name, input]) => [name.toLowerCase(), input] as const);
  const unexpected: string[] = [];
  for (const name of Object.keys(given)) {
    const input = declared.find(([known]) => known === name.toLowerCase())?.[1];
    if (input === undefined) unexpected.push(name);
    else if (input.deprecationMessage !== undefined) {
      step.annotate(
        'warning',
        `Input '${name}' has been deprecated with message: ${input.deprecationMessage}`,
      );
    }
  }
  if (unexpected.length > 0) {
    const valid = [...metadata.inputs.keys()].join("', '");
    step.annotate(
      'warning',
      `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid}']`,
    );
  }
}

/** Prints the runner's header before main: the inputs, whose secret values are masked only if they are known by now. */
function printHeader(
  step: Step,
  uses: string,
  inputs: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string>>,
): void {
  step.print(`##[group]Run ${uses}`);
  if (inputs.size > 0) {
    step.print('with:');
    for (const [name, value] of inputs) if (value !== '') step.print(`  ${name}: ${value}`);
  }
  if (Object.keys(env).length > 0) {
    step.print('env:');
    for (const [name, value] of Object.entries(env)) step.print(`  ${name}: ${value}`);
  }
  step.print('##[endgroup]');
}

function gitHubEnvironment(uses: string, folders: Folders): Record<string, string> {
  const [repository = '', ref = ''] = uses.split('@');
  const [owner = '', name = ''] = repository.split('/');
  const eventPath = join(folders.temp, '_github_workflow', 'event.json');
  mkdirSync(join(folders.temp, '_github_workflow'), { recursive: true });
  writeFileSync(eventPath, JSON.stringify({ inputs: {}, ref: 'refs/heads/main' }));
  return {
    GITHUB_ACTION: '__run',
    GITHUB_ACTION_REF: ref,
    GITHUB_ACTION_REPOSITORY: name === '' ? '' : `${owner}/${name}`,
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'octocat',
    GITHUB_ACTOR_ID: '583231',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_BASE_REF: '',
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_EVENT_PATH: eventPath,
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_HEAD_REF: '',
    GITHUB_JOB: 'etcd',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: 'octo-org/workspace',
    GITHUB_REPOSITORY_ID: '1296269',
    GITHUB_REPOSITORY_OWNER: 'octo-org',
    GITHUB_REPOSITORY_OWNER_ID: '6811672',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '17000000001',
    GITHUB_RUN_NUMBER: '7',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
    GITHUB_TRIGGERING_ACTOR: 'octocat',
    GITHUB_WORKFLOW: 'etcd',
    GITHUB_WORKFLOW_REF: 'octo-org/workspace/.github/workflows/etcd.yml@refs/heads/main',
    GITHUB_WORKFLOW_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
    GITHUB_WORKSPACE: folders.workspace,
  };
}

function machineEnvironment(folders: Folders): Record<string, string> {
  return {
    CI: 'true',
    HOME: folders.home,
    LANG: 'C.UTF-8',
    PATH: SYSTEM_PATH,
    RUNNER_ARCH: arch() === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'GitHub Actions 1',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.toolCache,
    RUNNER_WORKSPACE: resolve(folders.workspace, '..'),
    USER: userInfo().username,
  };
}

function prefixed(prefix: string, values: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...values].map(([name, value]) => [`${prefix}${name}`, value]));
}

function inputEnvironment(inputs: ReadonlyMap<string, string>): Record<string, string> {
  return prefixed(
    'INPUT_',
    new Map([...inputs].map(([name, value]) => [name.replaceAll(' ', '_').toUpperCase(), value])),
  );
}

/** @throws Error if the binary is of another major version than the action requires. */
function checkNode(node: string, metadata: ActionMetadata): void {
  const version =
    node === process.execPath
      ? process.version
      : execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  if (!version.startsWith(`v${metadata.nodeMajor}.`)) {
    throw new Error(`The action asks for node${metadata.nodeMajor}, but ${node} is ${version}`);
  }
}

/** @throws Error if a bundle in action.yml is missing. */
function checkBundles({ main, post }: ActionMetadata): void {
  for (const bundle of [main, post]) {
    if (bundle !== undefined && !existsSync(bundle)) throw new Error(`File not found: '${bundle}'`);
  }
}

function isPostDue(condition: PostCondition, main: PhaseRun): boolean {
  switch (condition) {
    case 'always()':
      return true;
    case 'success()':
      return !main.failed && main.ending === undefined;
    case 'failure()':
      return main.failed && main.ending === undefined;
    case 'cancelled()':
      return main.ending !== undefined;
  }
}

function conclusionOf(main: PhaseRun, post: PhaseRun | undefined): ActionRun['conclusion'] {
  const endings = [main.ending, post?.ending];
  if (endings.includes('killed')) return 'lost';
  if (endings.some((ending) => ending !== undefined)) return 'cancelled';
  return main.failed || post?.failed === true ? 'failure' : 'success';
}

/** One job with the one step that uses the action. */
class Job {
  readonly masker = new SecretMasker();
  readonly rawLog: string[] = [];
  readonly #options: RunOptions;
  readonly #metadata: ActionMetadata;
  readonly #folders: Folders;
  readonly #node: string;
  readonly #inputs: ReadonlyMap<string, string>;
  readonly #environment: Record<string, string>;

  constructor(options: RunOptions, root: string) {
    this.#options = options;
    this.#metadata = readActionMetadata(options.action);
    checkBundles(this.#metadata);
    this.#node = options.node ?? process.execPath;
    checkNode(this.#node, this.#metadata);
    this.#folders = makeFolders(root);
    this.#inputs = resolveInputs(options.inputs, this.#metadata);
    this.#environment = {
      ...options.env,
      ...machineEnvironment(this.#folders),
      ...gitHubEnvironment(this.#uses, this.#folders),
      ...options.github,
      ...options.artifacts,
      ...(options.debug === true && { RUNNER_DEBUG: '1' }),
    };
    for (const secret of options.secrets ?? []) this.masker.addSecret(secret);
    if (options.artifacts !== undefined) this.masker.addValue(options.artifacts.ACTIONS_RUNTIME_TOKEN);
  }

  get #uses(): string {
    return this.#options.uses ?? 'org/etcd-ha-action@v1';
  }

  async run(): Promise<ActionRun> {
    const mainStep = this.#newStep();
    warnOfInputs(mainStep, this.#options.inputs, this.#metadata);
    printHeader(mainStep, this.#uses, this.#inputs, this.#options.env ?? {});
    const main = await this.#runPhase(mainStep, this.#metadata.main, {}, this.#options.cancel);

    const postStep = this.#newStep();
    let post: PhaseRun | undefined;
    if (
      this.#metadata.post !== undefined &&
      main.ending !== 'killed' &&
      isPostDue(this.#metadata.postIf, main)
    ) {
      postStep.print('Post job cleanup.');
      // A job that is being cancelled still lets its post steps run to their end.
      const cancel = this.#options.cancel?.aborted === true ? undefined : this.#options.cancel;
      post = await this.#runPhase(postStep, this.#metadata.post, this.#legacyOf(mainStep), cancel);
    }

    return {
      conclusion: conclusionOf(main, post),
      main,
      ...(post !== undefined && { post }),
      outputs: Object.fromEntries(mainStep.outputs),
      droppedOutputs: [...mainStep.outputs]
        .filter(([, value]) => this.masker.isRevealedBy(value))
        .map(([name]) => name),
      state: Object.fromEntries(mainStep.state),
      environment: Object.fromEntries(mainStep.environment),
      summary: mainStep.summary + postStep.summary,
      rawLog: this.rawLog,
      log: [...mainStep.log, ...postStep.log],
      annotations: [...mainStep.annotations, ...postStep.annotations],
      debugLog: [...mainStep.debugLog, ...postStep.debugLog],
      masks: this.masker.values,
    };
  }

  #newStep(): Step {
    return new Step(this.masker, this.#options.debug === true, (line) => this.#options.onLine?.(line));
  }

  /** Returns main's results for post: its state, and the environment and path that it set for later steps. */
  #legacyOf(main: Step): Record<string, string> {
    return {
      ...Object.fromEntries(main.environment),
      ...prefixed('STATE_', main.state),
      PATH: [...main.path.toReversed(), SYSTEM_PATH].join(':'),
    };
  }

  async #runPhase(
    step: Step,
    script: string,
    legacy: Readonly<Record<string, string>>,
    cancel: AbortSignal | undefined,
  ): Promise<PhaseRun> {
    const files = makeStepFiles(this.#folders.fileCommands);
    const argv = [this.#node, script];
    const timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const result = await runChild({
      argv: this.#options.wrap?.(argv) ?? argv,
      cwd: this.#folders.workspace,
      env: { ...this.#environment, ...legacy, ...inputEnvironment(this.#inputs), ...files },
      onLine: (line) => {
        this.rawLog.push(line);
        step.takeLine(line);
      },
      cancel,
      kill: this.#options.kill,
      grace: this.#options.grace,
      timeoutMs,
    });
    step.debug(`Node Action run completed with exit code ${result.exitCode ?? String(result.signal)}`);
    if (result.ending === 'cancelled') step.annotate('error', 'The operation was canceled.');
    if (result.ending === 'timeout') {
      step.annotate('error', `The action '${this.#metadata.name}' has timed out after ${timeoutMs} ms.`);
    }
    step.takeFiles({
      output: readStepFile(files, 'GITHUB_OUTPUT'),
      state: readStepFile(files, 'GITHUB_STATE'),
      env: readStepFile(files, 'GITHUB_ENV'),
      path: readStepFile(files, 'GITHUB_PATH'),
      summary: readStepFile(files, 'GITHUB_STEP_SUMMARY'),
    });
    return {
      ...result,
      failed: result.exitCode !== 0 || step.failed,
      log: step.log,
      annotations: step.annotations,
      summary: step.summary,
    };
  }
}

/**
 * Runs an action and its post step.
 * @throws Error if action.yml, the bundle or Node is unsuitable; failures of the action are in the result.
 */
export async function runAction(options: RunOptions): Promise<ActionRun> {
  if (options.workFolder !== undefined) return new Job(options, options.workFolder).run();
  const root = mkdtempSync(join(tmpdir(), 'github-runner-'));
  try {
    return await new Job(options, root).run();
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
