/**
 * Processes one step's output and files like actions/runner v2.336 (src/Runner.Worker/ActionCommandManager.cs,
 * ExecutionContext.cs, FileCommandManager.cs). Problem matchers are not modelled: `add-matcher` and `remove-matcher`
 * are swallowed.
 */
import { parseKeyValueFile, parsePathFile, SUMMARY_LIMIT_BYTES } from './file-commands.ts';
import type { SecretMasker } from './masker.ts';
import { parseWorkflowCommand, WORKFLOW_COMMANDS } from './workflow-commands.ts';
import type { WorkflowCommand } from './workflow-commands.ts';

/** GitHub keeps this many annotations of each level per step; further ones are only in the log. */
export const ANNOTATIONS_PER_LEVEL = 10;

/** An annotation's message is cut at this many UTF-16 units (`_maxIssueMessageLength`). */
export const ANNOTATION_LENGTH = 4096;

export type AnnotationLevel = 'error' | 'warning' | 'notice';

/** An annotation on the run's page, apart from the log. */
export interface Annotation {
  readonly level: AnnotationLevel;
  /** Masked and cut as GitHub does. */
  readonly message: string;
  /** As written in the command (`title`, `file`, `line`, …): the runner does not mask these. */
  readonly properties: Readonly<Record<string, string>>;
}

/** The contents of the step's files; `summary` with its size, which is counted in bytes. */
export interface StepFiles {
  readonly output: string;
  readonly state: string;
  readonly env: string;
  readonly path: string;
  readonly summary: string;
}

/** Case-insensitive names; the first spelling is kept. */
class NameMap extends Map<string, string> {
  override set(name: string, value: string): this {
    const known = [...this.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
    return super.set(known ?? name, value);
  }
}

const DISABLED_COMMAND =
  'command is disabled. Please upgrade to using Environment Files or opt into unsecure command execution by setting ' +
  'the `ACTIONS_ALLOW_UNSECURE_COMMANDS` environment variable to `true`.';

const DEPRECATED_COMMAND =
  'command is deprecated and will be disabled soon. Please upgrade to using Environment Files.';

const BAD_STOP_TOKEN =
  "You cannot use a endToken that is an empty string, the string 'pause-logging', or another workflow command.";

/** A stop token of at most this length is not masked. */
const LONGEST_SHOWN_STOP_TOKEN = 6;

/** One step of a job: takes its output line by line and its files at the end, and keeps the results. */
export class Step {
  /** The visible lines, masked. */
  readonly log: string[] = [];
  /** Masked; in the log only if step debugging is on, as with the secret ACTIONS_STEP_DEBUG. */
  readonly debugLog: string[] = [];
  readonly annotations: Annotation[] = [];
  readonly outputs = new NameMap();
  readonly state = new NameMap();
  /** Environment variables for later steps. */
  readonly environment = new Map<string, string>();
  /** Directories for the PATH of later steps; a later one comes before an earlier one. */
  readonly path: string[] = [];
  /** Markdown, masked; empty if there is none or it was too large. */
  summary = '';
  /** True if the runner fails the step regardless of its exit code. */
  failed = false;

  readonly #masker: SecretMasker;
  readonly #isDebugging: boolean;
  readonly #onLine: (line: string) => void;
  readonly #annotationCounts: Record<AnnotationLevel, number> = { error: 0, warning: 0, notice: 0 };
  #isEchoing: boolean;
  #stopToken: string | undefined;

  /** @param onLine Called with each line of the log as it is written. */
  constructor(masker: SecretMasker, isDebugging: boolean, onLine: (line: string) => void) {
    this.#masker = masker;
    this.#isDebugging = isDebugging;
    this.#isEchoing = isDebugging;
    this.#onLine = onLine;
  }

  /** Processes one line of the process's stdout or stderr. */
  takeLine(line: string): void {
    const command = parseWorkflowCommand(
      line,
      (name) => WORKFLOW_COMMANDS.includes(name) || name === this.#stopToken?.toLowerCase(),
    );
    if (command === undefined || !this.#take(command, line)) this.print(line);
  }

  /** Processes the step's files. */
  takeFiles(files: StepFiles): void {
    this.#takeFile('output', () => {
      for (const [name, value] of parseKeyValueFile(files.output)) this.#setOutput(name, value);
    });
    this.#takeFile('state', () => {
      for (const [name, value] of parseKeyValueFile(files.state)) this.#saveState(name, value);
    });
    this.#takeFile('env', () => {
      for (const [name, value] of parseKeyValueFile(files.env)) this.#setEnvironment(name, value);
    });
    this.path.push(...parsePathFile(files.path));
    this.#takeSummary(files.summary);
  }

  /** Writes to the log; a multi-line message is masked as one text. */
  print(message: string, tag = ''): void {
    for (const line of this.#masker.mask(`${tag}${message}`).split('\n')) {
      this.log.push(line);
      this.#onLine(line);
    }
  }

  /** Writes an annotation and its line in the log. */
  annotate(level: AnnotationLevel, message: string, properties: Readonly<Record<string, string>> = {}): void {
    this.print(message, `##[${level}]`);
    if (this.#annotationCounts[level]++ >= ANNOTATIONS_PER_LEVEL) return;
    this.annotations.push({
      level,
      message: this.#masker.mask(message).slice(0, ANNOTATION_LENGTH),
      properties,
    });
  }

  /** Writes a debug line. */
  debug(message: string): void {
    for (const line of message.replaceAll('\r\n', '\n').split('\n')) {
      this.debugLog.push(this.#masker.mask(line));
      if (this.#isDebugging) this.print(line, '##[debug]');
    }
  }

  /** @returns false if the line is ordinary output. */
  #take(command: WorkflowCommand, line: string): boolean {
    if (this.#stopToken !== undefined) return this.#resume(command, line, this.#stopToken);
    if (this.#isEchoing && ECHOED_COMMANDS.has(command.name)) this.print(line);
    switch (command.name) {
      case 'stop-commands':
        this.#stop(command.data, line);
        break;
      case 'add-mask':
        this.#addMask(command.data);
        break;
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(command.name, command.data, command.properties);
        break;
      case 'debug':
        this.debug(command.data);
        break;
      case 'group':
        this.print(`##[group]${command.data}`);
        break;
      case 'endgroup':
        this.print('##[endgroup]');
        break;
      case 'echo':
        this.#setEcho(command.data, line);
        break;
      case 'set-output':
        this.#takeDeprecated(command, line, (name) => this.#setOutput(name, command.data));
        break;
      case 'save-state':
        this.#takeDeprecated(command, line, (name) => this.#saveState(name, command.data));
        break;
      case 'set-env':
      case 'add-path':
        this.#failCommand(line, `The \`${command.name}\` ${DISABLED_COMMAND}`);
        break;
      default:
        break;
    }
    return true;
  }

  /** While commands are stopped, all others are printed, also an `add-mask` with its value. */
  #resume(command: WorkflowCommand, line: string, token: string): boolean {
    if (command.name !== token.toLowerCase()) return false;
    this.#stopToken = undefined;
    this.print(line);
    this.debug('Resume processing commands');
    return true;
  }

  #stop(token: string, line: string): void {
    if (
      token === '' ||
      token.toLowerCase() === 'pause-logging' ||
      WORKFLOW_COMMANDS.includes(token.toLowerCase())
    ) {
      this.#failCommand(line, BAD_STOP_TOKEN);
      return;
    }
    this.#stopToken = token;
    if (token.length > LONGEST_SHOWN_STOP_TOKEN) this.#masker.addValue(token);
    this.print(line);
    this.debug('Paused processing commands until the token you called ::stopCommands:: with is received');
  }

  #addMask(value: string): void {
    if (value.trim() === '') {
      this.annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.");
      return;
    }
    if (this.#isEchoing) this.print('::add-mask::***');
    this.#masker.addMask(value);
  }

  #setEcho(value: string, line: string): void {
    const wanted = value.trim().toUpperCase();
    if (wanted === 'ON' || wanted === 'OFF') {
      this.#isEchoing = wanted === 'ON';
      this.debug(`Setting echo command value to '${wanted.toLowerCase()}'`);
    } else {
      this.#failCommand(
        line,
        `Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${value}'.`,
      );
    }
  }

  #takeDeprecated(command: WorkflowCommand, line: string, take: (name: string) => void): void {
    const name = command.properties['name'];
    if (name === undefined) {
      this.#failCommand(line, `Required field 'name' is missing in ##[${command.name}] command.`);
      return;
    }
    this.annotate('warning', `The \`${command.name}\` ${DEPRECATED_COMMAND}`);
    take(name);
  }

  #setOutput(name: string, value: string): void {
    this.outputs.set(name, value);
    this.debug(`Set output ${name} = ${value}`);
  }

  #saveState(name: string, value: string): void {
    this.state.set(name, value);
    this.debug(`Save intra-action state ${name} = ${value}`);
  }

  #setEnvironment(name: string, value: string): void {
    if (name.toUpperCase() === 'NODE_OPTIONS') {
      this.annotate('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      return;
    }
    this.environment.set(name, value);
    this.debug(`${name}='${value}'`);
  }

  #failCommand(line: string, reason: string): void {
    this.annotate('error', `Unable to process command '${line}' successfully.`);
    this.annotate('error', reason);
    this.failed = true;
  }

  #takeFile(kind: keyof StepFiles, take: () => void): void {
    try {
      take();
    } catch (error) {
      this.annotate('error', `Unable to process file command '${kind}' successfully.`);
      this.annotate('error', error instanceof Error ? error.message : String(error));
      this.failed = true;
    }
  }

  #takeSummary(markdown: string): void {
    const bytes = Buffer.byteLength(markdown);
    if (bytes > SUMMARY_LIMIT_BYTES) {
      this.annotate(
        'error',
        `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${SUMMARY_LIMIT_BYTES / 1024}k, got ` +
          `${Math.floor(bytes / 1024)}k. For more information see: https://docs.github.com/actions/using-workflows/` +
          'workflow-commands-for-github-actions#adding-a-markdown-summary',
      );
      return;
    }
    this.summary = markdown
      .split('\n')
      .map((line) => this.#masker.mask(line))
      .join('\n');
  }
}

/** Commands whose own line is shown after `::echo::on`; others would appear twice or reveal a secret. */
const ECHOED_COMMANDS: ReadonlySet<string> = new Set([
  'add-matcher',
  'add-path',
  'echo',
  'endgroup',
  'group',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
]);
