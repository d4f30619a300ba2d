import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describeFinding, errorMessage, type Finding } from './findings.ts';

/**
 * What a step and its runner say to each other: commands on lines of standard output, and files that the runner names in
 * variables (actions/runner: ActionCommand.cs, FileCommandManager.cs). As `@actions/core` does it, without the HTTP client
 * that comes with that: see docs/decisions/0010-runner-without-toolkit.md.
 */

/** Masks secrets in everything that the job prints from now on. All in one piece: a key comes to dozens of lines. */
export function setSecrets(secrets: readonly string[]): void {
  process.stdout.write(secrets.map((secret) => commandLine('add-mask', secret)).join(''));
}

/** Prints a line as it is. */
export function info(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line that is shown only with step debugging. */
export function debug(line: string): void {
  command('debug', line);
}

/** An annotation. */
export function warning(message: string, properties: AnnotationProperties = {}): void {
  command('warning', message, properties);
}

/** An annotation. */
export function error(message: string, properties: AnnotationProperties = {}): void {
  command('error', message, properties);
}

/** Has the step fail at its end, and says why. */
export function setFailed(message: string): void {
  process.exitCode = 1;
  error(message);
}

/** From here to {@link endGroup} the log is folded. */
export function startGroup(title: string): void {
  command('group', title);
}

export function endGroup(): void {
  command('endgroup', '');
}

/**
 * Sets an output of the step; without a runner, which alone names the file, there is nothing to write to. A file that
 * cannot be written is a warning, once: what was done on the hosts is done. {@link lostOutputs} tells of it at the end.
 */
export function setOutput(name: string, value: string): void {
  appendOrWarn('GITHUB_OUTPUT', keyValue(name, value));
}

/** Leaves a value to the post step; as {@link setOutput}. */
export function saveState(name: string, value: string): void {
  appendOrWarn('GITHUB_STATE', keyValue(name, value));
}

/** Why outputs of this step did not reach the runner; undefined where all did. */
export function lostOutputs(): Finding | undefined {
  return unwritten.get('GITHUB_OUTPUT');
}

/** What the main step has left; empty when it has left nothing. */
export function getState(name: string): string {
  return process.env[`STATE_${name}`] ?? '';
}

/** Adds Markdown to the job summary. @throws Error when the runner has none, or its file cannot be written. */
export function addSummary(markdown: string): void {
  const variable = 'GITHUB_STEP_SUMMARY';
  if (fileOf(variable) === undefined) throw new Error(`the runner names no file for it (${variable})`);
  const problem = append(variable, markdown);
  if (problem !== undefined) throw new Error(describeFinding(problem));
}

/** The runner turns a name into `INPUT_` and the name in capitals, spaces as underscores (Handler.cs). */
export const INPUT_PREFIX = 'INPUT_';

/** An input as it was given; empty when it was not. */
export function getInput(name: string): string {
  return process.env[`${INPUT_PREFIX}${name.replaceAll(' ', '_').toUpperCase()}`] ?? '';
}

/** Where temporary files belong; the runner empties it with the job. */
export function temporaryFolder(): string {
  const folder = process.env['RUNNER_TEMP'] ?? '';
  return folder === '' ? tmpdir() : folder;
}

export interface AnnotationProperties {
  readonly title?: string;
}

function command(name: string, data: string, properties: AnnotationProperties = {}): void {
  process.stdout.write(commandLine(name, data, properties));
}

function commandLine(name: string, data: string, properties: AnnotationProperties = {}): string {
  const title = properties.title === undefined ? '' : ` title=${escapeProperty(properties.title)}`;
  return `::${name}${title}::${escapeData(data)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** The delimiter is one that nobody can have known when the value was made. */
function keyValue(name: string, value: string): string {
  const delimiter = `ghadelimiter_${randomUUID()}`;
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

/** The files of the runner that could not be written, by the variables that name them. */
const unwritten = new Map<string, Finding>();

function appendOrWarn(variable: string, text: string): void {
  const problem = append(variable, text);
  if (problem === undefined) return;
  if (!unwritten.has(variable)) warning(describeFinding(problem));
  unwritten.set(variable, problem);
}

function fileOf(variable: string): string | undefined {
  const file = process.env[variable];
  return file === '' ? undefined : file;
}

/** Appends to the file that the variable names, if there is one. @returns why that could not be. */
function append(variable: string, text: string): Finding | undefined {
  const file = fileOf(variable);
  if (file === undefined) return undefined;
  try {
    appendFileSync(file, text);
    return undefined;
  } catch (error) {
    return {
      at: variable,
      fact: `the file of the runner cannot be written by user ${process.getuid?.() ?? 'unknown'}: ${errorMessage(error)}.`,
      cause: `the job runs in a container whose user may not write ${file}, or that lacks the folder.`,
      fix: 'let the container run as a user that may, for example with `options: --user 0` below `container:` of the job.',
    };
  }
}
