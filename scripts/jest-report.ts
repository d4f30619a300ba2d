import { stripVTControlCharacters } from 'node:util';

/** A test in jest's report (`--json`). */
export interface ReportedTest {
  readonly fullName: string;
  /** `passed`, `failed`, `pending` (skipped) or `todo`. */
  readonly status: string;
  readonly failureMessages: readonly string[];
}

/** The parts of jest's report that identify skipped and failed tests. */
export interface JestReport {
  readonly testResults: readonly {
    /** Path of the file. */
    readonly name: string;
    /** Why the file itself failed, else the same as the tests' own messages. */
    readonly message: string;
    readonly assertionResults: readonly ReportedTest[];
  }[];
}

/** The number of skipped tests in a file, and their reason. */
export interface SkippedTests {
  /** Path below the checkout. */
  readonly file: string;
  readonly count: number;
  /** The missing program in the titles (test/needs.ts); `no reason given` if they name none. */
  readonly reason: string;
}

/**
 * Returns the skipped tests of a report, by file and reason.
 * @param root folder of the checkout.
 */
export function skippedIn({ testResults }: JestReport, root: string): SkippedTests[] {
  const all = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => ({
        file: below(root, name),
        reason: /\[SKIPPED, (needs [^\]]+)\]/.exec(fullName)?.[1] ?? 'no reason given',
      })),
  );
  const groups = Map.groupBy(all, ({ file, reason }) => `${file}: ${reason}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, count: group.length }];
  });
}

/** Lines of a message that are repeated: those that name the error, not the log after it. */
const MESSAGE_LINES = 14;
const LINE_CHARACTERS = 600;

/**
 * Returns the failed tests of a report, each with the first lines of its message: the output of jest itself is long, and
 * often only its end is kept.
 * @param root folder of the checkout.
 */
export function failedIn({ testResults }: JestReport, root: string): string[] {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    const file = below(root, name);
    // a suite that could not be loaded has a message and no tests
    if (assertionResults.length === 0) return message === '' ? [] : [`${file}: ${firstLines(message)}`];
    return failed.map(
      ({ fullName, failureMessages }) => `${file}: ${fullName}\n${firstLines(failureMessages.join('\n'))}`,
    );
  });
}

function firstLines(message: string): string {
  return stripVTControlCharacters(message)
    .split('\n')
    .slice(0, MESSAGE_LINES)
    .map((line) => line.slice(0, LINE_CHARACTERS))
    .join('\n');
}

function below(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
