import { printable, shortened, splitLines, withoutCommands } from './log-line.ts';
import type { Redactor } from './redaction.ts';

/**
 * Makes lines for the log of one stream: each complete, free of secrets and control characters, not too long, and
 * none of them able to begin a workflow command.
 * @param prefix stands before every line.
 */
export function lineCleaner(redactor: Redactor, prefix = ''): (message: string) => string[] {
  const redactLine = redactor.forLines();
  return (message) =>
    splitLines(message).map((line) => withoutCommands(shortened(prefix + redactLine(printable(line)))));
}

/** The runner cuts the message of an annotation here (_maxIssueMessageLength in ExecutionContext.cs). */
const longestAnnotation = 4096;

/** Clean lines as the message of one annotation. */
export function annotation(lines: readonly string[]): string {
  return shortened(lines.join('\n'), longestAnnotation - 40);
}
