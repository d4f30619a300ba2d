import { parseArgs } from 'node:util';

/** What can be measured alone, with `--only`. */
export const parts = ['start-up', 'ours', 'floor', 'guide', 'ansible', 'members'] as const;
export type Part = (typeof parts)[number];

/** What was asked for on the command line. */
export interface BenchOptions {
  /** Counted runs of each contender in each circumstance. */
  readonly runs: number;
  /** Milliseconds between the runner and each host. */
  readonly roundTripsMs: readonly number[];
  /** Sizes of the cluster, each measured with no round trip added. */
  readonly members: readonly number[];
  readonly only?: Part;
}

const DEFAULTS = { runs: '5', 'round-trip': '0,20,80', members: '3,5,7,9' } as const;

export const USAGE = `Usage: npm run bench -- [option]…

Times our deploy beside what people use today, in a lab of its own, and writes bench/RESULTS.md and bench/results.svg.
All of it takes about an hour and a half; the machine should have nothing else to do.

  --runs N             counted runs of each contender in each circumstance (${DEFAULTS.runs}); one more comes before them
  --round-trip MS,…    round trips between the runner and each host (${DEFAULTS['round-trip']})
  --members N,…        sizes of the cluster for our deploy and the floor, with no round trip added (${DEFAULTS.members})
  --only PART          ${parts.join(', ')}; the results are printed and not written
  --help               this text

Nine hosts need more inotify instances than the kernel's usual 128: fs.inotify.max_user_instances is raised while such a
cluster is measured.
`;

/** Reads the command line. @returns undefined for `--help`. @throws Error that names the bad option and gives an example. */
export function parseOptions(argv: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: DEFAULTS.runs },
      'round-trip': { type: 'string', default: DEFAULTS['round-trip'] },
      members: { type: 'string', default: DEFAULTS.members },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [runs = 0] = numbers('runs', [values.runs], (value) => Number.isInteger(value) && value >= 1);
  const roundTripsMs = numbers('round-trip', values['round-trip'].split(','), (value) => value >= 0);
  const members = numbers(
    'members',
    values.members.split(','),
    (value) => Number.isInteger(value) && value >= 1 && value <= 9,
  );
  const only = parts.find((part) => part === values.only);
  if (values.only !== undefined && only === undefined) {
    throw new Error(`--only takes one of ${parts.join(', ')}, not "${values.only}"`);
  }
  return { runs, roundTripsMs, members, ...(only === undefined ? {} : { only }) };
}

function numbers(
  option: keyof typeof DEFAULTS,
  texts: readonly string[],
  isGood: (value: number) => boolean,
): number[] {
  return texts.map((text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (isGood(value)) return value;
    throw new Error(`--${option} does not take "${text}"; as in --${option} ${DEFAULTS[option]}`);
  });
}
