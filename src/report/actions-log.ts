import * as core from '@actions/core';
import type { Log } from '../log.ts';
import { annotation, lineCleaner } from './clean.ts';
import { printable } from './log-line.ts';
import type { Redactor } from './redaction.ts';

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
