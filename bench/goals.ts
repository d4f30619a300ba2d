import type { FigureName, Samples } from './figures.ts';
import type { Results } from './results.ts';

/** A goal that was measured, and whether it is met. */
export interface Goal {
  readonly text: string;
  readonly reached: string;
  readonly met: boolean;
}

interface RatioGoal {
  readonly title: string;
  readonly of: FigureName;
  readonly over: FigureName;
  readonly most?: number;
  readonly least?: number;
}

/** By round trip in ms. */
const RATIOS: ReadonlyMap<number, readonly RatioGoal[]> = new Map([
  [
    0,
    [
      { title: 'our deploy ÷ floor', of: 'deploy', over: 'floor', most: 1.25 },
      { title: "the guide's shell ÷ our deploy", of: 'guide', over: 'deploy', least: 3.5 },
    ],
  ],
  [
    20,
    [
      { title: 'our deploy ÷ floor', of: 'deploy', over: 'floor', most: 1.4 },
      { title: "the guide's shell ÷ our deploy", of: 'guide', over: 'deploy', least: 6 },
      { title: 'Ansible ÷ our deploy', of: 'ansible', over: 'deploy', least: 5 },
    ],
  ],
  [80, [{ title: 'our deploy ÷ floor', of: 'deploy', over: 'floor', most: 1.8 }]],
]);

interface TimeGoal {
  readonly title: string;
  readonly of: FigureName;
  readonly mostMs: number;
}

const TIMES_AT_20_MS: readonly TimeGoal[] = [
  { title: 'our re-run without change', of: 'rerun', mostMs: 2000 },
  { title: 'our health check', of: 'health', mostMs: 1500 },
];

const START_UP: TimeGoal = { title: 'start-up', of: 'firstInputRead', mostMs: 200 };

/** Returns the goals that these results decide. */
export function goalsOf({ byRoundTrip, byMembers, startUp }: Results): Goal[] {
  const ratios = [...byRoundTrip].flatMap(([roundTrip, samples]) =>
    (RATIOS.get(roundTrip) ?? []).flatMap((goal) => ratioGoal(goal, samples, `at ${roundTrip} ms`)),
  );
  const at20 = byRoundTrip.get(20);
  const times = at20 === undefined ? [] : TIMES_AT_20_MS.flatMap((goal) => timeGoal(goal, at20, ' at 20 ms'));
  return [...ratios, ...times, ...sizeGoal(byMembers), ...timeGoal(START_UP, startUp, '')];
}

function ratioGoal({ title, of, over, most, least }: RatioGoal, samples: Samples, where: string): Goal[] {
  const ratio = samples.ratio(of, over);
  if (ratio === undefined) return [];
  const limit = most === undefined ? `≥ ${least ?? 0}` : `≤ ${most}`;
  return [
    {
      text: `${title} ${limit} ${where}`,
      reached: ratio.toFixed(2),
      met: ratio <= (most ?? Infinity) && ratio >= (least ?? 0),
    },
  ];
}

function timeGoal({ title, of, mostMs }: TimeGoal, samples: Samples, where: string): Goal[] {
  const spread = samples.spread(of);
  if (spread === undefined) return [];
  const time = (ms: number): string =>
    mostMs < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
  return [
    {
      text: `${title} ≤ ${time(mostMs)}${where}`,
      reached: time(spread.median),
      met: spread.median <= mostMs,
    },
  ];
}

/** Compares the largest cluster with the smallest, each relative to its own floor. */
function sizeGoal(byMembers: Results['byMembers']): Goal[] {
  const sizes = [...byMembers.keys()].toSorted((one, other) => one - other);
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (smallest === undefined || largest === undefined || smallest === largest) return [];
  const small = byMembers.get(smallest)?.ratio('deploy', 'floor');
  const large = byMembers.get(largest)?.ratio('deploy', 'floor');
  if (small === undefined || large === undefined) return [];
  return [
    {
      text: `${largest} members ÷ their floor no worse than ${smallest} ÷ theirs`,
      reached: `${large.toFixed(2)} and ${small.toFixed(2)}`,
      met: large <= small,
    },
  ];
}
