import { parseArgs } from 'node:util';

/** What can be measured alone, with `--only`. */
export const parts = ['start-up', 'ours', 'floor', 'guide'] as const;
export type Part = (typeof parts)[number];

/** What was asked for on the command line. */
export interface BenchOptions {
  /** Counted runs of each contender at each round trip. */
  readonly runs: number;
  /** Milliseconds between the runner and each host. */
  readonly roundTripsMs: readonly number[];
  readonly only?: Part;
}

/** Reads the command line. @throws Error that names the bad option and gives an example. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '5' },
      'round-trip': { type: 'string', default: '0,20' },
      only: { type: 'string' },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs takes a whole number from 1, not "${values.runs}", as in --runs 5`);
  }
  const roundTripsMs = values['round-trip'].split(',').map((text) => Number(text.trim() || 'missing'));
  if (roundTripsMs.some((milliseconds) => !Number.isFinite(milliseconds) || milliseconds < 0)) {
    throw new Error(
      `--round-trip takes milliseconds, not "${values['round-trip']}", as in --round-trip 0,20`,
    );
  }
  const only = parts.find((part) => part === values.only);
  if (values.only !== undefined && only === undefined) {
    throw new Error(`--only takes one of ${parts.join(', ')}, not "${values.only}"`);
  }
  return { runs, roundTripsMs, ...(only === undefined ? {} : { only }) };
}
