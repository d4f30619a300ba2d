import * as core from '@actions/core';
import type { Log } from './log.ts';
import { maxLineLength, maxSearchedLength, type Redactor, shortenLine } from './masking/redaction.ts';

/**
 * The runner shows ten annotations of a kind per step (ExecutionContext.cs, _maxCountPerIssueType), and drops others.
 */
const maxAnnotations = 10;

/** The destination of lines: the runner, or a test. */
export interface LogSink {
  info(line: string): void;
  /** Becomes an annotation; may have several lines. */
  warning(message: string): void;
  debug(line: string): void;
}

/**
 * Creates the log of the step. Every line is clean (see lineCleaner) and names its host. A host has one cleaner for
 * the whole run: a key that arrives line by line is recognised by the previous lines. The first ten warnings become
 * annotations, the others lines.
 */
export function createActionsLog(redactor: Redactor, sink: LogSink = core): Log {
  let warnings = 0;
  const warn = (lines: readonly string[]): void => {
    warnings += 1;
    if (warnings <= maxAnnotations) sink.warning(annotation(lines));
    else lines.forEach((line) => sink.info(`Warning: ${line}`));
  };
  const hosts = new Map<string, Log>();
  const logOf = (host?: string): Log => {
    const clean = lineCleaner(redactor, host === undefined ? '' : `[${withoutControls(host)}] `);
    return {
      info: (message) => clean(message).forEach((line) => sink.info(line)),
      warning: (message) => warn(clean(message)),
      debug: (message) => clean(message).forEach((line) => sink.debug(line)),
      host: (name) => {
        const known = hosts.get(name) ?? logOf(name);
        hosts.set(name, known);
        return known;
      },
    };
  };
  return logOf();
}

const escape = '\u001B';
const bell = '\u0007';

/** Sequences that colour, move or set titles in a terminal (ECMA-48): OSC up to its end, CSI, and the short ones. */
const escapes = new RegExp(
  [
    `${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?`,
    `(?:${escape}\\[|\u009B)[0-?]*[ -/]*[@-~]`,
    `${escape}[ -/]*[0-~]`,
  ].join('|'),
  'g',
);

/** Control characters except tab, and those that reorder or hide text. */
const unprintable = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/gu;

/**
 * Splits a text into lines. The runner ends a line at a carriage return too (.NET's ReadLine), so one inside a line
 * would let the rest of it begin a workflow command.
 */
function splitLines(text: string): string[] {
  return text
    .replace(/(?:\r\n|[\n\r\v\f\u0085\u2028\u2029])$/, '')
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
}

/** Removes escape sequences and control characters. */
function withoutControls(line: string): string {
  return line.replaceAll(escapes, '').replaceAll('\t', '    ').replaceAll(unprintable, '');
}

/**
 * Prevents workflow commands in a line: the runner recognises `::name::` at the start of a line, after white space,
 * and `##[name]` anywhere (ActionCommand.cs).
 */
function withoutCommands(line: string): string {
  return line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: ');
}

/** Of a longer message the first and the last lines are shown: a host could send millions. */
const maxLines = 2000;

/**
 * Returns a function that makes lines for the log of one stream: each complete, without secrets and control
 * characters, of limited length, and none a workflow command.
 * @param prefix precedes every line.
 */
export function lineCleaner(redactor: Redactor, prefix = ''): (message: string) => string[] {
  const redactLines = redactor.forStream();
  return (message) => {
    const lines = withoutMiddle(splitLines(message));
    const heads = lines.map((line) => line.slice(0, maxSearchedLength));
    return redactLines(heads.map(withoutControls)).map((line, index) => {
      const missing = (lines[index]?.length ?? 0) - (heads[index]?.length ?? 0);
      return withoutCommands(shortenLine(prefix + line, maxLineLength, missing));
    });
  };
}

function withoutMiddle(lines: string[]): string[] {
  if (lines.length <= maxLines) return lines;
  const half = maxLines / 2;
  return [...lines.slice(0, half), `… (${lines.length - maxLines} more lines)`, ...lines.slice(-half)];
}

/** The runner's maximum length of an annotation (_maxIssueMessageLength in ExecutionContext.cs). */
const maxAnnotationLength = 4096;

/** Joins clean lines to the message of one annotation. */
export function annotation(lines: readonly string[]): string {
  return shortenLine(lines.join('\n'), maxAnnotationLength - 40);
}

/** The dependencies of one phase of the step. */
export interface StepDeps {
  readonly redactor: Redactor;
  readonly log: Log;
  /** Sets the handler of uncaught errors from now on. */
  readonly handleUncaughtErrors: (onFault: (error: unknown) => void) => void;
}
