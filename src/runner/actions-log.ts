import * as core from '@actions/core';
import type { Log } from './log.ts';
import { longestLine, mostOfLine, type Redactor, shortened } from './masking/redaction.ts';

/** The runner shows ten annotations of a kind per step (ExecutionContext.cs, _maxCountPerIssueType), and drops others. */
const mostAnnotations = 10;

/** Where lines go: the runner, or a test. */
export interface LogSink {
  info(line: string): void;
  /** Becomes an annotation; may have several lines. */
  warning(message: string): void;
  debug(line: string): void;
}

/**
 * The log of the step. Every line is clean (see lineCleaner) and says which host it is about. A host has one cleaner for
 * the whole run: a key that comes line by line is known by the lines before. The first ten warnings become annotations, the
 * others lines.
 */
export function createActionsLog(redactor: Redactor, sink: LogSink = core): Log {
  let warnings = 0;
  const warn = (lines: readonly string[]): void => {
    warnings += 1;
    if (warnings <= mostAnnotations) sink.warning(annotation(lines));
    else lines.forEach((line) => sink.info(`Warning: ${line}`));
  };
  const hosts = new Map<string, Log>();
  const logOf = (host?: string): Log => {
    const clean = lineCleaner(redactor, host === undefined ? '' : `[${printable(host)}] `);
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

/** Control characters but the tab, and those that make text appear in another order or not at all. */
const unprintable = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/gu;

/**
 * The lines of a text. The runner ends a line at a carriage return too (.NET's ReadLine), so one inside a line would
 * let its rest begin a workflow command.
 */
function splitLines(text: string): string[] {
  return text
    .replace(/(?:\r\n|[\n\r\v\f\u0085\u2028\u2029])$/, '')
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
}

/** A line without escape sequences and control characters. */
function printable(line: string): string {
  return line.replaceAll(escapes, '').replaceAll('\t', '    ').replaceAll(unprintable, '');
}

/**
 * A line in which no workflow command can begin: the runner takes `::name::` at the start of a line, white space not
 * counted, and `##[name]` anywhere (ActionCommand.cs).
 */
function withoutCommands(line: string): string {
  return line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: ');
}

/** Of a message with more lines the first and the last are shown: a host could send millions. */
const mostLines = 2000;

/**
 * Makes lines for the log of one stream: each complete, free of secrets and control characters, not too long, and
 * none of them able to begin a workflow command.
 * @param prefix stands before every line.
 */
export function lineCleaner(redactor: Redactor, prefix = ''): (message: string) => string[] {
  const redactLines = redactor.forStream();
  return (message) => {
    const lines = withoutMiddle(splitLines(message));
    const heads = lines.map((line) => line.slice(0, mostOfLine));
    return redactLines(heads.map(printable)).map((line, index) => {
      const missing = (lines[index]?.length ?? 0) - (heads[index]?.length ?? 0);
      return withoutCommands(shortened(prefix + line, longestLine, missing));
    });
  };
}

function withoutMiddle(lines: string[]): string[] {
  if (lines.length <= mostLines) return lines;
  const half = mostLines / 2;
  return [...lines.slice(0, half), `… (${lines.length - mostLines} more lines)`, ...lines.slice(-half)];
}

/** The runner cuts the message of an annotation here (_maxIssueMessageLength in ExecutionContext.cs). */
const longestAnnotation = 4096;

/** Clean lines as the message of one annotation. */
export function annotation(lines: readonly string[]): string {
  return shortened(lines.join('\n'), longestAnnotation - 40);
}
