/**
 * The files by which a step passes outputs, state and environment to the runner, as actions/runner v2.336 reads them
 * (src/Runner.Worker/FileCommandManager.cs).
 */

/** A step summary larger than this many bytes is dropped whole (`CreateStepSummaryCommand.AttachmentSizeLimit`). */
export const SUMMARY_LIMIT_BYTES = 1024 * 1024;

/** Returns the position of a marker in a line; absent counts as after everything. */
function firstOf(line: string, marker: string): number {
  const index = line.indexOf(marker);
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}

/**
 * Returns the records of a GITHUB_OUTPUT, GITHUB_STATE or GITHUB_ENV file, in order: `name=value` or `name<<DELIMITER`,
 * lines, `DELIMITER`.
 * @throws Error with the runner's own words if the file is malformed, which fails the step.
 */
export function parseKeyValueFile(text: string): [name: string, value: string][] {
  const lines = text.split('\n');
  // A final line break ends the last line; it does not begin an empty one.
  const isLastLineOpen = lines.at(-1) !== '';
  if (!isLastLineOpen) lines.pop();

  const records: [string, string][] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = firstOf(line, '=');
    const heredoc = firstOf(line, '<<');
    if (equals < heredoc) {
      records.push([line.slice(0, equals), line.slice(equals + 1)]);
    } else if (heredoc < equals) {
      const name = line.slice(0, heredoc);
      const delimiter = line.slice(heredoc + 2);
      if (name === '' || delimiter === '') {
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
      }
      const end = lines.indexOf(delimiter, index + 1);
      if (end < 0) {
        throw new Error(
          isLastLineOpen && index + 1 < lines.length
            ? 'Invalid value. EOF marker missing new line.'
            : `Invalid value. Matching delimiter not found '${delimiter}'`,
        );
      }
      records.push([name, lines.slice(index + 1, end).join('\n')]);
      index = end;
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return records;
}

/** Returns the directories of a GITHUB_PATH file, in order. */
export function parsePathFile(text: string): string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => line !== '');
}
