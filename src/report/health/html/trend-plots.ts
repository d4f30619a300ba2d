import type { TrendPoint } from '../../../health/trends.ts';
import { days, duration, size } from '../../../health/figures.ts';
import { markup, joined, NOTHING, type Markup } from './markup.ts';

const WIDTH = 600;
const HEIGHT = 90;

interface Line {
  readonly name: string;
  /** By point; null: not seen then. */
  readonly values: readonly (number | null)[];
}

/** What became of the figures over the runs, the oldest first; nothing for fewer than two. */
export function trendPlots(points: readonly TrendPoint[]): Markup {
  if (points.length < 2) return NOTHING;
  const names = [...new Set(points.flatMap(({ members }) => members.map(({ name }) => name)))];
  const ofMembers = (value: (member: TrendPoint['members'][number]) => number | null): Line[] =>
    names.map((name) => ({
      name,
      values: points.map(({ members }) => {
        const member = members.find((each) => each.name === name);
        return member === undefined ? null : value(member);
      }),
    }));
  const first = points[0]?.checkedAt.slice(0, 16).replace('T', ' ') ?? '';
  return markup`<section aria-labelledby="trends">
    <h2 id="trends">Over the last ${points.length} checks, since ${first} UTC</h2>
    <div class="grid">
      ${[
        plot(
          'Database in use',
          ofMembers(({ dbSizeInUseBytes }) => dbSizeInUseBytes),
          size,
        ),
        plot(
          'Linearizable read',
          ofMembers(({ readMs }) => readMs),
          duration,
        ),
        plot(
          'fsync of the log, 99th percentile',
          ofMembers(({ walFsyncP99Ms }) => walFsyncP99Ms),
          duration,
        ),
        plot(
          'Days left of the certificate that ends first',
          [{ name: 'days', values: points.map(({ leastDaysLeft }) => leastDaysLeft) }],
          days,
        ),
      ]}
    </div>
  </section>`;
}

function plot(title: string, lines: readonly Line[], text: (value: number) => string): Markup {
  const all = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  if (all.length < 2) return NOTHING;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const words = `${title}: between ${text(low)} and ${text(high)}`;
  const drawn = lines.map(({ values }, index) => {
    const spots = values.flatMap((value, at) =>
      value === null ? [] : [`${x(at, values.length)},${y(value, low, high)}`],
    );
    return markup`<polyline class="l${index % 5}" points="${spots.join(' ')}"></polyline>`;
  });
  const last = lines
    .map(({ name, values }) => `${lines.length === 1 ? '' : `${name} `}${lastText(values, text)}`)
    .join(', ');
  return markup`<div class="card trend">
    <h3>${title}</h3>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">
      ${joined(drawn)}
    </svg>
    <p class="quiet small">From ${text(low)} to ${text(high)}. Now: ${last}.</p>
  </div>`;
}

function lastText(values: readonly (number | null)[], text: (value: number) => string): string {
  const last = values.at(-1);
  return last === null || last === undefined ? 'not seen' : text(last);
}

function x(at: number, count: number): string {
  return ((at / Math.max(1, count - 1)) * WIDTH).toFixed(1);
}

function y(value: number, low: number, high: number): string {
  const share = high === low ? 0.5 : (value - low) / (high - low);
  return (HEIGHT - 6 - share * (HEIGHT - 12)).toFixed(1);
}
