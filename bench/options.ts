import { parseArgs } from 'node:util';

/** The parts that can be measured alone, with `--only`. */
export const parts = ['start-up', 'ours', 'floor', 'guide', 'ansible', 'members'] as const;
export type Part = (typeof parts)[number];

/** A requested part. */
export interface Wanted {
  readonly part: Part;
  /** At this round trip alone; absent: at all of them. */
  readonly roundTripMs?: number;
}

/** The options of the command line. */
export interface BenchOptions {
  /** Counted runs of each contender in each circumstance. */
  readonly runs: number;
  /** Milliseconds between the runner and each host. */
  readonly roundTripsMs: readonly number[];
  /** Sizes of the cluster, each measured without an added round trip. */
  readonly members: readonly number[];
  readonly only: readonly Wanted[];
  /** Folder for RESULTS.md and results.svg; absent: that of the bench, only for all parts and enough runs. */
  readonly out?: string;
}

/** Figures of fewer runs, or of a part, are not recorded. */
const RUNS_FOR_THE_RECORD = 5;

const DEFAULTS = { runs: '5', 'round-trip': '0,20,80', members: '3,5,7,9', only: parts.join(',') } as const;

export const USAGE = `Usage: npm run bench -- [option]…

Times our deploy beside what people use today, in a lab of its own, and writes bench/RESULTS.md and bench/results.svg.
The machine should have nothing else to do meanwhile. It needs root, as the lab does, and python3 with pip for Ansible.

  --runs N             counted runs of each contender in each circumstance (${DEFAULTS.runs})
  --round-trip MS,…    round trips between the runner and each host (${DEFAULTS['round-trip']})
  --members N,…        sizes of the cluster for our deploy and the floor, with no round trip added (${DEFAULTS.members})
  --only PART[@MS],…   of ${parts.join(', ')} (all);
                       with @ at that round trip alone, as in ours,floor,guide@0,guide@20
  --out FOLDER         where RESULTS.md and results.svg are written, whatever was measured; else they go to bench, and
                       only when nothing is left out and there are ${RUNS_FOR_THE_RECORD} runs or more
  --help               this text

A run that fails is told of in the results, and the rest goes on. Nine hosts need more inotify instances than the kernel's
usual 128: fs.inotify.max_user_instances is raised while such a cluster is measured.
`;

/**
 * Reads the command line.
 * @returns undefined for `--help`.
 * @throws Error that names the bad option and gives an example.
 */
export function parseOptions(argv: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: DEFAULTS.runs },
      'round-trip': { type: 'string', default: DEFAULTS['round-trip'] },
      members: { type: 'string', default: DEFAULTS.members },
      only: { type: 'string', default: DEFAULTS.only },
      out: { type: 'string' },
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
  const only = partsOf(values.only);
  const { out } = values;
  return { runs, roundTripsMs, members, only, ...(out !== undefined && { out }) };
}

/** Reports whether these results are recorded: they are complete, with enough runs. */
export function isForTheRecord(options: BenchOptions): boolean {
  const all = parseOptions([]);
  return (
    options.runs >= RUNS_FOR_THE_RECORD &&
    parts.every((part) => options.only.some((one) => one.part === part && one.roundTripMs === undefined)) &&
    contains(options.roundTripsMs, all?.roundTripsMs ?? []) &&
    contains(options.members, all?.members ?? [])
  );
}

function contains<T>(some: readonly T[], wanted: readonly T[]): boolean {
  return wanted.every((one) => some.includes(one));
}

/**
 * Reports whether a part was requested at this round trip; for a part without round trips, whether it was requested.
 */
export function isWanted(name: Part, only: readonly Wanted[], atMs?: number): boolean {
  return only.some(
    ({ part, roundTripMs = atMs }) => part === name && (atMs === undefined || roundTripMs === atMs),
  );
}

function partsOf(list: string): Wanted[] {
  return list.split(',').map((text) => {
    const [name, ms, ...more] = text.trim().split('@');
    const part = parts.find((one) => one === name);
    const roundTripMs = Number(ms === '' ? NaN : (ms ?? 0));
    if (part === undefined || !(roundTripMs >= 0) || more.length > 0) {
      throw new Error(
        `--only does not take "${text}"; it takes ${parts.join(', ')}, and guide@20 for 20 ms alone`,
      );
    }
    return ms === undefined ? { part } : { part, roundTripMs };
  });
}

function numbers(
  option: 'runs' | 'round-trip' | 'members',
  texts: readonly string[],
  isGood: (value: number) => boolean,
): number[] {
  return texts.map((text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (isGood(value)) return value;
    throw new Error(`--${option} does not take "${text}"; as in --${option} ${DEFAULTS[option]}`);
  });
}
