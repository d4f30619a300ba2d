import type { FigureName, Samples } from '../figures.ts';
import type { Results } from '../results.ts';
import { barPanel, type Bar, type BarGroup } from './bars.ts';
import { linePanel, type Series } from './lines.ts';
import { at, label, type Piece } from './svg.ts';

const WIDTH = 860;
const MARGIN = 24;
const INNER = WIDTH - 2 * MARGIN;

/**
 * Colours that can be distinguished with every kind of colour blindness (Okabe and Ito), on light and on dark ground.
 */
const STYLE = `
svg { --page: #ffffff; --ink: #1b2330; --quiet: #5a6472; --grid: #dde2e8;
  --floor: #8a95a3; --ours: #0072b2; --ansible: #d55e00; --guide: #a8791a; }
@media (prefers-color-scheme: dark) {
  svg { --page: #11151b; --ink: #e6eaf0; --quiet: #a3adba; --grid: #303946;
    --floor: #7d8896; --ours: #56b4e9; --ansible: #f08a4b; --guide: #e0b040; }
}
text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink); }
.heading { font-size: 16px; font-weight: 600; }
.strong { font-weight: 600; }
.quiet { fill: var(--quiet); font-size: 12px; }
.page { fill: var(--page); }
.grid { stroke: var(--grid); }
.floor { fill: var(--floor); } .ours { fill: var(--ours); } .ansible { fill: var(--ansible); } .guide { fill: var(--guide); }
.stroke { fill: none; stroke-width: 2; }
.floor.stroke { stroke: var(--floor); } .ours.stroke { stroke: var(--ours); }
`.trim();

const SET_UP = [
  ['floor', 'floor (no SSH, no verification)', 'floor'],
  ['deploy', 'etcd-ha-action', 'ours'],
  ['ansible', 'Ansible', 'ansible'],
  ['guide', 'the guide by hand', 'guide'],
] as const satisfies readonly [FigureName, string, string][];

const LOOKING = [
  ['health', 'health check', 'ours'],
  ['rerun', 'run again', 'ours'],
  ['ansibleRerun', 'Ansible again', 'ansible'],
] as const satisfies readonly [FigureName, string, string][];

/** Draws the results as one picture, for light and dark pages. Leaves out values that were not measured. */
export function plot(results: Results): string {
  const { byRoundTrip, byMembers, date, machine, runs } = results;
  const panels = [
    bars('From empty hosts to a healthy cluster of three', groupsOf(byRoundTrip, SET_UP)),
    bars('On a finished cluster: nothing to change', groupsOf(byRoundTrip, LOOKING)),
    members(byMembers),
  ].filter((panel) => panel !== undefined);
  let y = MARGIN;
  const placed: Piece[] = [];
  for (const { heading, piece, height } of panels) {
    placed.push(label({ x: MARGIN, y: y + 16 }, heading, { kind: 'heading' }));
    placed.push(`<g transform="translate(${MARGIN} ${at(y + 34)})">\n${piece}\n</g>`);
    y += 34 + height + MARGIN;
  }
  const foot = `Medians of ${runs} runs, ${date.toISOString().slice(0, 10)}: ${machine}`;
  placed.push(label({ x: MARGIN, y: y + 6 }, foot, { kind: 'quiet' }));
  const height = y + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${at(height)}" width="${WIDTH}" height="${at(height)}" role="img">
<title>Time to a healthy etcd cluster, by contender, round trip and size</title>
<style>
${STYLE}
</style>
<rect width="100%" height="100%" class="page"/>
${placed.join('\n')}
</svg>
`;
}

interface Panel {
  readonly heading: string;
  readonly piece: Piece;
  readonly height: number;
}

function bars(heading: string, groups: readonly BarGroup[]): Panel | undefined {
  return groups.length === 0 ? undefined : { heading, ...barPanel(groups, INNER) };
}

function groupsOf(
  byRoundTrip: Results['byRoundTrip'],
  figures: readonly (readonly [FigureName, string, string])[],
): BarGroup[] {
  return [...byRoundTrip].flatMap(([roundTrip, samples]) => {
    const measured = figures.flatMap(([figure, name, kind]): Bar[] => {
      const seconds = secondsOf(samples, figure);
      return seconds === undefined ? [] : [{ name, value: seconds, kind, strong: kind === 'ours' }];
    });
    const title = `${roundTrip} ms between the runner and each host`;
    return measured.length === 0 ? [] : [{ title, bars: measured }];
  });
}

function members(byMembers: Results['byMembers']): Panel | undefined {
  const series = (
    [
      ['deploy', 'etcd-ha-action', 'ours'],
      ['floor', 'floor', 'floor'],
    ] as const
  ).map(([figure, name, kind]): Series => ({
    name,
    kind,
    points: [...byMembers].flatMap(([x, samples]) => {
      const seconds = secondsOf(samples, figure);
      return seconds === undefined ? [] : [{ x, seconds }];
    }),
  }));
  if (series.every(({ points }) => points.length === 0)) return undefined;
  const height = 260;
  return {
    heading: 'More members (all hosts and the runner share one machine)',
    piece: linePanel(series, 'members', { width: INNER, height }),
    height,
  };
}

function secondsOf(samples: Samples, figure: FigureName): number | undefined {
  const spread = samples.spread(figure);
  return spread && spread.median / 1000;
}
