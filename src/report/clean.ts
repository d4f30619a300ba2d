import { longestLine, mostOfLine, printable, shortened, splitLines, withoutCommands } from './log-line.ts';
import type { Redactor } from './redaction.ts';

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
