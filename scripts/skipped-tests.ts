/** A test in jest's report (`--json`). */
export interface ReportedTest {
  readonly fullName: string;
  /** `passed`, `failed`, `pending` (skipped) or `todo`. */
  readonly status: string;
}

/** The parts of jest's report that identify skipped tests. */
export interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
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
        file: name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name,
        reason: /\[SKIPPED, (needs [^\]]+)\]/.exec(fullName)?.[1] ?? 'no reason given',
      })),
  );
  const groups = Map.groupBy(all, ({ file, reason }) => `${file}: ${reason}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, count: group.length }];
  });
}
