import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

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

/** Sets an output of the step; without a runner, which alone names the file, there is nobody to tell. */
export function setOutput(name: string, value: string): void {
  append(process.env['GITHUB_OUTPUT'], keyValue(name, value));
}

/** Leaves a value to the post step; as {@link setOutput}. */
export function saveState(name: string, value: string): void {
  append(process.env['GITHUB_STATE'], keyValue(name, value));
}

/** What the main step has left; empty when it has left nothing. */
export function getState(name: string): string {
  return process.env[`STATE_${name}`] ?? '';
}

/** Adds Markdown to the job summary. @throws Error when the runner has none. */
export function addSummary(markdown: string): void {
  if (!append(process.env['GITHUB_STEP_SUMMARY'], markdown)) {
    throw new Error('the runner names no file for it (GITHUB_STEP_SUMMARY)');
  }
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

/** Whether there is such a file. @throws Error when it cannot be written. */
function append(file: string | undefined, text: string): boolean {
  if (file === undefined || file === '') return false;
  appendFileSync(file, text);
  return true;
}
