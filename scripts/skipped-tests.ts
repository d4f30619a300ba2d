/** A test as jest's report has it (`--json`). */
export interface ReportedTest {
  readonly fullName: string;
  /** `passed`, `failed`, `pending` (skipped) or `todo`. */
  readonly status: string;
}

/** What of jest's report says which tests were skipped. */
export interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly ReportedTest[];
  }[];
}

/** How many tests of a file were skipped, and what for. */
export interface SkippedTests {
  /** Path below the checkout. */
  readonly file: string;
  readonly count: number;
  /** What the machine lacks, as the titles have it (test/needs.ts); `no reason given` where they have none. */
  readonly reason: string;
}

/** The skipped tests of a report, by file and reason. @param root folder of the checkout. */
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
