import { createTwoFilesPatch, FILE_HEADERS_ONLY, formatPatch } from 'diff';

const CONTEXT_LINES = 3;

/** More changed lines than this are not compared one by one: the time would grow with their square. */
const MOST_EDITS = 1000;

/** Unified diff between what lies at a path (`undefined`: nothing) and what will. */
export function unifiedDiff(path: string, present: string | undefined, planned: string): string {
  const from = present === undefined ? '/dev/null' : path;
  const compared = createTwoFilesPatch(from, path, present ?? '', planned, undefined, undefined, {
    context: CONTEXT_LINES,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: MOST_EDITS,
  });
  return compared ?? wholeFile(from, path, linesOf(present ?? ''), linesOf(planned));
}

function wholeFile(from: string, path: string, removed: readonly string[], added: readonly string[]): string {
  const hunk = {
    oldStart: 1,
    oldLines: removed.length,
    newStart: 1,
    newLines: added.length,
    lines: [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)],
  };
  return formatPatch(
    { oldFileName: from, newFileName: path, oldHeader: undefined, newHeader: undefined, hunks: [hunk] },
    FILE_HEADERS_ONLY,
  );
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
